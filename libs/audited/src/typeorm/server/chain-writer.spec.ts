import { GENESIS_HASH, type ChainHead } from '../../event/audit-record.js';
import { EventRefusedError, StoreUnavailableError } from '../../event/audit.error.js';
import { Sealer } from '../../integrity/sealer.js';
import { anAppendableEvent } from '../../testing/audit-event.fixture.js';
import { ChainWriter } from './chain-writer.js';
import { prepareEvents, sealBatch, type SealedBatch } from './sealed-batch.js';
import type { HeldHead, ServerDatabase } from './server-database.js';

/** A chain on a server, in memory: how often its head was asked for is what these tests are about. */
class ChainInMemory {
  head: ChainHead = { chain: 'main', position: 0, hash: GENESIS_HASH };
  readonly ways: ('known' | 'missed' | 'locked')[] = [];
  failure: Error | undefined;
  refused: string | undefined;

  readonly database = {
    appendAt: (head: ChainHead, batch: SealedBatch) => this.appendAt(head, batch),
    withHead: <Result>(_: string, work: (held: HeldHead) => Promise<Result>) => this.withHead(work),
  } as unknown as ServerDatabase;

  /** Another process appends. */
  disturb(): void {
    this.head = sealBatch(this.head, prepared(1), new Sealer()).head;
  }

  private async appendAt(head: ChainHead, batch: SealedBatch): Promise<boolean> {
    await this.answer();
    this.refuse(batch);
    const isThere = head.hash === this.head.hash;
    this.ways.push(isThere ? 'known' : 'missed');
    this.head = isThere ? batch.head : this.head;
    return isThere;
  }

  private async withHead<Result>(work: (held: HeldHead) => Promise<Result>): Promise<Result> {
    await this.answer();
    this.ways.push('locked');
    const store = async (batch: SealedBatch): Promise<void> => {
      this.refuse(batch);
      this.head = batch.head;
      return Promise.resolve();
    };
    return work({ head: this.head, knownIds: () => Promise.resolve(new Set<string>()), store });
  }

  private refuse({ events }: SealedBatch): void {
    if (events.some(({ id }) => id === this.refused)) {
      throw new EventRefusedError('it is the one that is refused');
    }
  }

  private async answer(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    if (this.failure !== undefined) {
      throw this.failure;
    }
  }
}

function prepared(count: number): ReturnType<typeof prepareEvents> {
  return prepareEvents(
    Array.from({ length: count }, () => anAppendableEvent()),
    (text) => text,
  );
}

describe('ChainWriter', () => {
  it('asks for the head once, and then knows it', async () => {
    const chain = new ChainInMemory();
    const writer = new ChainWriter(chain.database, 'main', new Sealer());
    const positions: number[] = [];
    for (const count of [1, 2, 3, 4]) {
      positions.push((await writer.append(prepared(count))).firstPosition);
    }
    expect(positions).toEqual([1, 2, 4, 7]);
    expect(chain.ways).toEqual(['locked', 'known', 'known', 'known']);
  });

  it('takes appends that came while it waited along, each with its own place', async () => {
    const chain = new ChainInMemory();
    const writer = new ChainWriter(chain.database, 'main', new Sealer());
    const receipts = await Promise.all([1, 2, 3, 4].map((count) => writer.append(prepared(count))));
    expect(receipts.map(({ firstPosition }) => firstPosition)).toEqual([1, 2, 4, 7]);
    const large = await Promise.all([600, 600, 600].map((count) => writer.append(prepared(count))));
    expect(large.map(({ firstPosition }) => firstPosition)).toEqual([11, 611, 1211]);
    expect(chain.ways).toEqual(['locked', 'known', 'known', 'known']);
  });

  it('lets an append that is refused take no other one along', async () => {
    const chain = new ChainInMemory();
    const writer = new ChainWriter(chain.database, 'main', new Sealer());
    const [good, bad, fine] = [prepared(2), prepared(1), prepared(1)];
    chain.refused = bad[0]?.id;
    const appends = [good, bad, fine].map((events) => writer.append(events));
    const later = writer.append(prepared(1));
    const results = await Promise.allSettled(appends);
    expect(results.map((result) => (result.status === 'fulfilled' ? result.value.firstPosition : 'refused'))).toEqual([
      1,
      'refused',
      3,
    ]);
    expect((await later).firstPosition).toBe(4);
    expect(chain.head.position).toBe(4);
  });

  it('stays with the lock while others append, and trusts the head again when they have stopped', async () => {
    const chain = new ChainInMemory();
    const writer = new ChainWriter(chain.database, 'main', new Sealer());
    await writer.append(prepared(1));
    for (let round = 0; round < 3; round++) {
      chain.disturb();
      await writer.append(prepared(1));
    }
    for (let round = 0; round < 5; round++) {
      await writer.append(prepared(1));
    }
    expect(chain.ways.join(' ')).toBe('locked missed locked locked locked locked locked locked known known');
    expect(chain.head.position).toBe(12);
  });

  it('forgets the head after a failure, because nobody knows what became of the append', async () => {
    const chain = new ChainInMemory();
    const writer = new ChainWriter(chain.database, 'main', new Sealer());
    await writer.append(prepared(1));
    chain.failure = new EventRefusedError('an id is known');
    await expect(writer.append(prepared(1))).rejects.toBe(chain.failure);
    chain.failure = undefined;
    expect(await writer.append(prepared(1))).toEqual({ chain: 'main', firstPosition: 2 });
    expect(chain.ways).toEqual(['locked', 'locked']);
  });

  it('lets nobody wait behind an append that found no database: nothing piles up', async () => {
    const chain = new ChainInMemory();
    const writer = new ChainWriter(chain.database, 'main', new Sealer());
    chain.failure = new StoreUnavailableError('connection refused');
    const appends = Array.from({ length: 50 }, () => writer.append(prepared(1)));
    await expect(appends[0]).rejects.toBe(chain.failure);
    const rest = await Promise.allSettled(appends);
    expect(rest.every((result) => result.status === 'rejected' && result.reason === chain.failure)).toBe(true);
    chain.failure = undefined;
    expect((await writer.append(prepared(1))).firstPosition).toBe(1);
    expect(writer.isIdle).toBe(false);
    await writer.finish();
    expect(writer.isIdle).toBe(true);
  });

  it('finishes what it accepted, but after a failure gives up what is left instead of waiting for each', async () => {
    const chain = new ChainInMemory();
    const writer = new ChainWriter(chain.database, 'main', new Sealer());
    const accepted = [1, 2].map(() => writer.append(prepared(1)));
    await writer.finish();
    expect((await Promise.all(accepted)).map(({ firstPosition }) => firstPosition)).toEqual([1, 2]);
    const other = new ChainWriter(chain.database, 'main', new Sealer());
    chain.failure = new StoreUnavailableError('it hangs');
    const failing = Promise.allSettled([1, 2, 3].map(() => other.append(prepared(1))));
    await other.finish();
    expect((await failing).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(other.isIdle).toBe(true);
  });
});
