import { Command, Option } from 'commander';
import type { AuditRecord } from 'nestjs-audited';
import { formattedDocument } from 'nestjs-audited/formats';
import { formatterOf } from '../options/format-options.js';
import { databaseOption, sealKeyOption } from '../options/log-options.js';
import { collect } from '../options/option-values.js';
import { withRecords } from '../options/record-options.js';
import { fileOutput, streamOutput, writeDocument, type DocumentOutput } from '../output/document-output.js';
import { sayFormats } from '../output/format-list.js';
import { Progress } from '../output/progress.js';
import type { Terminal } from '../output/terminal.js';
import { sourceOf, type SourceOptions } from '../records/record-source.js';
import { SkippedRecords } from '../records/skipped-records.js';
import type { CommandContext } from '../command-context.js';

interface FormatOptions extends SourceOptions {
  readonly option?: readonly string[];
  readonly out?: string;
  readonly force?: boolean;
  readonly list?: boolean;
  readonly skipBad?: boolean;
}

const HELP = `
Takes records from a database, from files, or from standard input (-), and writes them in the language of a SIEM, one after
another, however many there are. Read from files are lines of the format "record", and the records of bundles and archives:
name the folder, or its records.jsonl.gz. A file may be packed with gzip. With --unsealed also lines of the journal, which
have no seal: the result says "unsealed" and "none" where chain and scheme stand.

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
    .description('write records in the format of a SIEM')
    .argument('[file...]', 'JSON Lines, plain or packed; a folder with a bundle; "-" for standard input')
    .option('--to <format>', 'the format to write')
    .option('--list', 'name the formats instead')
    .option('--option <name=value>', 'an option of the format; repeat for several', collect)
    .addOption(databaseOption())
    .addOption(sealKeyOption());
  return withRecords(command)
    .option('--out <file>', 'write there instead of to standard output; a new file')
    .option('--force', 'replace the file of --out')
    .option('--skip-bad', 'leave out what cannot be read, and count it')
    .option('--unsealed', 'also take events without seal: lines of the journal')
    .option('--unrecorded', 'leave no record of the export in the database')
    .addOption(new Option('--by <person>', 'who exports: an id, or an e-mail address').env('AUDITED_BY'))
    .option('--reason <text>', 'why it is exported')
    .addHelpText('after', HELP)
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
  const progress = progressOf(options, terminal, files.length > 0 ? 'bytes' : 'records');
  const source = sourceOf(files, options, { terminal, skipped, progress, namesDatabase });
  let written = 0;
  await source(async (records) => {
    const counted = counting(records, () => written++);
    const output = await outputOf(options);
    const end = await writeDocument(formattedDocument(formatter, counted), output);
    progress?.stop();
    if (end === 'gone') {
      return;
    }
    const said = `${written} record(s) as ${formatter.name}`;
    if (options.out === undefined) {
      terminal.note(said);
    } else {
      terminal.json({ file: options.out, format: formatter.name, records: written, skipped: skipped.count });
      terminal.say(`${options.out}: ${said}`);
    }
  }).finally(() => progress?.stop());
  skipped.report();
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

function outputOf({ out, force }: FormatOptions): Promise<DocumentOutput> {
  return out === undefined ? Promise.resolve(streamOutput(process.stdout)) : fileOutput(out, force === true);
}

/** A bar between the lines of the document would help nobody. */
function progressOf({ out }: FormatOptions, terminal: Terminal, what: string): Progress | undefined {
  return out === undefined && process.stdout.isTTY ? undefined : new Progress(terminal, what);
}
