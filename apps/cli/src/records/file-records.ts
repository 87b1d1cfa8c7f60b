import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { AuditEvent, AuditRecord } from 'nestjs-audited';
import { readRecord } from 'nestjs-audited/custody';
import { InputError } from '../input-error.js';
import { linesIn, type InputLine } from './input-lines.js';
import { contentOf, problemOf, type SealedLine } from './line-content.js';
import { PersonalParts } from './personal-parts.js';

/** How to read. */
export interface FileReading {
  /** Take events without seal, as the journal writes them. */
  readonly takesUnsealed: boolean;
  /** Told of a line that is no record, with file and number. Unless it throws, the line is left out. */
  readonly onBad: (sentence: string) => void;
  /** How many bytes were read, of how many; not told of standard input. */
  readonly onProgress?: (bytes: number, total: number) => void;
  readonly standardInput?: AsyncIterable<Buffer>;
}

/** Standard input. */
export const STANDARD_INPUT = '-';
const RECORDS_FILE = 'records.jsonl.gz';
const PERSONAL_FILE = 'personal.jsonl.gz';
const GENESIS = '0'.repeat(64);

/**
 * The records of files, one after another: lines of the format `record`, of a bundle or an archive (with the personal
 * parts that lie beside), and, if wanted, of the journal. Memory stays flat.
 *
 * @param names files, plain or packed; folders of bundles; `-`
 * @throws InputError naming the file
 */
export async function* recordsIn(
  names: readonly string[],
  reading: FileReading,
): AsyncGenerator<AuditRecord, void, undefined> {
  const files = names.map((name) => (name === STANDARD_INPUT ? undefined : fileOf(name)));
  const total = files.reduce((sum, file) => sum + (file?.bytes ?? 0), 0);
  const counts = { unsealed: 0, bytes: 0 };
  for (const [index, file] of files.entries()) {
    const source = new RecordSource(file?.path ?? names[index] ?? '', reading, counts, total);
    yield* source.records(file !== undefined);
  }
}

/** One file. */
class RecordSource {
  constructor(
    private readonly path: string,
    private readonly reading: FileReading,
    private readonly counts: { unsealed: number; bytes: number },
    private readonly total: number,
  ) {}

  async *records(isFile: boolean): AsyncGenerator<AuditRecord, void, undefined> {
    const name = isFile ? this.path : 'standard input';
    const bytes = isFile ? this.bytesOf(this.path) : (this.reading.standardInput ?? process.stdin);
    const personal = isFile ? this.personalBeside() : undefined;
    try {
      for await (const line of linesIn(name, bytes)) {
        const record = await this.recordOf(name, line, personal);
        if (record !== undefined) {
          yield record;
        }
      }
      await personal?.end();
    } finally {
      await personal?.close();
    }
  }

  private async recordOf(
    name: string,
    line: InputLine,
    personal: PersonalParts | undefined,
  ): Promise<AuditRecord | undefined> {
    const bad = (problem: string): undefined => {
      this.reading.onBad(`${name}, line ${line.number}: ${problem}`);
    };
    if (line.problem !== undefined) {
      return bad(line.problem);
    }
    if (line.text.trim() === '') {
      return undefined;
    }
    const content = contentOf(line.text);
    switch (content.kind) {
      case 'record':
        return content.record;
      case 'bad':
        return bad(content.problem);
      case 'event':
        return this.reading.takesUnsealed
          ? checked(this.withoutSeal(content.event, line.text), bad)
          : bad('it is an event without seal, as the journal writes it; --unsealed takes such lines, too');
      case 'sealed':
        return checked(await unpackedRecord(content.sealed, personal), bad);
    }
  }

  /** It has no place in any chain, and says so; the digest is that of the line. */
  private withoutSeal(event: AuditEvent, text: string): AuditRecord {
    const hash = createHash('sha256').update(text).digest('hex');
    const position = ++this.counts.unsealed;
    return { event, seal: { chain: 'unsealed', position, previousHash: GENESIS, hash, scheme: 'none' } };
  }

  private personalBeside(): PersonalParts | undefined {
    const path = join(dirname(this.path), PERSONAL_FILE);
    if (!this.path.endsWith(RECORDS_FILE) || statSync(path, { throwIfNoEntry: false })?.isFile() !== true) {
      return undefined;
    }
    return new PersonalParts(linesIn(path, createReadStream(path)), (line, problem) =>
      this.reading.onBad(`${path}, line ${line}: ${problem}`),
    );
  }

  private async *bytesOf(path: string): AsyncGenerator<Buffer, void, undefined> {
    try {
      for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) {
        yield chunk as Buffer;
        this.counts.bytes += (chunk as Buffer).length;
        this.reading.onProgress?.(this.counts.bytes, this.total);
      }
    } catch (error) {
      const { code = 'unknown reason' } = error as NodeJS.ErrnoException;
      throw code === 'AUDIT_CUSTODY_INPUT' ? error : new InputError(`"${path}" cannot be read (${code}).`);
    }
  }
}

function checked(given: AuditRecord | string, bad: (problem: string) => undefined): AuditRecord | undefined {
  const problem = typeof given === 'string' ? given : problemOf(given);
  return problem === undefined ? (given as AuditRecord) : bad(problem);
}

/** Without any personal parts, nobody knows whether this one was erased. */
async function unpackedRecord(
  { seal, body }: SealedLine,
  parts: PersonalParts | undefined,
): Promise<AuditRecord | string> {
  const part = await parts?.of(seal);
  try {
    const record = readRecord({ seal, body, personal: part?.personal ?? null, salt: part?.salt ?? null });
    const { erased: _unknown, ...known } = record;
    return parts === undefined ? known : record;
  } catch {
    // The error names the place in the log, and the log is not here.
    return 'its body or its personal part is no JSON';
  }
}

function fileOf(name: string): { readonly path: string; readonly bytes: number } {
  const found = statSync(name, { throwIfNoEntry: false });
  if (found === undefined) {
    throw new InputError(`"${name}" does not exist. Check the path; nothing was converted.`);
  }
  if (!found.isDirectory()) {
    return { path: name, bytes: found.isFile() ? found.size : 0 };
  }
  const path = join(name, RECORDS_FILE);
  const records = statSync(path, { throwIfNoEntry: false });
  if (records?.isFile() !== true) {
    throw new InputError(`"${name}" is a folder, and none of a bundle: there is no ${RECORDS_FILE} in it.`);
  }
  return { path, bytes: records.size };
}
