import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MAIN = join(ROOT, 'dist', 'apps', 'demo', 'main.js');
const TRAFFIC = join(ROOT, 'dist', 'apps', 'demo', 'traffic.js');
const SOURCES = join(ROOT, 'apps', 'demo', 'src');
const START_TIMEOUT_MS = 60_000;

/** Builds the demo unless what is built is newer than its sources. */
export function buildDemo(): void {
  if (!existsSync(MAIN) || statSync(MAIN).mtimeMs < newestSource()) {
    execFileSync('npm', ['run', 'build:demo'], { cwd: ROOT, stdio: 'pipe', shell: process.platform === 'win32' });
  }
}

function newestSource(): number {
  const entries = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' });
  return Math.max(...entries.map((entry) => statSync(join(SOURCES, entry)).mtimeMs));
}

/** Runs the built traffic scenario against a demo, to its end. */
export async function playTraffic(url: string): Promise<{ readonly exitCode: number | null; readonly output: string }> {
  const child = spawn(process.execPath, [TRAFFIC], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], DEMO_URL: url },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { exitCode, output };
}

/** An answer of the demo. */
export interface DemoAnswer {
  readonly status: number;
  /** The id that the record of this request has. */
  readonly auditId: string | null;
  readonly body: unknown;
}

/** The built demo as a process of its own, on a free port. */
export class RunningDemo {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  /** @throws Error with the output of the process when it ends before it listens */
  static async start(adapter: 'express' | 'fastify', database: string): Promise<RunningDemo> {
    const child = spawn(process.execPath, [MAIN], {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], PORT: '0', AUDITED_DEMO_ADAPTER: adapter, AUDITED_DEMO_DATABASE: database },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new RunningDemo(child, await listeningUrl(child));
  }

  async call(method: string, path: string, options: { token?: string; body?: unknown } = {}): Promise<DemoAnswer> {
    const response = await this.fetch(method, path, options);
    const text = await response.text();
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    return { status: response.status, auditId: response.headers.get('x-audit-id'), body };
  }

  /** Resolves as soon as status and headers of the answer are here. */
  fetch(method: string, path: string, { token, body }: { token?: string; body?: unknown } = {}): Promise<Response> {
    return fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  async logIn(username: string): Promise<string> {
    const { body } = await this.call('POST', '/auth/login', { body: { username, password: 'demo' } });
    return (body as { readonly accessToken: string }).accessToken;
  }

  /** Asks the process to end, and waits until it has. */
  stop(): Promise<void> {
    return this.end('SIGTERM');
  }

  /** Ends the process at once, without a chance to finish anything. */
  kill(): Promise<void> {
    return this.end('SIGKILL');
  }

  private async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const { child } = this;
    if (child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill(signal);
      await ended;
    }
  }
}

function listeningUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const fail = (reason: string): void => reject(new Error(`The demo ${reason}. It said:\n${output}`));
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
