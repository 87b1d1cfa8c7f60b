import type { AuditRecord } from 'nestjs-audited';
import { formattedDocument, type EventFormatter } from 'nestjs-audited/formats';
import type { SkippedRecords } from '../records/skipped-records.js';
import { fileOutput, gzippedOutput, streamOutput, writeDocument, type DocumentOutput } from './document-output.js';
import type { Progress } from './progress.js';
import type { Terminal } from './terminal.js';

/** Where a document goes, as commander gives it. */
export interface DocumentOptions {
  readonly out?: string;
  readonly force?: boolean;
  readonly gzip?: boolean;
}

/** What writing a document works with. */
export interface DocumentWork {
  readonly terminal: Terminal;
  readonly formatter: EventFormatter;
  readonly options: DocumentOptions;
  readonly progress: Progress | undefined;
  /** Absent where nothing is left out. */
  readonly skipped?: SkippedRecords;
}

/** Writes records as one document, and says how many there were. Whoever stops reading, as `head` does, ends it quietly. */
export async function writeRecords(records: AsyncIterable<AuditRecord>, work: DocumentWork): Promise<void> {
  const { terminal, formatter, options, progress, skipped } = work;
  let written = 0;
  const output = await outputOf(options);
  const end = await writeDocument(
    formattedDocument(
      formatter,
      counting(records, () => written++),
    ),
    output,
  );
  progress?.stop();
  if (end === 'gone') {
    return;
  }
  const said = `${written} record(s) as ${formatter.name}`;
  if (options.out === undefined) {
    terminal.note(said);
  } else {
    const left = skipped === undefined ? {} : { skipped: skipped.count };
    terminal.json({ file: options.out, format: formatter.name, records: written, ...left });
    terminal.say(`${options.out}: ${said}`);
  }
}

async function* counting(
  records: AsyncIterable<AuditRecord>,
  count: () => void,
): AsyncGenerator<AuditRecord, void, undefined> {
  for await (const record of records) {
    count();
    yield record;
  }
}

async function outputOf({ out, force, gzip }: DocumentOptions): Promise<DocumentOutput> {
  const output = out === undefined ? streamOutput(process.stdout) : await fileOutput(out, force === true);
  return (gzip ?? out?.endsWith('.gz')) === true ? gzippedOutput(output) : output;
}
