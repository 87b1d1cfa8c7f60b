import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The program as it is published. */
export const PROGRAM = join(fileURLToPath(new URL('../..', import.meta.url)), 'libs/audited/bin/audited.js');

/** How a command ended. */
export interface Ran {
  readonly status: number | null;
  /** What it wrote to standard output. */
  readonly out: string;
  /** What it wrote to standard error. */
  readonly errors: string;
}

/** Longer than the product may let anybody wait. */
const LIMIT_MS = 60_000;

/** A shell in one folder: runs `audited` as a user does, without a terminal. */
export class CommandLine {
  /** @param settings environment variables of the program, e.g. AUDITED_DATABASE */
  constructor(
    private readonly folder: string,
    private readonly settings: Readonly<Record<string, string>> = {},
  ) {}

  run(...words: readonly string[]): Ran {
    const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...words], {
      cwd: this.folder,
      encoding: 'utf8',
      env: { ...environment(), ...this.settings },
      timeout: LIMIT_MS,
    });
    const ran = { status, out: stdout, errors: stderr };
    // Whatever happens, nobody is shown where in our code it did.
    expect(`${ran.out}${ran.errors}`).not.toMatch(/^\s+at .+:\d+:\d+\)?$|node:internal|Unhandled/m);
    return ran;
  }

  /** Runs it with `--json`, and reads what it answers. */
  json<Answer>(...words: readonly string[]): Answer {
    return JSON.parse(this.run(...words, '--json').out) as Answer;
  }

  /** @returns the same shell with further environment variables */
  with(settings: Readonly<Record<string, string>>): CommandLine {
    return new CommandLine(this.folder, { ...this.settings, ...settings });
  }
}

/** Nothing of whoever runs the tests. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('AUDITED_')));
}
