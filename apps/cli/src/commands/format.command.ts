import { Command } from 'commander';
import { FILTER_HELP } from '../options/filter-options.js';
import { formatterOf } from '../options/format-options.js';
import { databaseOption, sealKeyOption } from '../options/log-options.js';
import { collect } from '../options/option-values.js';
import { withReader } from '../options/reader-options.js';
import { withRecords } from '../options/record-options.js';
import { withDocument } from '../options/document-options.js';
import { sayFormats } from '../output/format-list.js';
import { documentProgress } from '../output/progress.js';
import { writeRecords, type DocumentOptions } from '../output/record-document.js';
import type { Terminal } from '../output/terminal.js';
import { sourceOf, type SourceOptions } from '../records/record-source.js';
import { SkippedRecords } from '../records/skipped-records.js';
import type { CommandContext } from '../command-context.js';

interface FormatOptions extends SourceOptions, DocumentOptions {
  readonly option?: readonly string[];
  readonly list?: boolean;
  readonly skipBad?: boolean;
}

const HELP = `
Takes records from a database, from files, or from standard input (-), and writes them in the language of a SIEM, one after
another, however many there are. Read from files are lines of the format "record", and the records of bundles and archives:
name the folder, or its records.jsonl.gz. A file may be packed with gzip. With --unsealed also lines of the journal, which
have no seal: the result says "unsealed" and "none" where chain and scheme stand. Of a database it reads whole chains by
position and compares each record with the filters; "audited export" lets the database find the records, in their order.
${FILTER_HELP}

Nothing is verified on the way: "audited verify" and "audited verify-bundle" do that.

Whoever exports from a database leaves two records of type audit.export in it: one before the first record is read, one when
it ended. That needs the rights of the application; with --unrecorded an account that may only SELECT is enough.

A line that is no record ends the work with its file and number. A file of --out is there when it is whole, or not at all.

Options of a format are given as JSON, or as text where that is none: --option version=1. --option eventTypes=@mapping.json
takes the JSON in a file.

Examples:
  audited format --list
  audited format -d audit.sqlite --to cef --since 2026-11-01 --until 2026-12-01 --out november.cef
  audited format -d audit.sqlite --to jsonl --chain main --after 41822 --by ops --reason "nightly" | gzip > night.jsonl.gz
  audited format evidence --to ecs --tenant acme > acme.ndjson
  audited format - --to csv --option columns=["occurred_at","type","actor_id"] < records.jsonl`;

/** `audited format`. */
export function formatCommand({ terminal }: CommandContext): Command {
  const command = new Command('format')
    .description('write records in the format of a SIEM: files, bundles, or whole chains by position')
    .addHelpText('after', HELP)
    .argument('[file...]', 'JSON Lines, plain or packed; a folder with a bundle; "-" for standard input')
    .option('--to <format>', 'the format to write')
    .option('--list', 'name the formats instead')
    .option('--option <name=value>', 'an option of the format; repeat for several', collect)
    .addOption(databaseOption())
    .addOption(sealKeyOption());
  return withReader(withDocument(withRecords(command)))
    .option('--skip-bad', 'leave out what cannot be read, and count it')
    .option('--unsealed', 'also take events without seal: lines of the journal')
    .action(async (files: readonly string[], options: FormatOptions) => {
      if (options.list === true) {
        sayFormats(terminal);
        return;
      }
      await convert(files, options, terminal, command.getOptionValueSource('database') === 'cli');
    });
}

async function convert(
  files: readonly string[],
  options: FormatOptions,
  terminal: Terminal,
  namesDatabase: boolean,
): Promise<void> {
  const formatter = formatterOf(options.to, options.option);
  const skipped = new SkippedRecords(terminal, options.skipBad === true);
  const progress = documentProgress(options, terminal, files.length > 0 ? 'bytes' : 'records');
  const source = sourceOf(files, options, { terminal, skipped, progress, namesDatabase });
  await source((records) => writeRecords(records, { terminal, formatter, options, progress, skipped })).finally(() =>
    progress?.stop(),
  );
  skipped.report();
}
