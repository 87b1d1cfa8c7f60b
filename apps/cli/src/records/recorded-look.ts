import type { OpenedCustody, ReadingNote } from 'nestjs-audited/custody';
import { readLog, writeLog, type CustodySettings } from '../log-connection.js';
import type { LogOptions } from '../options/log-options.js';
import { readerOf, type ReaderOptions } from '../options/reader-options.js';
import type { Terminal } from '../output/terminal.js';

/** A log that somebody looks into. */
export interface OpenedLook extends Pick<OpenedCustody, 'custody' | 'reader' | 'flows' | 'statistics'> {
  /** Says in the log that it was looked into, unless that is refused. Wait for it before anything is shown. */
  readonly note: (reading: Omit<ReadingNote, 'by' | 'reason'>) => Promise<void>;
}

/**
 * Opens a log to look into it: for reading alone where nothing is to be recorded, so that an account with SELECT is enough.
 *
 * @throws InputError for files and names that are wrong; what the log says
 */
export function lookInto<Result>(
  options: LogOptions & ReaderOptions,
  terminal: Terminal,
  work: (look: OpenedLook) => Promise<Result>,
  settings: CustodySettings = {},
): Promise<Result> {
  const { unrecorded = false } = options;
  const looked = ({ custody, reader, flows, statistics }: OpenedCustody): Promise<Result> => {
    const note: OpenedLook['note'] = (reading) =>
      unrecorded ? Promise.resolve() : custody.recordReading({ ...reading, ...readerOf(options) });
    return work({ custody, reader, flows, statistics, note });
  };
  return unrecorded ? readLog(options, looked, settings) : writeLog(options, terminal, looked, settings);
}
