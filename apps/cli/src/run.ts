import { CommanderError, type Command } from 'commander';
import { EXIT, exitCodeOf, type ExitCode } from './exit-code.js';
import { Terminal } from './output/terminal.js';
import { programOf } from './program.js';
import { spokenMessage } from './spoken-message.js';

/** A code for programs, where the call could not be read at all. */
const USAGE = 'USAGE';

/**
 * Runs one command.
 *
 * @param words what stands after `audited`
 * @returns what the process should exit with; never throws
 */
export async function run(words: readonly string[]): Promise<ExitCode> {
  // Known before the words are read: what is wrong with them is told in the same way.
  const terminal = new Terminal(words.includes('--json'), words.includes('--quiet') || words.includes('-q'));
  let code: ExitCode = EXIT.ok;
  const program = programOf(terminal, (given) => {
    code = given;
  });
  try {
    await program.parseAsync([...words], { from: 'user' });
    return code;
  } catch (error) {
    return error instanceof CommanderError
      ? misused(error, terminal, commandIn(program, words))
      : failed(error, terminal);
  }
}

/** Says why something failed, for people and for programs. */
export function failed(error: unknown, terminal = new Terminal(false, false)): ExitCode {
  const { message, code } = (error ?? {}) as { readonly message?: unknown; readonly code?: unknown };
  const sentence = typeof message === 'string' && message !== '' ? spokenMessage(message) : String(error);
  const isOurs = typeof code === 'string' && code.startsWith('AUDIT_');
  tell(terminal, isOurs ? code : 'UNKNOWN', isOurs ? sentence : `This was not expected: ${sentence}`);
  return exitCodeOf(error);
}

/** Help and version are no failure, and were printed already. */
function misused({ exitCode, code, message }: CommanderError, terminal: Terminal, command: string): ExitCode {
  if (exitCode === 0) {
    return EXIT.ok;
  }
  if (code === 'commander.help') {
    // A group without its command: what it can do was printed.
    terminal.json({ error: { code: USAGE, message: 'A command is missing.' } });
    return EXIT.usage;
  }
  tell(terminal, USAGE, message.replace(/^error: /, ''));
  terminal.note(`"${command}" explains it.`);
  return EXIT.usage;
}

/** How to ask for the explanation of what was called. */
function commandIn(program: Command, words: readonly string[]): string {
  let found = program;
  const names: string[] = [];
  for (const word of words) {
    const inner = found.commands.find((command) => command.name() === word);
    if (inner !== undefined) {
      found = inner;
      names.push(word);
    }
  }
  return ['audited help', ...names].join(' ');
}

function tell(terminal: Terminal, code: string, message: string): void {
  terminal.json({ error: { code, message } });
  terminal.fail(`audited: ${message}`);
}
