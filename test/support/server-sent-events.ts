import type { IncomingMessage } from 'node:http';
import { until } from './test-app.js';

/** One event of a stream, as a browser would see it. */
export interface SentEvent {
  readonly id?: string;
  readonly event?: string;
  readonly data: string;
}

/** Reads a stream of server-sent events as it comes; comments are counted. */
export class SentEvents {
  readonly events: SentEvent[] = [];
  comments = 0;
  ended = false;
  private rest = '';

  constructor(readonly response: IncomingMessage) {
    response.setEncoding('utf8');
    response.on('data', (text: string) => this.take(text));
    response.on('end', () => {
      this.ended = true;
    });
  }

  /** The first so many events. */
  async first(count: number): Promise<readonly SentEvent[]> {
    await until(() => this.events.length >= count);
    return this.events.slice(0, count);
  }

  private take(text: string): void {
    const blocks = (this.rest + text).split('\n\n');
    this.rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const lines = block.split('\n');
      this.comments += lines.filter((line) => line.startsWith(':')).length;
      const fields = lines.flatMap((line) => {
        const [, name = '', value = ''] = /^(\w+): ?(.*)$/.exec(line) ?? [];
        return name === '' ? [] : [[name, value] as const];
      });
      const found = Object.fromEntries(fields) as Partial<SentEvent>;
      if (found.data !== undefined) {
        this.events.push({ ...found, data: found.data });
      }
    }
  }
}
