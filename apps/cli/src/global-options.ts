import { readFileSync } from 'node:fs';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { InputError } from './input-error.js';

/** Options that several commands have, as commander gives them. */
export interface LogOptions {
  readonly database: string;
  readonly origin?: string;
  readonly key?: readonly string[];
  readonly trust?: readonly string[];
  readonly sealKey?: readonly string[];
}

/** Who acts and why. */
export interface ActOptions {
  readonly by: string;
  readonly reason: string;
  readonly ticket?: string;
}

/** Which log: for every command that needs the database. */
export function withDatabase(command: Command): Command {
  return command.addOption(
    new Option(
      '-d, --database <url or file>',
      'the log: postgres://..., mysql://..., mariadb://..., or the path of a SQLite file',
    )
      .env('AUDITED_DATABASE')
      .makeOptionMandatory(),
  );
}

/** Keys that records and checkpoints are checked with. */
export function withTrust(command: Command): Command {
  return command
    .addOption(trustOption())
    .option('--seal-key <id=file>', 'a secret of the keyed seal, base64 in a file; repeat for several', collect);
}

/** Public keys alone, for what needs no database. */
export function trustOption(): Option {
  return new Option(
    '-t, --trust <file>',
    'public keys that you trust: PEM or C2SP verifier keys; repeat for several files',
  )
    .argParser(collect)
    .env('AUDITED_TRUST');
}

/** Keys that sign what the command writes. */
export function withSigning(command: Command): Command {
  return command
    .addOption(
      new Option('-o, --origin <name>', 'the name of the log in its checkpoints, e.g. audit.example.com/orders').env(
        'AUDITED_ORIGIN',
      ),
    )
    .addOption(
      new Option('-k, --key <file>', 'private key that signs, Ed25519 in PEM; repeat for several')
        .argParser(collect)
        .env('AUDITED_KEY'),
    );
}

/** A person and a reason: what changes the log itself says who did it. */
export function withAct(command: Command): Command {
  return command
    .addOption(
      new Option('--by <person>', 'who does this: an id, or an e-mail address').env('AUDITED_BY').makeOptionMandatory(),
    )
    .requiredOption('--reason <text>', 'why, in words that an auditor understands')
    .option('--ticket <id>', 'where it was decided');
}

/** The actor of a sealed record. An e-mail address stays erasable; it is never the id. */
export function personOf(person: string): { kind: 'user'; id: string } | { kind: 'user'; email: string } {
  return person.includes('@') ? { kind: 'user', email: person } : { kind: 'user', id: person };
}

/** Who, why and where it was decided, as custody wants it. */
export function actOf({ by, reason, ticket }: ActOptions): {
  by: ReturnType<typeof personOf>;
  reason: string;
  ticket?: string;
} {
  return { by: personOf(by), reason, ...(ticket === undefined ? {} : { ticket }) };
}

/** A whole number, at least 1. */
export function wholeNumber(text: string): number {
  const number = /^[1-9][0-9]{0,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(number)) {
    throw new InvalidArgumentError('Give a whole number, 1 or more.');
  }
  return number;
}

/** A point in time; a date alone is its first moment in UTC. */
export function time(text: string): Date {
  const parsed = new Date(text);
  if (!/^\d{4}-\d{2}-\d{2}(?:$|T.*(?:Z|[+-]\d{2}:\d{2})$)/.test(text) || Number.isNaN(parsed.getTime())) {
    throw new InvalidArgumentError('Give a date, or ISO 8601 with a zone: 2026-11-21 or 2026-11-21T12:00:00Z.');
  }
  return parsed;
}

/** The last of several is not the only one that counts. */
export function collect(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(Array.isArray(before) ? before : []), text];
}

/** @throws InputError naming the file and the cure */
export function textOf(option: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const problem = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code ?? 'unknown reason'})`;
    throw new InputError(`${option}: the file "${file}" ${problem}. Check the path and who may read it.`);
  }
}

/** `--trust` may come as one text from the environment. */
export function filesOf(option: string, files: string | readonly string[] | undefined): readonly string[] {
  const list = files === undefined ? [] : typeof files === 'string' ? [files] : files;
  return list.map((file) => textOf(option, file));
}
