import { statSync } from 'node:fs';
import { Command } from 'commander';
import { verifyBundle } from 'nestjs-audited/custody';
import { EXIT } from '../exit-code.js';
import { InputError } from '../input-error.js';
import { trustedKeysOf } from '../options/input-files.js';
import { trustOption } from '../options/log-options.js';
import { wholeNumber } from '../options/option-values.js';
import { sayBundleReport } from '../output/bundle-text.js';
import { Progress } from '../output/progress.js';
import type { CommandContext } from '../command-context.js';

interface VerifyBundleOptions {
  readonly trust?: readonly string[];
  readonly maxFaults?: number;
}

const HELP = `
Needs no database and no network. Without --trust it proves only that the bundle is consistent in itself: anybody could
have made it with a key of his own.

Example:
  audited verify-bundle evidence --trust audit-key.pub.pem`;

/** `audited verify-bundle`. */
export function verifyBundleCommand({ terminal, exitWith }: CommandContext): Command {
  return new Command('verify-bundle')
    .description('check a bundle or an archive, with nothing but a public key')
    .argument('<folder>', 'what "audited bundle" or a prune wrote')
    .addOption(trustOption())
    .option('--max-faults <count>', 'name at most so many faults; all are counted', wholeNumber)
    .addHelpText('after', HELP)
    .action(async (folder: string, { trust, maxFaults }: VerifyBundleOptions) => {
      requireFolder(folder);
      const trustedKeys = trustedKeysOf(trust);
      const progress = new Progress(terminal, 'records');
      const report = await verifyBundle(folder, {
        trustedKeys,
        ...(maxFaults === undefined ? {} : { maxFaults }),
        onProgress: ({ records, total }) => progress.update(records, total),
      }).finally(() => progress.stop());
      terminal.json(report);
      sayBundleReport(terminal, report);
      exitWith(report.ok ? EXIT.ok : EXIT.broken);
    });
}

/** A mistyped path is no damaged bundle. */
function requireFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new InputError(`<folder>: "${folder}" is no folder. Name the one that holds manifest.json.`);
  }
}
