import type { ExitCode } from './exit-code.js';
import type { Terminal } from './output/terminal.js';

/** What a command is given: where to write, and whom to tell how it ended. */
export interface CommandContext {
  readonly terminal: Terminal;
  readonly exitWith: (code: ExitCode) => void;
}
