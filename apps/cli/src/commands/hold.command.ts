import { Command } from 'commander';
import type { LegalHold } from 'nestjs-audited';
import { actOf, withAct, withDatabase, withSigning, type ActOptions, type LogOptions } from '../global-options.js';
import { withLog } from '../log-connection.js';
import type { Terminal } from '../output/terminal.js';
import type { CommandContext } from '../program.js';

interface PlaceOptions extends LogOptions, ActOptions {
  readonly chain?: string;
  readonly actor?: string;
  readonly tenant?: string;
  readonly type?: string;
  readonly resourceType?: string;
  readonly resource?: string;
  readonly correlation?: string;
  readonly from?: string;
  readonly to?: string;
}

const HELP = `
While a legal hold is in force, nothing that it selects is pruned or erased. Placing and lifting are sealed records with
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
  const command = new Command('place').description('place a hold; every given fact must match').argument('<name>');
  return withAct(withSigning(withDatabase(command)))
    .option('-c, --chain <name>')
    .option('--actor <id>', 'what this actor did')
    .option('--tenant <id>', 'what was done for this tenant')
    .option('--type <event type>')
    .option('--resource-type <type>')
    .option('--resource <id>')
    .option('--correlation <id>')
    .option('--from <time>', 'events that occurred at or after it, ISO 8601')
    .option('--to <time>', 'events that occurred before it, ISO 8601')
    .action(async (name: string, options: PlaceOptions) => {
      const hold = await withLog(options, ({ custody }) =>
        custody.placeHold(name, selectionOf(options), actOf(options)),
      );
      terminal.json(hold);
      terminal.say(`Placed at position ${hold.position}: ${lineOf(hold)}`);
    });
}

function liftCommand(terminal: Terminal): Command {
  const command = new Command('lift').description('end a hold').argument('<name>');
  return withAct(withSigning(withDatabase(command))).action(async (name: string, options: LogOptions & ActOptions) => {
    const hold = await withLog(options, ({ custody }) => custody.liftHold(name, actOf(options)));
    terminal.json(hold);
    terminal.say(`Lifted: ${lineOf(hold)}`);
  });
}

function listCommand(terminal: Terminal): Command {
  return withDatabase(new Command('list').description('the holds in force')).action(async (options: LogOptions) => {
    const holds = await withLog(options, ({ custody }) => custody.holds());
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
    from: options.from,
    to: options.to,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function lineOf({ name, selection, placedAt, placedBy, reason }: LegalHold): string {
  const facts = Object.entries(selection).map(([fact, value]) => `${fact}=${value}`);
  const what = facts.length === 0 ? 'everything' : facts.join(' ');
  return `"${name}" keeps ${what}; placed ${placedAt} by ${placedBy}: ${reason}`;
}
