import { Command } from 'commander';
import { verifyEventProof, type EventProofVerdict } from 'nestjs-audited/custody';
import { EXIT } from '../exit-code.js';
import { textOf, trustedKeysOf } from '../options/input-files.js';
import { trustOption } from '../options/log-options.js';
import type { CommandContext } from '../command-context.js';

const HELP = `
Needs no database and no network. Without --trust it proves only that the file is consistent in itself.`;

const UNTRUSTED = 'CONSISTENT, but nobody you trust vouches for it';

/** `audited verify-proof`. */
export function verifyProofCommand({ terminal, exitWith }: CommandContext): Command {
  return new Command('verify-proof')
    .description('check the proof of one event')
    .argument('<file>', 'what "audited proof" wrote')
    .addOption(trustOption())
    .addHelpText('after', HELP)
    .action((file: string, { trust }: { trust?: readonly string[] }) => {
      const verdict = verifyEventProof(textOf('<file>', file), { trustedKeys: trustedKeysOf(trust) });
      terminal.json(verdict);
      verdict.problems.forEach((problem) => terminal.say(problem));
      verdict.remarks.forEach((remark) => terminal.say(remark));
      terminal.say(verdict.ok ? `${verdict.isTrusted ? 'PROVED' : UNTRUSTED}: ${factOf(verdict)}` : 'NOT PROVED');
      exitWith(verdict.ok ? EXIT.ok : EXIT.broken);
    });
}

function factOf({ event, seal, origin, checkpointTime }: EventProofVerdict): string {
  const when = checkpointTime === undefined ? '' : `, signed ${checkpointTime}`;
  return `event ${event?.id ?? '?'} (${event?.type ?? '?'}) is at position ${seal?.position ?? '?'} of ${origin ?? 'the log'}${when}`;
}
