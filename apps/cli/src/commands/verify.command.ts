import { Command } from 'commander';
import type { IntegrityReport } from 'nestjs-audited';
import { EXIT, type ExitCode } from '../exit-code.js';
import { InputError } from '../input-error.js';
import { readLog } from '../log-connection.js';
import { checkpointsOf, trustedKeysOf } from '../options/input-files.js';
import { withTrust, type LogOptions } from '../options/log-options.js';
import { collect, wholeNumber } from '../options/option-values.js';
import { Progress } from '../output/progress.js';
import { sayReport } from '../output/report-text.js';
import type { CommandContext } from '../command-context.js';

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
Without --checkpoint, an end that was cut off together with its checkpoints cannot be told. Keep one elsewhere; the file
that the option "checkpoints.file" of the module appends to is one, too.

Nothing is written, so an account that may only SELECT is enough, and so is a replica.

Examples:
  audited verify -d audit.sqlite --trust audit-key.pub.pem --checkpoint last-known.note
  audited verify -d postgres://auditor@db/audit --threads 4 --json`;

/** `audited verify`. */
export function verifyCommand({ terminal, exitWith }: CommandContext): Command {
  const command = new Command('verify').description('verify the log in a database').addHelpText('after', HELP);
  return withTrust(command)
    .option('-c, --chain <name>', 'only this chain')
    .option('--threads <count>', 'verify with so many threads', wholeNumber)
    .option('--checkpoint <file>', 'a checkpoint that was kept outside; repeat for several', collect)
    .option('--max-faults <count>', 'name at most so many faults; all are counted', wholeNumber)
    .action(async (options: VerifyCommandOptions) => {
      const checkpoints = checkpointsOf(options.checkpoint);
      const progress = new Progress(terminal, 'records');
      const report = await readLog(options, ({ custody }) =>
        custody.verify({
          ...(options.chain === undefined ? {} : { chain: options.chain }),
          ...(options.threads === undefined ? {} : { threads: options.threads }),
          ...(options.maxFaults === undefined ? {} : { maxFaults: options.maxFaults }),
          trustedKeys: trustedKeysOf(options.trust),
          checkpoints,
          onProgress: ({ records, total }) => progress.update(records, total),
        }),
      ).finally(() => progress.stop());
      requireChain(options.chain, report);
      terminal.json(report);
      sayReport(terminal, report);
      exitWith(exitCodeFor(report));
    });
}

/** A mistyped chain has no records, and nothing is wrong with them. */
function requireChain(chain: string | undefined, { faultCount, records }: IntegrityReport): void {
  if (chain !== undefined && records === 0 && faultCount === 0) {
    throw new InputError(`--chain: there is no chain "${chain}". Without --chain, "audited verify" names them all.`);
  }
}

function exitCodeFor({ state }: IntegrityReport): ExitCode {
  return { intact: EXIT.ok, explained: EXIT.explained, broken: EXIT.broken }[state];
}
