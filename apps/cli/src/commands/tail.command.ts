import { Command } from 'commander';
import type { AuditRecord } from 'nestjs-audited';
import type { TailQuery } from 'nestjs-audited/custody';
import { formattedDocument, type EventFormatter } from 'nestjs-audited/formats';
import type { CommandContext } from '../command-context.js';
import { InputError } from '../input-error.js';
import { FILTER_HELP, withFilters } from '../options/filter-options.js';
import { formatterOf } from '../options/format-options.js';
import { sealKeyOption, withDatabase, type LogOptions } from '../options/log-options.js';
import { collect, countFromZero, seconds } from '../options/option-values.js';
import { withReader, type ReaderOptions } from '../options/reader-options.js';
import { filtersOf, type RecordOptions } from '../options/record-options.js';
import { streamOutput, writeDocument } from '../output/document-output.js';
import { recordLine } from '../output/record-text.js';
import { printable, type Terminal } from '../output/terminal.js';
import { followRecords } from '../records/followed-records.js';
import { lookInto, type OpenedLook } from '../records/recorded-look.js';

interface TailOptions extends LogOptions, Omit<RecordOptions, 'after'>, ReaderOptions {
  readonly after?: string;
  readonly last?: number;
  readonly interval?: number;
  readonly to?: string;
  readonly option?: readonly string[];
}

const DEFAULT_LAST = 10;
const DEFAULT_INTERVAL_MS = 1000;
const ALIVE_MS = 60_000;

const HELP = `
Shows records as they are recorded, one line each, until Ctrl-C, or until one comes that nobody reads any more. --to
writes them in a format of lines. A database that does not answer is asked again.
${FILTER_HELP}

One record of type audit.read says that somebody watches, before anything is shown. That needs the rights of the
application; with --unrecorded an account that may only SELECT is enough.

Examples:
  audited tail -d audit.sqlite --outcome denied
  audited tail -d audit.sqlite --last 100 --severity error,critical --to cef
  audited tail -d audit.sqlite --after 019aa4d2-6cd8-7f6e-b9b1-5c1f4e0f7a11 --to jsonl --by ops --reason "deployment"`;

/** `audited tail`. */
export function tailCommand({ terminal }: CommandContext): Command {
  const command = withDatabase(new Command('tail').description('follow the log: show records as they come'))
    .addOption(sealKeyOption())
    .option(
      '-n, --last <count>',
      `begin with the last so many; ${DEFAULT_LAST} unless you say otherwise`,
      countFromZero,
    )
    .option('--after <event id>', 'begin behind this event instead')
    .option('--interval <seconds>', 'look so often; every second unless you say otherwise', seconds)
    .option('--to <format>', 'write them in this format of lines')
    .option('--option <name=value>', 'an option of the format; repeat for several', collect);
  return withReader(withFilters(command))
    .addHelpText('after', HELP)
    .action((options: TailOptions) => follow(options, terminal));
}

async function follow(options: TailOptions, terminal: Terminal): Promise<void> {
  const query = queryOf(options, terminal);
  const formatter = options.to === undefined ? undefined : lineFormatterOf(options);
  const { after, last, interval = DEFAULT_INTERVAL_MS } = options;
  if (after !== undefined && last !== undefined) {
    throw new InputError('--after and --last are given: begin behind an event, or with the last so many.');
  }
  const following = async ({ reader, flows, note }: OpenedLook): Promise<void> => {
    const asked = { ...query, ...(after === undefined ? {} : { after }) };
    const records = followRecords(
      { reader, flows },
      {
        query,
        signal: endingSignal(),
        begin: () => note({ action: 'Audit trail watched on the command line', query: asked }),
        retryMs: interval,
        onTrouble: (sentence) => terminal.note(sentence),
        ...(after === undefined ? { last: last ?? DEFAULT_LAST } : { after: after.toLowerCase() }),
      },
    );
    // Neither a pause nor a log in which nothing happens keeps a process alive by itself.
    const alive = setInterval(() => undefined, ALIVE_MS);
    try {
      await writeDocument(linesOf(records, formatter), streamOutput(process.stdout));
    } finally {
      clearInterval(alive);
    }
  };
  await lookInto(options, terminal, following, { followEveryMs: interval });
}

function queryOf({ after: _event, ...options }: TailOptions, terminal: Terminal): TailQuery {
  if (terminal.isJson) {
    throw new InputError('--json is one document, and this has no end. Use --to record, or --to jsonl.');
  }
  return filtersOf(options);
}

/** What needs a last record, or something behind it, would never be whole. */
function lineFormatterOf({ to, option }: TailOptions): EventFormatter {
  const formatter = formatterOf(to, option);
  const { separator, end } = formatter.document;
  if (separator !== '' || end !== '') {
    throw new InputError(
      `--to: "${formatter.name}" is one document, and this has no end. Use a format of lines: jsonl.`,
    );
  }
  return formatter;
}

function linesOf(records: AsyncIterable<AuditRecord>, formatter: EventFormatter | undefined): AsyncIterable<string> {
  return formatter === undefined ? readableLines(records) : formattedDocument(formatter, records);
}

async function* readableLines(records: AsyncIterable<AuditRecord>): AsyncGenerator<string, void, undefined> {
  for await (const record of records) {
    yield `${printable(recordLine(record))}\n`;
  }
}

/** Ctrl-C is how this ends, and no failure. */
function endingSignal(): AbortSignal {
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => ending.abort());
  }
  return ending.signal;
}
