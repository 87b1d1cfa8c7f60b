import { Command } from 'commander';
import { InputError } from '../input-error.js';
import type { CommandContext } from '../command-context.js';

/** `audited help`: commander's own knows one level of commands only. */
export function helpCommand({ terminal }: CommandContext): Command {
  return new Command('help')
    .description('explain a command: audited help hold place')
    .argument('[command...]', 'which one; without any, all are listed')
    .action((names: readonly string[], _options: unknown, self: Command) => {
      let found = self.parent ?? self;
      for (const name of names) {
        const inner = found.commands.find((command) => command.name() === name);
        if (inner === undefined) {
          throw new InputError(`There is no command "${names.join(' ')}". "audited help" lists them.`);
        }
        found = inner;
      }
      terminal.print(helpTextOf(found));
    });
}

/** With what stands before and behind it, which `helpInformation` leaves out. */
function helpTextOf(command: Command): string {
  let text = '';
  const configuration = { ...command.configureOutput() };
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  command.configureOutput(configuration);
  return text;
}
