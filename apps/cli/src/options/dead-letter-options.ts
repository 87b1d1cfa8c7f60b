import type { Command } from 'commander';
import type { DeadLetterSelection } from 'nestjs-audited';
import { InputError } from '../input-error.js';
import { wholeNumber } from './option-values.js';

/** Which dead letters are meant, as commander gives it. */
export interface SelectionOptions {
  readonly destination?: string;
  readonly letter?: readonly number[];
  readonly event?: string;
  readonly all?: boolean;
}

/** For commands that do something to dead letters. */
export function withSelection(command: Command): Command {
  return command
    .option('--destination <name>', 'those of this destination')
    .option(
      '--letter <number>',
      'this one, by its number; repeat for several',
      (text, before: readonly number[] | undefined): readonly number[] => [...(before ?? []), wholeNumber(text)],
    )
    .option('--event <id>', 'those of this event')
    .option('--all', 'every one, of every destination');
}

/** @throws InputError when nothing is named, or everything and something */
export function selectionOf({ destination, letter, event, all }: SelectionOptions): DeadLetterSelection {
  const named = {
    ...(destination === undefined ? {} : { destination }),
    ...(letter === undefined ? {} : { sequences: letter }),
    ...(event === undefined ? {} : { eventId: event }),
  };
  const isNamed = Object.keys(named).length > 0;
  if (isNamed === (all === true)) {
    throw new InputError(
      isNamed
        ? '--all goes with none of --destination, --letter and --event. Nothing was done.'
        : 'Name dead letters by --destination, --letter or --event, or take --all. Nothing was done.',
    );
  }
  return all === true ? { all: true } : named;
}
