import { Command } from 'commander';
import type { AuditRecord } from 'nestjs-audited';
import type { CommandContext } from '../command-context.js';
import { withDocument } from '../options/document-options.js';
import { FILTER_HELP, withFilters, withTimes } from '../options/filter-options.js';
import { formatterOf } from '../options/format-options.js';
import { sealKeyOption, withDatabase, type LogOptions } from '../options/log-options.js';
import { collect, wholeNumber } from '../options/option-values.js';
import { orderOption, type Order } from '../options/page-options.js';
import { readerOf, withReader, type ReaderOptions } from '../options/reader-options.js';
import { filtersOf, type RecordOptions } from '../options/record-options.js';
import { documentProgress, type Progress } from '../output/progress.js';
import { writeRecords, type DocumentOptions } from '../output/record-document.js';
import type { Terminal } from '../output/terminal.js';
import { lookInto } from '../records/recorded-look.js';

interface ExportOptions extends LogOptions, RecordOptions, ReaderOptions, DocumentOptions {
  readonly to?: string;
  readonly option?: readonly string[];
  readonly order?: Order;
  readonly limit?: number;
}

/** A page of rare records may take long, and nobody else waits for it. */
const PAGE_LIMIT_MS = 600_000;
/** The bar is redrawn so often. */
const EVERY_RECORDS = 500;

const HELP = `
Writes every record that matches, however many there are; memory stays flat. The database finds them, in the order in which
they were recorded; "audited format" reads whole chains by position instead, and also files and bundles.
${FILTER_HELP}

Records that are appended meanwhile are left out. A file of --out is there when it is whole, or not at all.

Whoever exports leaves two records of type audit.export: one before the first record is read, one when it ended. That needs
the rights of the application; with --unrecorded an account that may only SELECT is enough.

Examples:
  audited export -d audit.sqlite --to csv --since 2026-11-01 --until 2026-12-01 --out november.csv
  audited export -d audit.sqlite --to jsonl --actor u-17 --out u-17.jsonl.gz --by dpo --reason "request 2026-17"
  audited export -d audit.sqlite --to ecs --risk high,critical --order newest --limit 1000 > risky.ndjson`;

/** `audited export`. */
export function exportCommand({ terminal }: CommandContext): Command {
  const command = withDatabase(new Command('export').description('write all records that match, in any format'))
    .addOption(sealKeyOption())
    .option('--to <format>', 'the format to write; "audited format --list" names them')
    .option('--option <name=value>', 'an option of the format; repeat for several', collect)
    .addOption(orderOption('oldest'))
    .option('--limit <count>', 'so many at the most; all unless you say otherwise', wholeNumber);
  return withReader(withDocument(withFilters(withTimes(command))))
    .addHelpText('after', HELP)
    .action((options: ExportOptions) => exportAll(options, terminal));
}

async function exportAll(options: ExportOptions, terminal: Terminal): Promise<void> {
  const formatter = formatterOf(options.to, options.option);
  const { order = 'oldest', limit } = options;
  const filters = filtersOf(options);
  const query = { ...filters, order, ...(limit === undefined ? {} : { limit }) };
  const progress = documentProgress(options, terminal, 'records');
  const pages = { timeLimitMs: PAGE_LIMIT_MS };
  await lookInto(options, terminal, async ({ custody, reader, flows }) => {
    // What is wrong with the query is told before anything is written.
    const { total } = await reader.find({ ...filters, limit: 1, total: true }, pages);
    const records = custody.exportFound(flows.walk(query, pages), {
      query,
      format: formatter.name,
      ...readerOf(options),
      recorded: options.unrecorded !== true,
    });
    const most = Math.min(total?.count ?? 0, limit ?? Infinity);
    await writeRecords(watched(records, most, progress), { terminal, formatter, options, progress });
  }).finally(() => progress?.stop());
}

/** Shows how far it is; how many there are may be more than what was counted. */
async function* watched(
  records: AsyncIterable<AuditRecord>,
  total: number,
  progress: Progress | undefined,
): AsyncGenerator<AuditRecord, void, undefined> {
  let done = 0;
  for await (const record of records) {
    done++;
    if (done % EVERY_RECORDS === 0) {
      progress?.update(done, total);
    }
    yield record;
  }
}
