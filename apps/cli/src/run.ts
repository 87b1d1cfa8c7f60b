import { CommanderError } from 'commander';
import { EXIT, exitCodeOf, type ExitCode } from './exit-code.js';
import { Terminal } from './output/terminal.js';
import { programOf } from './program.js';

/** What ends a process without its help: said before the process goes. */
const FAILED = 'Something failed that this program did not expect';

/**
 * Runs one command.
 *
 * @param words what stands after `audited`
 * @returns what the process should exit with; never throws
 */
export async function run(words: readonly string[]): Promise<ExitCode> {
  const terminal = new Terminal(words.includes('--json'), words.includes('--quiet') || words.includes('-q'));
  let code: ExitCode = EXIT.ok;
  const program = programOf(terminal, (given) => {
    code = given;
  });
  try {
    await program.parseAsync([...words], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) {
      // Help and version are no failure; everything else of commander's was told already.
      return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    }
    return failed(error, terminal);
  }
}

function failed(error: unknown, terminal: Terminal): ExitCode {
  const failure = exitCodeOf(error);
  const { message, code } = error as { readonly message?: string; readonly code?: string };
  terminal.json({ error: { code: code ?? 'UNKNOWN', message: message ?? String(error) } });
  terminal.fail(`audited: ${message ?? `${FAILED}: ${String(error)}`}`);
  return failure;
}
