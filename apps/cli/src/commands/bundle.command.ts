import { Command, Option } from 'commander';
import { InputError } from '../input-error.js';
import { writeLog } from '../log-connection.js';
import { personOf } from '../options/act-options.js';
import { withSigning, type LogOptions } from '../options/log-options.js';
import { time } from '../options/option-values.js';
import { Progress } from '../output/progress.js';
import type { CommandContext } from '../command-context.js';

interface BundleOptions extends LogOptions {
  readonly chain?: string;
  readonly from?: Date;
  readonly to?: Date;
  readonly tenant?: string;
  readonly unsigned?: boolean;
  readonly by?: string;
  readonly reason?: string;
}

const HELP = `
Writes a folder with records (gzip, JSON Lines), checkpoints, proofs, public keys and a signed manifest, which anybody
verifies with nothing but a public key: "audited verify-bundle". With --tenant it holds that tenant's records only, and
verifies without showing anybody else's. Personal parts stand in a file of their own, so that they stay erasable.

Examples:
  audited bundle evidence -d audit.sqlite --from 2026-07-01 --to 2026-10-01 --origin audit.example.com/orders --key audit-key.pem
  audited bundle acme -d audit.sqlite --tenant acme --origin audit.example.com/orders --key audit-key.pem`;

/** `audited bundle`. */
export function bundleCommand({ terminal }: CommandContext): Command {
  const command = new Command('bundle')
    .description('export records with everything that proves them')
    .argument('<folder>', 'where to; it must not exist yet');
  return withSigning(command)
    .option('-c, --chain <name>', 'only this chain')
    .option('--from <time>', 'events that occurred at or after it', time)
    .option('--to <time>', 'events that occurred before it', time)
    .option('--tenant <id>', 'only this tenant')
    .addOption(new Option('--by <person>', 'who exports: an id, or an e-mail address').env('AUDITED_BY'))
    .option('--reason <text>', 'why it is exported')
    .option('--unsigned', 'sign nothing: for a look at it, not for evidence')
    .addHelpText('after', HELP)
    .action(async (folder: string, options: BundleOptions) => {
      if ((options.key ?? []).length === 0 && options.unsigned !== true) {
        throw new InputError('--key is missing: a bundle is signed. Give a key with --origin, or say --unsigned.');
      }
      const progress = new Progress(terminal, 'positions');
      const summary = await writeLog(options, terminal, ({ custody }) =>
        custody.bundle(folder, {
          ...(options.chain === undefined ? {} : { chain: options.chain }),
          ...(options.from === undefined ? {} : { from: options.from }),
          ...(options.to === undefined ? {} : { to: options.to }),
          ...(options.tenant === undefined ? {} : { tenantId: options.tenant }),
          ...(options.by === undefined ? {} : { by: personOf(options.by) }),
          ...(options.reason === undefined ? {} : { reason: options.reason }),
          unsigned: options.unsigned === true,
          onProgress: (_chain, position, through) => progress.update(position, through),
        }),
      ).finally(() => progress.stop());
      terminal.json(summary);
      terminal.say(`${summary.folder}: ${summary.records} record(s)`);
      terminal.say(`manifest SHA-256: ${summary.manifestSha256}`);
    });
}
