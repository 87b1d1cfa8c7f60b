import type { AuditRecord } from 'nestjs-audited';
import type { OpenedCustody } from 'nestjs-audited/custody';
import { InputError } from '../input-error.js';
import { readLog, writeLog } from '../log-connection.js';
import type { LogOptions } from '../options/log-options.js';
import { readerOf, type ReaderOptions } from '../options/reader-options.js';
import { filtersOf, recordMatcher, type RecordOptions } from '../options/record-options.js';
import type { Progress } from '../output/progress.js';
import type { Terminal } from '../output/terminal.js';
import { recordsIn } from './file-records.js';
import { problemOf } from './line-content.js';
import type { SkippedRecords } from './skipped-records.js';

/** Options that say which records, as commander gives them. */
export interface SourceOptions extends RecordOptions, ReaderOptions, Pick<LogOptions, 'sealKey'> {
  readonly database?: string;
  readonly to?: string;
  readonly unsealed?: boolean;
}

/** Opens what holds the records, gives them to the work, and closes it whatever happens. */
export type RecordSource = (work: (records: AsyncIterable<AuditRecord>) => Promise<void>) => Promise<void>;

/** What a source works with. */
export interface Reading {
  readonly terminal: Terminal;
  readonly skipped: SkippedRecords;
  readonly progress: Progress | undefined;
  /** Not only the environment does. */
  readonly namesDatabase: boolean;
}

/**
 * Where the records come from. Nothing is opened before the source is called.
 *
 * @throws InputError when that is not said, or said twice
 */
export function sourceOf(files: readonly string[], options: SourceOptions, reading: Reading): RecordSource {
  const { database } = options;
  if (files.length > 0) {
    if (reading.namesDatabase) {
      throw new InputError('--database and a file are given: take records from the one or from the other.');
    }
    return fileSource(files, options, reading);
  }
  if (database === undefined) {
    throw new InputError('There is nothing to convert. Give --database, files, or - for standard input.');
  }
  return logSource({ ...options, database }, reading);
}

function fileSource(files: readonly string[], options: SourceOptions, { skipped, progress }: Reading): RecordSource {
  const matches = recordMatcher(options);
  const records = recordsIn(files, {
    takesUnsealed: options.unsealed === true,
    onBad: (sentence) => skipped.badLine(sentence),
    onProgress: (bytes, total) => progress?.update(bytes, total),
  });
  return (work) => work(filtered(records, matches));
}

function logSource(options: SourceOptions & LogOptions, { terminal, skipped, progress }: Reading): RecordSource {
  const { after, to, unrecorded } = options;
  const request = {
    ...filtersOf(options),
    ...(after === undefined ? {} : { afterPosition: after }),
    ...(to === undefined ? {} : { format: to }),
    ...readerOf(options),
    recorded: unrecorded !== true,
    onDamaged: (error: Error) => skipped.damaged(error),
    onProgress: (done: number, total: number) => progress?.update(done, total),
  };
  return (work) => {
    const read = ({ custody }: OpenedCustody): Promise<void> =>
      work(filtered(custody.export(request), (record) => isWritable(record, skipped)));
    return unrecorded === true ? readLog(options, read) : writeLog(options, terminal, read);
  };
}

/** What somebody wrote into the database past us may be anything. */
function isWritable(record: AuditRecord, skipped: SkippedRecords): boolean {
  const problem = problemOf(record);
  if (problem !== undefined) {
    const { chain, position } = record.seal;
    skipped.damaged(new Error(`Position ${position} of chain "${chain}": ${problem}. "audited verify" says more.`));
  }
  return problem === undefined;
}

async function* filtered(
  records: AsyncIterable<AuditRecord>,
  isMeant: (record: AuditRecord) => boolean,
): AsyncGenerator<AuditRecord, void, undefined> {
  for await (const record of records) {
    if (isMeant(record)) {
      yield record;
    }
  }
}
