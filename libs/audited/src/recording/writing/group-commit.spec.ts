import { jest } from '@jest/globals';
import { EventRefusedError, StoreUnavailableError } from '../../event/audit.error.js';
import type { AppendableEvent } from '../../storage/audit-store.js';
import { GroupCommit, type BatchWriter, type Committed, type GroupCommitLimits } from './group-commit.js';
import type { Written } from './written.js';

interface Batch {
  readonly bodies: readonly string[];
  succeed(): void;
  spool(): void;
  fail(error: Error): void;
}

/** A writer whose writes end when the test says so. */
class PatientWriter implements BatchWriter {
  readonly batches: Batch[] = [];
  isHung = false;
  private position = 1;
  private announce: (() => void) | undefined;

  write(_chain: string, events: readonly AppendableEvent[]): Promise<Written> {
    return new Promise((resolve, reject) => {
      this.batches.push({
        bodies: events.map(({ body }) => body),
        succeed: () => {
          const firstPosition = this.position;
          this.position += events.length;
          resolve({ place: 'store', firstPosition });
        },
        spool: () => resolve({ place: 'spool' }),
        fail: reject,
      });
      this.announce?.();
    });
  }

  /** Resolves once so many batches have arrived. */
  async arrived(count: number): Promise<void> {
    while (this.batches.length < count) {
      await new Promise<void>((resolve) => {
        this.announce = resolve;
      });
    }
  }
}

/** One that has a spool. */
class OverflowingWriter extends PatientWriter {
  takesOverflow = true;
  readonly overflowed: (readonly string[])[] = [];

  overflow(_chain: string, events: readonly AppendableEvent[]): Promise<Written> {
    this.overflowed.push(events.map(({ body }) => body));
    return Promise.resolve({ place: 'spool' });
  }
}

const LIMITS: GroupCommitLimits = {
  maxQueuedEvents: 100,
  maxQueuedBytes: 10_000,
  maxBatchEvents: 10,
  commitTimeoutMs: 60_000,
};

const event = (body: string): AppendableEvent => ({ body });
const at = (position: number): Committed => ({ place: 'store', position });

function commitsWith(limits: Partial<GroupCommitLimits> = {}): { writer: PatientWriter; commits: GroupCommit } {
  const writer = new PatientWriter();
  return { writer, commits: new GroupCommit(writer, 'main', { ...LIMITS, ...limits }) };
}

describe('GroupCommit', () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  it('puts concurrent callers into one transaction and gives each its own position, in order', async () => {
    const { writer, commits } = commitsWith();
    const positions = Promise.all(['a', 'b', 'c'].map((body) => commits.append(event(body))));
    await writer.arrived(1);
    expect(writer.batches.map(({ bodies }) => bodies)).toEqual([['a', 'b', 'c']]);
    writer.batches[0]?.succeed();
    expect(await positions).toEqual([1, 2, 3].map(at));
  });

  it('lets the next batch fill while one commits', async () => {
    const { writer, commits } = commitsWith();
    const first = commits.append(event('a'));
    await writer.arrived(1);
    const others = [commits.append(event('b')), commits.append(event('c'))];
    await nextTurns(3);
    expect(writer.batches).toHaveLength(1);
    writer.batches[0]?.succeed();
    await writer.arrived(2);
    expect(writer.batches[1]?.bodies).toEqual(['b', 'c']);
    writer.batches[1]?.succeed();
    expect(await Promise.all([first, ...others])).toEqual([1, 2, 3].map(at));
  });

  it('sends a second batch early when it is worth a transaction, never a third, and keeps their order', async () => {
    const { writer, commits } = commitsWith({ maxBatchEvents: 100 });
    const positions = [commits.append(event('first'))];
    await writer.arrived(1);
    positions.push(...Array.from({ length: 48 }, (_, index) => commits.append(event(`second ${index}`))));
    await writer.arrived(2);
    positions.push(...Array.from({ length: 40 }, (_, index) => commits.append(event(`third ${index}`))));
    await nextTurns(3);
    expect(writer.batches.map(({ bodies }) => bodies.length)).toEqual([1, 48]);
    writer.batches[0]?.succeed();
    await writer.arrived(3);
    expect(writer.batches[2]?.bodies).toHaveLength(40);
    writer.batches[1]?.succeed();
    writer.batches[2]?.succeed();
    expect(await Promise.all(positions)).toEqual(Array.from({ length: 89 }, (_, index) => at(index + 1)));
  });

  it('sends a lone caller off in the same turn of the event loop, whatever the clock does', async () => {
    // Timers stand still: a batch that waited for one would never leave.
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    const { writer, commits } = commitsWith();
    const position = commits.append(event('alone'));
    await writer.arrived(1);
    writer.batches[0]?.succeed();
    expect(await position).toEqual(at(1));
  });

  it('splits what waits into batches of the allowed size, in order', async () => {
    const { writer, commits } = commitsWith({ maxBatchEvents: 2 });
    const positions = Promise.all(['a', 'b', 'c', 'd', 'e'].map((body) => commits.append(event(body))));
    for (const [index, bodies] of [['a', 'b'], ['c', 'd'], ['e']].entries()) {
      await writer.arrived(index + 1);
      expect(writer.batches[index]?.bodies).toEqual(bodies);
      writer.batches[index]?.succeed();
    }
    expect(await positions).toEqual([1, 2, 3, 4, 5].map(at));
  });

  it('refuses an event that is one too many, naming the option, and takes more once there is room', async () => {
    const { writer, commits } = commitsWith({ maxQueuedEvents: 2 });
    const accepted = [commits.append(event('a')), commits.append(event('b'))];
    await expect(commits.append(event('c'))).rejects.toMatchObject({
      code: 'AUDIT_OVERLOADED',
      message: expect.stringContaining('maxQueuedEvents = 2'),
    });
    await writer.arrived(1);
    accepted.push(commits.append(event('d')));
    writer.batches[0]?.succeed();
    await writer.arrived(2);
    writer.batches[1]?.succeed();
    expect(await Promise.all(accepted)).toEqual([1, 2, 3].map(at));
  });

  it('refuses an event whose text has no room, personal part included', async () => {
    const { writer, commits } = commitsWith({ maxQueuedBytes: 10 });
    const accepted = commits.append(event('12345'));
    await expect(commits.append({ body: '123', personal: '456', salt: '' })).rejects.toMatchObject({
      code: 'AUDIT_OVERLOADED',
      message: expect.stringContaining('maxQueuedBytes = 10'),
    });
    const fitting = commits.append({ body: '123', personal: '45', salt: '' });
    await writer.arrived(1);
    writer.batches[0]?.succeed();
    await writer.arrived(2);
    writer.batches[1]?.succeed();
    expect(await Promise.all([accepted, fitting])).toEqual([1, 2].map(at));
  });

  it('keeps a quarter of the queue for those who were promised a record', async () => {
    const { writer, commits } = commitsWith({ maxQueuedEvents: 8 });
    const bestEffort = Array.from({ length: 20 }, (_, index) => commits.append(event(`${index}`), 'best-effort'));
    const recorded = [commits.append(event('a'), 'recorded'), commits.append(event('b'), 'required')];
    const tooMany = commits.append(event('c'), 'recorded');
    const refused = (await Promise.allSettled(bestEffort.slice(6))).map(({ status }) => status);
    expect(refused).toEqual(Array(14).fill('rejected'));
    await expect(tooMany).rejects.toMatchObject({ code: 'AUDIT_OVERLOADED' });
    await writer.arrived(1);
    writer.batches[0]?.succeed();
    expect(await Promise.all([...bestEffort.slice(0, 6), ...recorded])).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map(at));
  });

  it('keeps a quarter of the bytes for them, too', async () => {
    const { writer, commits } = commitsWith({ maxQueuedBytes: 100 });
    const accepted = [commits.append(event('x'.repeat(75)), 'best-effort')];
    const refused = [commits.append(event('y'), 'best-effort')];
    accepted.push(commits.append(event('z'.repeat(25)), 'recorded'));
    refused.push(commits.append(event('z'), 'recorded'));
    expect(await Promise.allSettled(refused)).toMatchObject(
      Array(2).fill({ reason: { message: expect.stringContaining('maxQueuedBytes = 100') } }),
    );
    await writer.arrived(1);
    writer.batches[0]?.succeed();
    expect(await Promise.all(accepted)).toEqual([1, 2].map(at));
  });

  it('sends what finds no room to the spool, many at a time and up to a bound, but never what nobody waits for', async () => {
    const writer = new OverflowingWriter();
    const commits = new GroupCommit(writer, 'main', { ...LIMITS, maxQueuedEvents: 4 });
    const queued = ['a', 'b', 'c', 'd'].map((body) => commits.append(event(body)));
    const aside = ['e', 'f', 'g', 'h'].map((body) => commits.append(event(body), 'recorded'));
    const refused = [commits.append(event('i'), 'recorded'), commits.append(event('j'), 'best-effort')];
    expect(await Promise.allSettled(refused)).toMatchObject(Array(2).fill({ reason: { code: 'AUDIT_OVERLOADED' } }));
    expect(await Promise.all(aside)).toEqual(Array(4).fill({ place: 'spool' }));
    expect(writer.overflowed).toEqual([['e', 'f', 'g', 'h']]);
    await writer.arrived(1);
    writer.batches[0]?.succeed();
    expect(await Promise.all(queued)).toEqual([1, 2, 3, 4].map(at));
    await commits.close();
  });

  it('refuses what finds no room when the spool cannot take it either', async () => {
    const writer = new OverflowingWriter();
    writer.takesOverflow = false;
    const commits = new GroupCommit(writer, 'main', { ...LIMITS, maxQueuedEvents: 1 });
    void commits.append(event('a'));
    await expect(commits.append(event('b'), 'required')).rejects.toMatchObject({ code: 'AUDIT_OVERLOADED' });
    expect(writer.overflowed).toEqual([]);
  });

  it('loses only the event that the writer refuses, and stores its neighbours in their order', async () => {
    const { writer, commits } = commitsWith();
    const write = writer.write.bind(writer);
    writer.write = (chain, events) =>
      events.some(({ body }) => body === 'bad')
        ? Promise.reject(new EventRefusedError('an id is stored already'))
        : write(chain, events);
    const outcomes = Promise.allSettled(['a', 'b', 'bad', 'd', 'e'].map((body) => commits.append(event(body))));
    for (const [index, bodies] of [
      ['a', 'b'],
      ['d', 'e'],
    ].entries()) {
      await writer.arrived(index + 1);
      expect(writer.batches[index]?.bodies).toEqual(bodies);
      writer.batches[index]?.succeed();
    }
    expect((await outcomes).map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : 'lost'))).toEqual([
      at(1),
      at(2),
      'lost',
      at(3),
      at(4),
    ]);
  });

  it('fails only the batch that the writer refused', async () => {
    const { writer, commits } = commitsWith();
    const refused = [commits.append(event('a')), commits.append(event('b'))];
    await writer.arrived(1);
    const later = commits.append(event('c'));
    writer.batches[0]?.fail(new Error('disk full'));
    const outcomes = await Promise.allSettled(refused);
    expect(outcomes).toEqual(refused.map(() => ({ status: 'rejected', reason: new Error('disk full') })));
    await writer.arrived(2);
    writer.batches[1]?.succeed();
    expect(await later).toEqual(at(1));
  });

  it('fails the batch of a writer that throws instead of rejecting, and works on', async () => {
    const writer = new PatientWriter();
    const patient = writer.write.bind(writer);
    writer.write = () => {
      writer.write = patient;
      throw new Error('not open');
    };
    const commits = new GroupCommit(writer, 'main', LIMITS);
    await expect(commits.append(event('a'))).rejects.toThrow('not open');
    const later = commits.append(event('b'));
    await writer.arrived(1);
    writer.batches[0]?.succeed();
    expect(await later).toEqual(at(1));
  });

  it('tells the callers of a batch that is in the spool so, without positions', async () => {
    const { writer, commits } = commitsWith();
    const spooled = Promise.all([commits.append(event('a')), commits.append(event('b'))]);
    await writer.arrived(1);
    writer.batches[0]?.spool();
    expect(await spooled).toEqual([{ place: 'spool' }, { place: 'spool' }]);
    const later = commits.append(event('c'));
    await writer.arrived(2);
    writer.batches[1]?.succeed();
    expect(await later).toEqual(at(1));
  });

  it('drains on close: what was accepted is stored, what comes later is refused', async () => {
    const { writer, commits } = commitsWith({ maxBatchEvents: 1 });
    const accepted = [commits.append(event('a')), commits.append(event('b'))];
    let isClosed = false;
    const closed = commits.close().then(() => {
      isClosed = true;
    });
    await expect(commits.append(event('late'))).rejects.toMatchObject({ code: 'AUDIT_CLOSED' });
    await writer.arrived(1);
    writer.batches[0]?.succeed();
    await writer.arrived(2);
    expect(isClosed).toBe(false);
    writer.batches[1]?.succeed();
    await closed;
    expect(await Promise.all(accepted)).toEqual([1, 2].map(at));
  });

  it('waits for a hung writer once when it closes, not once for every batch', async () => {
    const { writer, commits } = commitsWith({ maxBatchEvents: 1 });
    const outcomes = Promise.allSettled(['a', 'b', 'c'].map((body) => commits.append(event(body))));
    await writer.arrived(1);
    const closed = commits.close();
    writer.isHung = true;
    writer.batches[0]?.fail(new StoreUnavailableError('it hangs'));
    await closed;
    // The writer knows of the first only: it is the code of the others that has them counted.
    expect(await outcomes).toMatchObject([
      { reason: { code: 'AUDIT_STORE_UNAVAILABLE' } },
      { reason: { code: 'AUDIT_CLOSED' } },
      { reason: { code: 'AUDIT_CLOSED' } },
    ]);
    expect(writer.batches).toHaveLength(1);
  });

  it('still tries every batch of a closing writer that fails, but answers', async () => {
    const { writer, commits } = commitsWith({ maxBatchEvents: 1 });
    const outcomes = Promise.allSettled(['a', 'b'].map((body) => commits.append(event(body))));
    const closed = commits.close();
    await writer.arrived(1);
    writer.batches[0]?.fail(new Error('busy'));
    await writer.arrived(2);
    writer.batches[1]?.succeed();
    await closed;
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  });

  it('closes at once when nothing waits, and as often as it is asked to', async () => {
    const { commits } = commitsWith();
    await commits.close();
    await expect(commits.close()).resolves.toBeUndefined();
  });
});

async function nextTurns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}
