import { existsSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { verifyEventProof, type EventProof, type OpenedCustody } from 'nestjs-audited/custody';
import { InputError } from '../input-error.js';
import { readLog, writeLog } from '../log-connection.js';
import { withSigning, type LogOptions } from '../options/log-options.js';
import type { CommandContext } from '../command-context.js';

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
  const command = new Command('proof')
    .description('prove that an event is in the log')
    .argument('<event id>', 'the id of the event, as every record and every format has it');
  return withSigning(command)
    .option('--out <file>', 'write there instead of to standard output')
    .option('--with-personal', 'include the personal part: e-mail, name, address')
    .addHelpText('after', HELP)
    .action(async (id: string, options: ProofOptions) => {
      requireNew(options.out);
      const prove = ({ custody }: OpenedCustody): Promise<EventProof> =>
        custody.prove(id, { withPersonal: options.withPersonal === true });
      // With a key, a checkpoint is signed first where none covers the event yet.
      const canSign = (options.key ?? []).length > 0;
      const proof = await (canSign ? writeLog(options, terminal, prove) : readLog(options, prove));
      requireProof(proof);
      const text = `${JSON.stringify(proof, undefined, 2)}\n`;
      if (options.out === undefined) {
        terminal.print(text);
        return;
      }
      writeProof(options.out, text);
      terminal.json({ file: options.out, bytes: Buffer.byteLength(text) });
      terminal.say(`${options.out}: ${Buffer.byteLength(text)} bytes`);
    });
}

/** Of a record that was changed, nothing can be proved; whoever gets the file should not be the first to see it. */
function requireProof(proof: EventProof): void {
  const { ok, problems } = verifyEventProof(JSON.stringify(proof));
  if (!ok) {
    throw Object.assign(
      new Error(
        `The event cannot be proved: ${problems.join(' ')} Run "audited verify" to see what is wrong with the log.`,
      ),
      { code: 'AUDIT_RECORD_DAMAGED' },
    );
  }
}

/** Before a checkpoint is signed for it. */
function requireNew(file: string | undefined): void {
  if (file !== undefined && existsSync(file)) {
    throw new InputError(`--out: "${file}" exists already and is not overwritten.`);
  }
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
