import { InvalidArgumentError, Option, type Command } from 'commander';
import type { AuditFilters, FilterName } from 'nestjs-audited/custody';
import { FILTER_OPTIONS, type FilterOption } from './filter-table.js';
import { time } from './option-values.js';

/** Filters as commander gives them: the values of `--resource-type` under `resourceType`, of `--not-type` under `notType`. */
export interface FilterOptions {
  readonly since?: Date;
  readonly until?: Date;
  readonly text?: string;
  readonly [flag: string]: unknown;
}

const TABLE = Object.entries(FILTER_OPTIONS) as readonly (readonly [FilterName, FilterOption])[];

/** What stands below the options in the help of whatever takes filters. */
export const FILTER_HELP = `
All filters that are given must match; of several values of one (--outcome failure,denied, or the option repeated) one must.
A comma that belongs to a value is written \\, and a backslash \\\\. Each of them has a negation, --not-outcome success, that leaves out what it
matches. Texts match exactly; --text looks for words in action, reason, details, error and the names of resources.`;

/** When it occurred. */
export function withTimes(command: Command): Command {
  return command
    .option('--since <time>', 'events that occurred at or after it', time)
    .option('--until <time>', 'events that occurred before it', time);
}

/** Filters of records, and words to look for. */
export function withFilters(command: Command): Command {
  command.option('--text <words>', 'records that hold all of these words; "what stands in quotes" is one');
  return withFiltersOf(command, TABLE);
}

/** Some of the filters. */
export function withSomeFilters(command: Command, names: readonly FilterName[]): Command {
  return withFiltersOf(
    command,
    TABLE.filter(([name]) => names.includes(name)),
  );
}

function withFiltersOf(command: Command, table: typeof TABLE): Command {
  for (const [, filter] of table) {
    const short = filter.flag === 'chain' ? '-c, ' : '';
    command.addOption(
      new Option(`${short}--${filter.flag} <${filter.value}>`, filter.meaning).argParser(valuesOf(filter)),
    );
  }
  for (const [, filter] of table) {
    // Told once below, and not twenty-two times.
    command.addOption(
      new Option(`--not-${filter.flag} <${filter.value}>`, `not: ${filter.meaning}`)
        .argParser(valuesOf(filter))
        .hideHelp(),
    );
  }
  return command;
}

/** The filters that were given, in the names of the library. */
export function givenFilters(options: FilterOptions): AuditFilters {
  return picked(options, ({ flag }) => flag);
}

/** What the negations name. */
export function givenNegations(options: FilterOptions): AuditFilters {
  return picked(options, ({ flag }) => `not-${flag}`);
}

/** The option that a parameter of the library came from: `--resource-type` for `resourceType`, `--not-type` for `not.type`. */
export function flagOf(parameter: string): string | undefined {
  const [, negation, name = ''] = /^(not\.)?(\w+)$/.exec(parameter) ?? [];
  const filter = Object.hasOwn(FILTER_OPTIONS, name) ? FILTER_OPTIONS[name as FilterName] : undefined;
  return filter === undefined ? undefined : `--${negation === undefined ? '' : 'not-'}${filter.flag}`;
}

function picked(options: FilterOptions, nameOf: (filter: FilterOption) => string): AuditFilters {
  return Object.fromEntries(
    TABLE.flatMap(([name, filter]) => {
      const values = options[camelCase(nameOf(filter))] as readonly unknown[] | undefined;
      // One value as itself: that is how records of exports have always said it.
      return values === undefined ? [] : [[name, values.length === 1 ? values[0] : values]];
    }),
  );
}

/** As commander names the value of an option. */
function camelCase(flag: string): string {
  return flag.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function valuesOf({ flag, words }: FilterOption) {
  return (text: string, before: readonly unknown[] | undefined): readonly unknown[] => {
    const values = valuesIn(text);
    const wrong = values.find((value) => value === '' || words?.includes(value) === false);
    if (wrong === '') {
      throw new InvalidArgumentError('Give a value that is not empty.');
    }
    if (wrong !== undefined) {
      throw new InvalidArgumentError(`Allowed choices are ${(words ?? []).join(', ')}.`);
    }
    return [...(before ?? []), ...(flag === 'status' ? values.map(status) : values)];
  };
}

function status(text: string): number | string {
  if (/^[1-5]xx$/i.test(text)) {
    return text.toLowerCase();
  }
  if (!/^[1-5]\d\d$/.test(text)) {
    throw new InvalidArgumentError('Give a status such as 403, or a class of them such as 4xx.');
  }
  return Number(text);
}

/** Values between commas; `\,` and `\\` stand for a comma and a backslash of a value, as in the reading API. */
function valuesIn(text: string): readonly string[] {
  const values = [''];
  for (const [piece] of text.matchAll(/\\[\\,]|[^]/g)) {
    if (piece === ',') {
      values.push('');
    } else {
      values[values.length - 1] += piece.length === 2 && piece.startsWith('\\') ? piece.slice(1) : piece;
    }
  }
  return values;
}
