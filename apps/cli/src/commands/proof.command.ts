import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { withDatabase, withSigning, type LogOptions } from '../global-options.js';
import { InputError } from '../input-error.js';
import { withLog } from '../log-connection.js';
import type { CommandContext } from '../program.js';

interface ProofOptions extends LogOptions {
  readonly out?: string;
  readonly withPersonal?: boolean;
}

const HELP = `
Writes a small JSON file that proves that this record is in the log: the record, a signed checkpoint, and the path between
the two. Whoever has the public key checks it with "audited verify-proof", or by hand: docs/record-format.md says how.

Example:
  audited proof 0199f3a2-5b1c-7cc2-9d53-0a5f7d1c2b3e -d audit.sqlite --out proof.json`;

/** `audited proof`. */
export function proofCommand({ terminal }: CommandContext): Command {
  const command = new Command('proof').description('prove that an event is in the log').argument('<event id>');
  return withSigning(withDatabase(command))
    .option('--out <file>', 'write there instead of to standard output')
    .option('--with-personal', 'include the personal part: e-mail, name, address')
    .addHelpText('after', HELP)
    .action(async (id: string, options: ProofOptions) => {
      const proof = await withLog(options, ({ custody }) =>
        custody.prove(id, { withPersonal: options.withPersonal === true }),
      );
      const text = `${JSON.stringify(proof, undefined, 2)}\n`;
      if (options.out === undefined) {
        process.stdout.write(text);
        return;
      }
      writeProof(options.out, text);
      terminal.json({ file: options.out, bytes: Buffer.byteLength(text) });
      terminal.say(`${options.out}: ${Buffer.byteLength(text)} bytes`);
    });
}

function writeProof(file: string, text: string): void {
  try {
    writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InputError(
      code === 'EEXIST'
        ? `--out: "${file}" exists already and is not overwritten.`
        : `--out: "${file}" cannot be written (${code ?? 'unknown reason'}).`,
    );
  }
}
