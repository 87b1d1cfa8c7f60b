import { Command } from 'commander';
import type { AuditPage, AuditRecord } from 'nestjs-audited';
import type { CommandContext } from '../command-context.js';
import { InputError } from '../input-error.js';
import { FILTER_HELP, withFilters, withTimes } from '../options/filter-options.js';
import { formatterOf } from '../options/format-options.js';
import { sealKeyOption, withDatabase, type LogOptions } from '../options/log-options.js';
import { collect } from '../options/option-values.js';
import { pageOf, withPage, type PageOptions } from '../options/page-options.js';
import { withReader, type ReaderOptions } from '../options/reader-options.js';
import { filtersOf, type RecordOptions } from '../options/record-options.js';
import { writeRecords } from '../output/record-document.js';
import { recordLine, widthsOf } from '../output/record-text.js';
import type { Terminal } from '../output/terminal.js';
import { lookInto, type OpenedLook } from '../records/recorded-look.js';

interface QueryOptions extends LogOptions, RecordOptions, PageOptions, ReaderOptions {
  readonly id?: string;
  readonly to?: string;
  readonly option?: readonly string[];
}

const HELP = `
Shows a page of the records that match, one line each: time, severity, outcome, type, actor, resource, action. --json gives
the page as the reading API does; --to writes it in a format. "audited export" writes all of them, however many there are.
${FILTER_HELP}

Whoever reads leaves a record of type audit.read with the filters, before anything is shown. That needs the rights of the
application; with --unrecorded an account that may only SELECT is enough.

Examples:
  audited query -d audit.sqlite --since 2026-11-01 --outcome failure,denied --total
  audited query -d audit.sqlite --type deploy.* --not-environment staging --text rollback --by ada --reason "incident 7"
  audited query -d audit.sqlite --id 019aa4d2-6cd8-7f6e-b9b1-5c1f4e0f7a11 --json`;

/** `audited query`. */
export function queryCommand({ terminal }: CommandContext): Command {
  const command = withDatabase(new Command('query').description('search the log and show what is found'))
    .addOption(sealKeyOption())
    .option('--id <event id>', 'show this one event instead');
  return withReader(withPage(withFilters(withTimes(command))))
    .option('--to <format>', 'write it in this format; "audited format --list" names them')
    .option('--option <name=value>', 'an option of the format; repeat for several', collect)
    .addHelpText('after', HELP)
    .action(async (options: QueryOptions) => {
      if (options.to !== undefined && terminal.isJson) {
        throw new InputError('--json and --to are given: choose one. --to json writes a JSON array of records.');
      }
      const { id } = options;
      await (id === undefined ? search(options, terminal) : showOne(id, options, terminal));
    });
}

async function search(options: QueryOptions, terminal: Terminal): Promise<void> {
  const query = { ...filtersOf(options), ...pageOf(options) };
  const show = showing(options, terminal);
  await lookInto(options, terminal, async ({ reader, note }) => {
    const page = await reader.find(query);
    await note({ action: 'Audit trail searched on the command line', query });
    terminal.json(page);
    await show(page.records);
    sayRest(page, terminal);
  });
}

async function showOne(id: string, options: QueryOptions, terminal: Terminal): Promise<void> {
  if (Object.keys(filtersOf(options)).length > 0) {
    throw new InputError('--id names one event: leave out the filters.');
  }
  const show = showing(options, terminal);
  await lookInto(options, terminal, async (look) => {
    const record = await recordOf(id, look);
    terminal.json(record);
    await show([record]);
    if (options.to === undefined) {
      terminal.say(JSON.stringify(record, undefined, 2));
    }
  });
}

async function recordOf(id: string, { reader, note }: OpenedLook): Promise<AuditRecord> {
  const record = await reader.get(id.toLowerCase());
  if (record === undefined) {
    throw new InputError(`--id: there is no event ${id} in this log. It may have been pruned.`);
  }
  await note({
    action: 'Audit record read on the command line',
    query: { id: record.event.id },
    eventId: record.event.id,
  });
  return record;
}

/** For people, or in a format; what is wrong with that is told before anything is opened. */
function showing(
  { to, option }: QueryOptions,
  terminal: Terminal,
): (records: readonly AuditRecord[]) => void | Promise<void> {
  if (to !== undefined) {
    const formatter = formatterOf(to, option);
    return (records) => writeRecords(each(records), { terminal, formatter, options: {}, progress: undefined });
  }
  return (records) => {
    const widths = widthsOf(records);
    records.forEach((record) => terminal.say(recordLine(record, widths)));
  };
}

async function* each(records: readonly AuditRecord[]): AsyncGenerator<AuditRecord, void, undefined> {
  yield* records;
}

/** What stands beside the records: nothing of it belongs into a pipe of lines. */
function sayRest({ records, total, next }: AuditPage, terminal: Terminal): void {
  if (terminal.isJson) {
    return;
  }
  if (records.length === 0) {
    terminal.note('No record matches.');
  }
  if (total !== undefined) {
    // It was asked for, so it is no hint that --quiet could keep back.
    terminal.fail(`${total.relation === 'gte' ? 'at least ' : ''}${total.count} record(s) match`);
  }
  if (next !== undefined) {
    terminal.note(`more: --cursor ${next}`);
  }
}
