import { Command } from 'commander';
import type { LegalHold } from 'nestjs-audited';
import { readLog, writeLog } from '../log-connection.js';
import { actOf, withAct, type ActOptions } from '../options/act-options.js';
import { withDatabase, withSigning, type LogOptions } from '../options/log-options.js';
import { time } from '../options/option-values.js';
import type { Terminal } from '../output/terminal.js';
import type { CommandContext } from '../command-context.js';

interface PlaceOptions extends LogOptions, ActOptions {
  readonly chain?: string;
  readonly actor?: string;
  readonly tenant?: string;
  readonly type?: string;
  readonly resourceType?: string;
  readonly resource?: string;
  readonly correlation?: string;
  readonly from?: Date;
  readonly to?: Date;
}

const HELP = `
While a legal hold is in force, nothing that it selects is pruned or erased; without any fact it keeps everything. Placing and lifting are sealed records with
the person and the reason; the log itself is the only register of holds.

Examples:
  audited hold place "case 4711" -d audit.sqlite --actor u-17 --from 2026-01-01T00:00:00Z --by counsel --reason "litigation"
  audited hold list -d audit.sqlite
  audited hold lift "case 4711" -d audit.sqlite --by counsel --reason "settled"`;

/** `audited hold place|lift|list`. */
export function holdCommand({ terminal }: CommandContext): Command {
  return new Command('hold')
    .description('legal holds: what must neither be pruned nor erased')
    .addHelpText('after', HELP)
    .addCommand(placeCommand(terminal))
    .addCommand(liftCommand(terminal))
    .addCommand(listCommand(terminal));
}

function placeCommand(terminal: Terminal): Command {
  const command = new Command('place')
    .description('place a hold; every given fact must match')
    .argument('<name>', 'what it is called: a case, a request');
  return withAct(withSigning(command))
    .option('-c, --chain <name>', 'only in this chain')
    .option('--actor <id>', 'what this actor did')
    .option('--tenant <id>', 'what was done for this tenant')
    .option('--type <event type>', 'events of exactly this type')
    .option('--resource-type <type>', 'what was done to resources of this type')
    .option('--resource <id>', 'what was done to this resource')
    .option('--correlation <id>', 'what belongs together under this id')
    .option('--from <time>', 'events that occurred at or after it', time)
    .option('--to <time>', 'events that occurred before it', time)
    .action(async (name: string, options: PlaceOptions) => {
      const act = actOf(options);
      const hold = await writeLog(options, terminal, ({ custody }) =>
        custody.placeHold(name, selectionOf(options), act),
      );
      terminal.json(hold);
      terminal.say(`Placed at position ${hold.position}: ${lineOf(hold)}`);
    });
}

function liftCommand(terminal: Terminal): Command {
  const command = new Command('lift')
    .description('end a hold')
    .argument('<name>', 'what it is called: a case, a request');
  return withAct(withSigning(command)).action(async (name: string, options: LogOptions & ActOptions) => {
    const act = actOf(options);
    const hold = await writeLog(options, terminal, ({ custody }) => custody.liftHold(name, act));
    terminal.json(hold);
    terminal.say(`Lifted: ${lineOf(hold)}`);
  });
}

function listCommand(terminal: Terminal): Command {
  return withDatabase(new Command('list').description('the holds in force')).action(async (options: LogOptions) => {
    const holds = await readLog(options, ({ custody }) => custody.holds());
    terminal.json(holds);
    holds.forEach((hold) => terminal.say(lineOf(hold)));
    if (holds.length === 0) {
      terminal.say('No legal hold is in force.');
    }
  });
}

function selectionOf(options: PlaceOptions): LegalHold['selection'] {
  const given = {
    chain: options.chain,
    actorId: options.actor,
    tenantId: options.tenant,
    type: options.type,
    resourceType: options.resourceType,
    resourceId: options.resource,
    correlationId: options.correlation,
    from: options.from?.toISOString(),
    to: options.to?.toISOString(),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function lineOf({ name, selection, placedAt, placedBy, reason }: LegalHold): string {
  const facts = Object.entries(selection).map(([fact, value]) => `${fact}=${value}`);
  const what = facts.length === 0 ? 'everything' : facts.join(' ');
  return `"${name}" keeps ${what}; placed ${placedAt} by ${placedBy}: ${reason}`;
}
