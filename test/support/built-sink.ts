import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ChildServer, isFresh, ROOT } from './child-server.js';

const BUILT = join(ROOT, 'dist', 'apps', 'siem-sink');
const MAIN = join(BUILT, 'main.js');
const APP = join(ROOT, 'apps', 'siem-sink');
const COMPILER = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');

/**
 * Builds the SIEM sink unless what is built is newer than its sources. Beside, and moved into place: several specs may do so
 * at once, and none must see half of what another builds.
 */
export function buildSink(): void {
  if (isFresh(MAIN, join(APP, 'src'))) {
    return;
  }
  const staging = `${BUILT}.${process.pid}`;
  const args = ['-p', join(APP, 'tsconfig.app.json'), '--outDir', staging];
  execFileSync(process.execPath, [COMPILER, ...args], { cwd: ROOT, stdio: 'pipe' });
  try {
    if (!isFresh(MAIN, join(APP, 'src'))) {
      rmSync(BUILT, { recursive: true, force: true });
      renameSync(staging, BUILT);
    }
  } catch (error) {
    // Another spec was quicker by a moment: what it built is the same.
    if ((error as NodeJS.ErrnoException).code !== 'ENOTEMPTY') throw error;
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/** What the sink says about itself. */
export interface SinkStatus {
  readonly mode: string;
  readonly received: number;
  readonly distinct: number;
  readonly duplicates: number;
  readonly outOfOrder: number;
  readonly kept: number;
  readonly refusedRequests: number;
  readonly lastReceivedAt: string | null;
  readonly chains: Readonly<Record<string, number>>;
}

/** An event as the sink shows it. */
export interface SinkEvent {
  readonly id?: string;
  readonly type?: string;
  readonly position?: number;
  readonly isDuplicate: boolean;
  readonly isOutOfOrder: boolean;
  readonly event: unknown;
}

export type SinkMode = '503' | '401' | 'hang' | 'half' | 'off';

/** The built SIEM sink as a process of its own, on a free port. */
export class RunningSink {
  private readonly channel = randomUUID();

  private constructor(private readonly server: ChildServer) {}

  static async start(more: Readonly<Record<string, string>> = {}): Promise<RunningSink> {
    return new RunningSink(await ChildServer.start([MAIN], { AUDITED_SINK_PORT: '0', ...more }));
  }

  get url(): string {
    return this.server.url;
  }

  /** Sends to the collector as a sender does that does everything right; `headers` change that, undefined leaves one out. */
  collect(
    path: 'event' | 'ack' | 'health',
    body?: string | Uint8Array,
    headers: Readonly<Record<string, string | undefined>> = {},
  ): Promise<Response> {
    const sent = {
      authorization: 'Splunk demo-siem-token',
      'x-splunk-request-channel': this.channel,
      ...headers,
    };
    return fetch(`${this.url}/services/collector/${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: Object.fromEntries(Object.entries(sent).filter((entry): entry is [string, string] => !!entry[1])),
      ...(body === undefined ? {} : { body: body as NonNullable<RequestInit['body']> }),
    });
  }

  async play(mode: SinkMode): Promise<void> {
    await fetch(`${this.url}/fail?mode=${mode}`, { method: 'POST' });
  }

  async status(): Promise<SinkStatus> {
    return (await (await fetch(`${this.url}/status`)).json()) as SinkStatus;
  }

  /** The newest first. */
  async events(limit = 1000): Promise<readonly SinkEvent[]> {
    const answer = await fetch(`${this.url}/events?limit=${limit}`);
    return ((await answer.json()) as { readonly events: readonly SinkEvent[] }).events;
  }

  end(signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL' = 'SIGTERM'): Promise<number | null> {
    return this.server.end(signal);
  }
}
