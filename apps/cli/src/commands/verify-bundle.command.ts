import { Command } from 'commander';
import { verifyBundle } from 'nestjs-audited/custody';
import { EXIT } from '../exit-code.js';
import { filesOf, trustOption } from '../global-options.js';
import { Progress } from '../output/progress.js';
import { bundleFaultLine } from '../output/report-text.js';
import type { CommandContext } from '../program.js';

const HELP = `
Needs no database and no network. Without --trust it proves only that the bundle is consistent in itself: anybody could
have made it with a key of his own.`;

/** `audited verify-bundle`. */
export function verifyBundleCommand({ terminal, exitWith }: CommandContext): Command {
  return new Command('verify-bundle')
    .description('check a bundle or an archive, with nothing but a public key')
    .argument('<folder>')
    .addOption(trustOption())
    .addHelpText('after', HELP)
    .action(async (folder: string, { trust }: { trust?: readonly string[] }) => {
      const progress = new Progress(terminal, 'records');
      const report = await verifyBundle(folder, {
        trustedKeys: filesOf('--trust', trust),
        onProgress: ({ records, total }) => progress.update(records, total),
      }).finally(() => progress.stop());
      terminal.json(report);
      report.faults.forEach((fault) => terminal.say(bundleFaultLine(fault)));
      report.remarks.forEach((remark) => terminal.say(remark));
      terminal.say(`${report.ok ? 'INTACT' : 'BROKEN'}: ${report.records} record(s), ${report.faultCount} fault(s)`);
      exitWith(report.ok ? EXIT.ok : EXIT.broken);
    });
}
