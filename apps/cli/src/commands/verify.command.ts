import { Command } from 'commander';
import type { IntegrityReport } from 'nestjs-audited';
import { EXIT, type ExitCode } from '../exit-code.js';
import { collect, filesOf, wholeNumber, withDatabase, withTrust, type LogOptions } from '../global-options.js';
import { withLog } from '../log-connection.js';
import { Progress } from '../output/progress.js';
import { sayReport } from '../output/report-text.js';
import type { CommandContext } from '../program.js';

interface VerifyCommandOptions extends LogOptions {
  readonly chain?: string;
  readonly threads?: number;
  readonly checkpoint?: readonly string[];
  readonly maxFaults?: number;
}

const HELP = `
Reads every record of every chain and names every fault: edited, deleted, inserted, reordered, forked, truncated,
rewritten, not signed by a key that you trust. Pruned by retention and erased are no faults, when the log itself says so.

Without --trust, signatures are not checked: whoever holds the database could have signed with a key of his own.
Without --checkpoint, an end that was cut off together with its checkpoints cannot be told. Keep one elsewhere.`;

/** `audited verify`. */
export function verifyCommand({ terminal, exitWith }: CommandContext): Command {
  const command = new Command('verify').description('verify the log in a database').addHelpText('after', HELP);
  return withTrust(withDatabase(command))
    .option('-c, --chain <name>', 'only this chain')
    .option('--threads <count>', 'verify with so many threads', wholeNumber)
    .option('--checkpoint <file>', 'a checkpoint that was kept outside; repeat for several', collect)
    .option('--max-faults <count>', 'name at most so many faults; all are counted', wholeNumber)
    .action(async (options: VerifyCommandOptions) => {
      const progress = new Progress(terminal, 'records');
      const report = await withLog(options, ({ custody }) =>
        custody.verify({
          ...(options.chain === undefined ? {} : { chain: options.chain }),
          ...(options.threads === undefined ? {} : { threads: options.threads }),
          ...(options.maxFaults === undefined ? {} : { maxFaults: options.maxFaults }),
          trustedKeys: filesOf('--trust', options.trust),
          checkpoints: filesOf('--checkpoint', options.checkpoint),
          onProgress: ({ records, total }) => progress.update(records, total),
        }),
      ).finally(() => progress.stop());
      terminal.json(report);
      sayReport(terminal, report);
      exitWith(exitCodeFor(report));
    });
}

function exitCodeFor({ state }: IntegrityReport): ExitCode {
  return { intact: EXIT.ok, explained: EXIT.explained, broken: EXIT.broken }[state];
}
