import type { SealKeys } from '../../integrity/seal-keys.js';
import type { ChainName } from '../verification/database-verification.js';
import type { SiftedPart } from '../verification/record-sifter.js';
import { SqliteThread } from './sqlite-thread.js';

/** Positions that one thread is given at a time: so many that asking costs nothing, so few that all have work. */
const POSITIONS_PER_CALL = 5000;
/** Calls under way for each thread: one that it works at, one that waits for it. */
const CALLS_PER_THREAD = 2;

/** Several threads with a connection each, which look at the records of a chain part by part. */
export class SqliteSiftThreads {
  private readonly threads: readonly SqliteThread[];

  constructor(file: string, seal: SealKeys | undefined, count: number) {
    this.threads = Array.from({ length: count }, () => new SqliteThread({ file, role: 'sifter', seal }));
  }

  async open(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.call({ operation: 'open' })));
  }

  /** What is left of the records up to a position, in their order, as one thread would give it. */
  async *sifted({ bytes }: ChainName, through: number): AsyncGenerator<readonly SiftedPart[]> {
    const underWay: Promise<readonly SiftedPart[]>[] = [];
    const most = this.threads.length * CALLS_PER_THREAD;
    let asked = 0;
    for (let from = 1; from <= through || underWay.length > 0;) {
      while (from <= through && underWay.length < most) {
        const thread = this.threads[asked++ % this.threads.length];
        const end = Math.min(through, from + POSITIONS_PER_CALL - 1);
        const call = thread?.call<readonly SiftedPart[]>({ operation: 'sift', chain: bytes, from, through: end });
        // Whoever stops early does not want to know of it.
        call?.catch(() => undefined);
        underWay.push(call ?? Promise.resolve([]));
        from = end + 1;
      }
      const next = await underWay.shift();
      if (next !== undefined) {
        yield next;
      }
    }
  }

  async end(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.end()));
  }
}
