import type { Command } from 'commander';
import { queryMatcher, type RecordFilters } from 'nestjs-audited/custody';
import type { AuditRecord } from 'nestjs-audited';
import { InputError } from '../input-error.js';
import { givenFilters, givenNegations, withFilters, withTimes, type FilterOptions } from './filter-options.js';
import { wholeNumber } from './option-values.js';

/** Which records, as commander gives them. */
export interface RecordOptions extends FilterOptions {
  readonly after?: number;
}

/** Which records; all that are given must match. */
export function withRecords(command: Command): Command {
  return withFilters(withTimes(command)).option(
    '--after <position>',
    'with --chain: only behind this position, where the last one ended',
    wholeNumber,
  );
}

/** @throws InputError for options that contradict each other */
export function filtersOf(options: RecordOptions): RecordFilters {
  const { since, until, text, after } = options;
  const filters = givenFilters(options);
  if (after !== undefined && typeof filters.chain !== 'string') {
    throw new InputError('--after needs --chain, and one chain only: positions are counted in each chain.');
  }
  if (since !== undefined && until !== undefined && since >= until) {
    throw new InputError('--until is not after --since: nothing can have occurred in between.');
  }
  const not = givenNegations(options);
  return {
    ...filters,
    ...(since === undefined ? {} : { from: since }),
    ...(until === undefined ? {} : { to: until }),
    ...(text === undefined ? {} : { text }),
    ...(Object.keys(not).length === 0 ? {} : { not }),
  };
}

/** Says of a record that no database looked at whether it is meant. */
export function recordMatcher(options: RecordOptions): (record: AuditRecord) => boolean {
  const matches = queryMatcher(filtersOf(options));
  const { after = 0 } = options;
  return ({ event, seal }) => seal.position > after && matches(seal.chain, event);
}
