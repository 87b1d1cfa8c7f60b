import { Option, type Command } from 'commander';
import { personOf, type Person } from './act-options.js';

/** Who reads, as commander gives it. */
export interface ReaderOptions {
  readonly unrecorded?: boolean;
  readonly by?: string;
  readonly reason?: string;
}

/** Whoever reads is recorded, unless that is refused. */
export function withReader(command: Command): Command {
  return command
    .option('--unrecorded', 'leave no record of it in the database')
    .addOption(new Option('--by <person>', 'who reads: an id, or an e-mail address').env('AUDITED_BY'))
    .option('--reason <text>', 'why it is read');
}

/** Who reads and why, as custody wants it. */
export function readerOf({ by, reason }: ReaderOptions): { readonly by?: Person; readonly reason?: string } {
  return { ...(by === undefined ? {} : { by: personOf(by) }), ...(reason === undefined ? {} : { reason }) };
}
