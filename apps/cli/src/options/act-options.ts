import { Option, type Command } from 'commander';
import { InputError } from '../input-error.js';

/** Who acts and why. */
export interface ActOptions {
  readonly by?: string;
  readonly reason?: string;
  readonly ticket?: string;
}

/** The act, as custody wants it. */
export interface Act {
  readonly by: Person;
  readonly reason: string;
  readonly ticket?: string;
}

/** The actor of a sealed record. */
export type Person = { readonly kind: 'user'; readonly id: string } | { readonly kind: 'user'; readonly email: string };

/** A person and a reason: what changes the log itself says who did it. */
export function withAct(command: Command): Command {
  return command
    .addOption(new Option('--by <person>', 'who does this: an id, or an e-mail address').env('AUDITED_BY'))
    .option('--reason <text>', 'why, in words that an auditor understands')
    .option('--ticket <id>', 'where it was decided');
}

/** An e-mail address stays erasable; it is never the id. */
export function personOf(person: string): Person {
  return person.includes('@') ? { kind: 'user', email: person } : { kind: 'user', id: person };
}

/** @throws InputError without a person or a reason: a record that does not say who and why is no evidence */
export function actOf({ by, reason, ticket }: ActOptions): Act {
  if (by === undefined || by.trim() === '' || reason === undefined || reason.trim() === '') {
    const missing = reason === undefined || reason.trim() === '' ? '--reason' : '--by';
    throw new InputError(`${missing} is missing: the log says who did it and why. Nothing was done.`);
  }
  return { by: personOf(by), reason, ...(ticket === undefined ? {} : { ticket }) };
}
