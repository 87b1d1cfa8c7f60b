import { Command, Option } from 'commander';
import type { DeadLetter } from 'nestjs-audited';
import type { CommandContext } from '../command-context.js';
import { readLog, writeLog } from '../log-connection.js';
import { actOf, withAct, type ActOptions } from '../options/act-options.js';
import { selectionOf, withSelection, type SelectionOptions } from '../options/dead-letter-options.js';
import { withDatabase, withSigning, type LogOptions } from '../options/log-options.js';
import { wholeNumber } from '../options/option-values.js';
import { deadLetterLine } from '../output/destination-text.js';
import type { Terminal } from '../output/terminal.js';

interface ListOptions extends LogOptions {
  readonly destination?: string;
  readonly state?: DeadLetter['state'];
  readonly event?: string;
  readonly after?: number;
  readonly limit?: number;
}

const SHOWN = 100;
const HELP = `
A dead letter is a record that a destination did not take. It stays in the log; while it is dead for a required destination,
retention does not remove it. "audited replay" sends it again.

Examples:
  audited dead-letters list -d audit.sqlite --destination elastic
  audited dead-letters discard -d audit.sqlite --destination elastic --by ops --reason "index is gone for good"`;

/** `audited dead-letters list|discard`. */
export function deadLettersCommand({ terminal }: CommandContext): Command {
  return new Command('dead-letters')
    .description('records that destinations did not take')
    .addHelpText('after', HELP)
    .addCommand(listCommand(terminal))
    .addCommand(discardCommand(terminal));
}

function listCommand(terminal: Terminal): Command {
  return withDatabase(new Command('list').description('what was refused, and why; oldest first'))
    .option('--destination <name>', 'only of this destination')
    .addOption(new Option('--state <word>', 'only in this state').choices(['dead', 'replaying', 'discarded']))
    .option('--event <id>', 'only of this event')
    .option('--after <number>', 'only those behind this one: to read on', wholeNumber)
    .option('--limit <count>', 'so many at the most, up to 1000', wholeNumber, SHOWN)
    .action(async (options: ListOptions) => {
      const { destination, state, event, after, limit } = options;
      const query = Object.fromEntries(
        Object.entries({ destination, state, eventId: event, after, limit }).filter(([, value]) => value !== undefined),
      );
      const letters = await readLog(options, ({ destinations }) => destinations.deadLetters(query));
      terminal.json(letters);
      letters.forEach((letter) => terminal.say(deadLetterLine(letter)));
      if (letters.length === 0) {
        terminal.say('No dead letters.');
      }
    });
}

function discardCommand(terminal: Terminal): Command {
  const command = new Command('discard').description('give them up for good; they stay listed as discarded');
  return withAct(withSigning(withSelection(command))).action(
    async (options: LogOptions & ActOptions & SelectionOptions) => {
      const act = actOf(options);
      const selection = selectionOf(options);
      const discarded = await writeLog(options, terminal, ({ destinations }) => destinations.discard(selection, act));
      terminal.json({ discarded });
      terminal.say(`Discarded ${discarded} dead letter(s).`);
    },
  );
}
