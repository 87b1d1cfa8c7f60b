import { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { writeLog } from '../log-connection.js';
import { actOf, withAct, type ActOptions } from '../options/act-options.js';
import { selectionOf, withSelection, type SelectionOptions } from '../options/dead-letter-options.js';
import { withSigning, type LogOptions } from '../options/log-options.js';

const HELP = `
Marks dead letters to be sent again. The application that leads the destination does it within a second or so; those that are
refused again are dead again, with the new reason.

Examples:
  audited replay -d audit.sqlite --destination elastic --by ops --reason "mapping is mended"
  audited replay -d audit.sqlite --letter 17 --letter 18 --by ops --reason "two to try"`;

/** `audited replay`. */
export function replayCommand({ terminal }: CommandContext): Command {
  const command = new Command('replay').description('have dead letters sent again').addHelpText('after', HELP);
  return withAct(withSigning(withSelection(command))).action(
    async (options: LogOptions & ActOptions & SelectionOptions) => {
      const act = actOf(options);
      const selection = selectionOf(options);
      const { replaying, idle } = await writeLog(options, terminal, async ({ destinations }) => {
        const marked = await destinations.replay(selection, act);
        const all = await destinations.status();
        const waiting = all.filter(({ deadLetters, leader }) => deadLetters.replaying > 0 && leader === 'nobody');
        return { replaying: marked, idle: waiting.map(({ name }) => name) };
      });
      terminal.json({ replaying });
      terminal.say(`Marked ${replaying} dead letter(s) to be sent again.`);
      if (idle.length > 0) {
        terminal.note(`Nobody leads ${idle.join(', ')} at the moment: they are sent when an application runs again.`);
      }
    },
  );
}
