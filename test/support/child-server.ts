import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where the workspace is. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const START_TIMEOUT_MS = 60_000;

/** A built application of the workspace as a process of its own, which says where it listens. */
export class ChildServer {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  /** @throws Error with the output of the process when it ends before it listens */
  static async start(args: readonly string[], environment: Readonly<Record<string, string>>): Promise<ChildServer> {
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new ChildServer(child, await listeningUrl(child));
  }

  /** Ends the process by a signal, and waits until it has. @returns its exit status; null where the signal ended it */
  async end(signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): Promise<number | null> {
    const { child } = this;
    if (child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill(signal);
      await ended;
    }
    // What it started in turn may still hold them, and would keep this process from ending.
    child.stdout?.destroy();
    child.stderr?.destroy();
    return child.exitCode;
  }
}

/** Whether a built file is there and newer than everything it is built of. */
export function isFresh(built: string, sources: string): boolean {
  const entries = readdirSync(sources, { recursive: true, encoding: 'utf8' });
  const newest = Math.max(...entries.map((entry) => statSync(`${sources}/${entry}`).mtimeMs));
  return existsSync(built) && statSync(built).mtimeMs >= newest;
}

function listeningUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const fail = (reason: string): void => reject(new Error(`The process ${reason}. It said:\n${output}`));
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      fail(`did not listen within ${START_TIMEOUT_MS} ms`);
    }, START_TIMEOUT_MS);
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      const url = /listening on (http:\/\/localhost:\d+)\s/.exec(output)?.[1];
      if (url !== undefined) {
        clearTimeout(timer);
        resolve(url.replace('localhost', '127.0.0.1'));
      }
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', (code) => {
      clearTimeout(timer);
      fail(`ended with status ${code}`);
    });
  });
}
