import { Option, type Command } from 'commander';
import type { AuditQuery } from 'nestjs-audited';
import { countFromZero, wholeNumber } from './option-values.js';

/** The order of records, as commander gives it. */
export type Order = NonNullable<AuditQuery['order']>;

/** Which part of what is found, as commander gives it. */
export interface PageOptions {
  readonly limit?: number;
  readonly offset?: number;
  readonly order?: Order;
  readonly cursor?: string;
  readonly total?: boolean;
}

const DEFAULT_LIMIT = 20;

/** In which order, the other than the usual one on request. */
export function orderOption(usual: Order): Option {
  return new Option('--order <word>', `in the order of recording: ${usual} first unless you say otherwise`).choices([
    'newest',
    'oldest',
  ] satisfies Order[]);
}

/** One page of what is found. */
export function withPage(command: Command): Command {
  return command
    .option(
      '--limit <count>',
      `so many at the most, up to 1000; ${DEFAULT_LIMIT} unless you say otherwise`,
      wholeNumber,
    )
    .option('--offset <count>', 'leave out so many in front, up to 10000', countFromZero)
    .addOption(orderOption('newest'))
    .option('--cursor <text>', 'read on where the page before ended')
    .option('--total', 'also count what matches');
}

/** The page in the names of the library. */
export function pageOf({ limit = DEFAULT_LIMIT, offset, order, cursor, total }: PageOptions): AuditQuery {
  return {
    limit,
    ...(offset === undefined ? {} : { offset }),
    ...(order === undefined ? {} : { order }),
    ...(cursor === undefined ? {} : { cursor }),
    ...(total === true ? { total } : {}),
  };
}
