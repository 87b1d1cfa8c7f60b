import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { ChildServer, isFresh, ROOT } from './child-server.js';

const MAIN = join(ROOT, 'dist', 'apps', 'demo', 'main.js');
const TRAFFIC = join(ROOT, 'dist', 'apps', 'demo', 'traffic.js');

/** Builds the demo unless what is built is newer than its sources. */
export function buildDemo(): void {
  if (!isFresh(MAIN, join(ROOT, 'apps', 'demo', 'src'))) {
    execFileSync('npm', ['run', 'build:demo'], { cwd: ROOT, stdio: 'pipe', shell: process.platform === 'win32' });
  }
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
  private constructor(private readonly server: ChildServer) {}

  /**
   * @param more settings, beside adapter and database
   * @throws Error with the output of the process when it ends before it listens
   */
  static async start(
    adapter: 'express' | 'fastify',
    database: string,
    more: Readonly<Record<string, string>> = {},
  ): Promise<RunningDemo> {
    const settings = { PORT: '0', AUDITED_DEMO_ADAPTER: adapter, AUDITED_DEMO_DATABASE: database, ...more };
    return new RunningDemo(await ChildServer.start([MAIN], settings));
  }

  get url(): string {
    return this.server.url;
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
  async stop(): Promise<void> {
    await this.server.end('SIGTERM');
  }

  /** Ends the process at once, without a chance to finish anything. */
  async kill(): Promise<void> {
    await this.server.end('SIGKILL');
  }
}
