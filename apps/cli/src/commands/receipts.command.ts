import { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { InputError } from '../input-error.js';
import { readLog } from '../log-connection.js';
import { withDatabase, type LogOptions } from '../options/log-options.js';

const HELP = `
pending: not sent yet. sent: it left, and is not confirmed. settled: done with, or kept back by the destination's filter, which
only the application knows. dead, replaying, discarded: see "audited dead-letters".

Examples:
  audited receipts <event id> -d audit.sqlite`;

/** `audited receipts`. */
export function receiptsCommand({ terminal }: CommandContext): Command {
  const command = new Command('receipts')
    .description('where one event is on its way to each destination')
    .argument('<event id>', 'the id of the event, as in its record')
    .addHelpText('after', HELP);
  return withDatabase(command).action(async (eventId: string, options: LogOptions) => {
    const { receipts, isThere } = await readLog(options, async ({ destinations, reader }) => ({
      isThere: (await reader.get(eventId)) !== undefined,
      receipts: await destinations.receipts(eventId),
    }));
    if (!isThere) {
      throw new InputError(`There is no event "${eventId}" in the log.`);
    }
    terminal.json(receipts);
    receipts.forEach(({ destination, state, reason }) =>
      terminal.say(`${destination}: ${state}${reason === undefined ? '' : ` (${reason})`}`),
    );
    if (receipts.length === 0) {
      terminal.say('The log has no destinations.');
    }
  });
}
