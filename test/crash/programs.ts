import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Where the log is while the application is killed. */
export type CrashStore = 'sqlite' | 'postgres' | 'mysql';

/** What a program of this folder said, and how it ended. */
export interface ProgramEnd {
  readonly exitCode: number | null;
  readonly output: string;
  readonly lastLine: string;
}

/** Runs a program of this folder in a process of its own; whoever cannot wait so long gets what it said so far. */
export async function runProgram(
  name: 'crash' | 'outage' | 'shutdown' | '../chaos/chaos',
  args: readonly string[],
  timeoutMs: number,
  environment: Readonly<Record<string, string>> = {},
): Promise<ProgramEnd> {
  const program = fileURLToPath(new URL(`${name}.mjs`, import.meta.url));
  // SIGINT, so that the program's own children end with it.
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  const timer = setTimeout(() => child.kill('SIGINT'), timeoutMs);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  clearTimeout(timer);
  return { exitCode, output, lastLine: output.trimEnd().split('\n').at(-1) ?? '' };
}

/** Crash rounds on a store; what they printed tells which round lost what, and how to repeat it. */
export async function crashRounds(
  store: CrashStore,
  rounds: number,
  environment: Readonly<Record<string, string>> = {},
): Promise<ProgramEnd> {
  const timeoutMs = 60_000 + rounds * 20_000;
  return runProgram('crash', ['--store', store, '--rounds', String(rounds)], timeoutMs, environment);
}

/** The line that a program ends with, read. */
export async function scenario<Outcome>(
  name: 'outage' | 'shutdown',
  args: readonly string[],
  timeoutMs: number,
): Promise<Outcome> {
  const { exitCode, output, lastLine } = await runProgram(name, args, timeoutMs);
  if (exitCode !== 0) {
    throw new Error(`${name} ${args.join(' ')} ended with ${exitCode}:\n${output}`);
  }
  return JSON.parse(lastLine) as Outcome;
}
