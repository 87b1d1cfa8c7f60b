import { Command } from 'commander';
import type { ErasureSelection } from 'nestjs-audited';
import { InputError } from '../input-error.js';
import { writeLog } from '../log-connection.js';
import { actOf, withAct, type ActOptions } from '../options/act-options.js';
import { foldersOf } from '../options/input-files.js';
import { withSigning, type LogOptions } from '../options/log-options.js';
import { collect, time } from '../options/option-values.js';
import { Progress } from '../output/progress.js';
import type { CommandContext } from '../command-context.js';

interface EraseOptions extends LogOptions, ActOptions {
  readonly actor?: string;
  readonly email?: string;
  readonly tenant?: string;
  readonly session?: string;
  readonly resourceType?: string;
  readonly resource?: string;
  readonly from?: Date;
  readonly to?: Date;
  readonly spool?: readonly string[];
  readonly journal?: readonly string[];
  readonly archive?: readonly string[];
  readonly scrub?: boolean;
  readonly rewriteAll?: boolean;
  readonly othersAreStopped?: boolean;
}

const HELP = `
Removes personal parts (e-mail, name, address, user agent, whatever was declared personal) and their salts: from the
records, and from the spools, journals, archives and bundles that are named. Records, chain, checkpoints and proofs stay
valid, and a sealed record says how many were erased, by whom and why. What a legal hold keeps is not erased.

It cannot reach what left the log before: SIEMs, backups, replicas. docs/guide/erasure.md lists what to look at.

Examples:
  audited erase -d audit.sqlite --email ada@example.com --by dpo --reason "request 2026-17" --ticket GDPR-17
  audited erase -d postgres://owner@db/audit --actor u-17 --archive archive/2025 --by dpo --reason "request 2026-18"`;

/** `audited erase`. */
export function eraseCommand({ terminal }: CommandContext): Command {
  const command = new Command('erase').description('erase the personal data of somebody').addHelpText('after', HELP);
  return withAct(withSigning(command))
    .option('--actor <id>', 'what this actor did')
    .option('--email <address>', 'every personal part that holds this address')
    .option('--tenant <id>', 'what was done for this tenant; of this and what follows, all that is given must match')
    .option('--session <id>', 'what was done in this session')
    .option('--resource-type <type>', 'what was done to resources of this type')
    .option('--resource <id>', 'what was done to this resource')
    .option('--from <time>', 'events that occurred at or after it', time)
    .option('--to <time>', 'events that occurred before it', time)
    .option('--spool <folder>', 'a spool of a process that does not run; repeat for several', collect)
    .option('--journal <folder>', 'a folder of journal files; repeat for several', collect)
    .option('--archive <folder>', 'an archive or a bundle; repeat for several', collect)
    .option('--scrub', 'overwrite the freed bytes in the database (the default for SQLite); takes long on a server')
    .option('--no-scrub', 'leave the freed bytes to be overwritten later')
    .option('--rewrite-all', 'with --scrub: also tables that are large or in use, which stops whoever writes meanwhile')
    .option('--others-are-stopped', 'no other process writes to the journals at the moment')
    .action(async (options: EraseOptions) => {
      const progress = new Progress(terminal, 'records');
      const selection = selectionOf(options);
      const act = actOf(options);
      const report = await writeLog(
        options,
        terminal,
        ({ custody }) =>
          custody.erase(selection, act, {
            ...(options.scrub === undefined ? {} : { scrub: options.scrub }),
            ...(options.rewriteAll === true ? { rewriteAll: true } : {}),
            othersAreStopped: options.othersAreStopped === true,
            onProgress: ({ records, total }) => progress.update(records, total),
          }),
        {
          spools: foldersOf('--spool', options.spool),
          journals: foldersOf('--journal', options.journal),
          bundles: foldersOf('--archive', options.archive),
        },
      ).finally(() => progress.stop());
      terminal.json(report);
      terminal.say(`${report.records} record(s) lost their personal part`);
      report.places.forEach(({ name, events }) => terminal.say(`${name}: ${events}`));
      if (report.held.events > 0) {
        terminal.say(`${report.held.events} kept by legal hold: ${report.held.holds.join(', ')}`);
      }
      report.statements.forEach(({ chain, position }) =>
        terminal.say(`stated in chain ${chain} at position ${position}`),
      );
      report.leftovers.forEach((sentence) => terminal.say(`left: ${sentence}`));
      report.remarks.forEach((sentence) => terminal.note(sentence));
    });
}

function selectionOf(options: EraseOptions): ErasureSelection {
  const query = {
    tenantId: options.tenant,
    sessionId: options.session,
    resourceType: options.resourceType,
    resourceId: options.resource,
    from: options.from,
    to: options.to,
  };
  const filters = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined));
  const given: ErasureSelection[] = [
    ...(options.actor === undefined ? [] : [{ actorId: options.actor }]),
    ...(options.email === undefined ? [] : [{ email: options.email }]),
    ...(Object.keys(filters).length === 0 ? [] : [{ query: filters }]),
  ];
  const [selection] = given;
  if (selection === undefined || given.length > 1) {
    throw new InputError('Say whom: exactly one of --actor, --email, or filters such as --tenant. Nothing was erased.');
  }
  return selection;
}
