import { jest } from '@jest/globals';
import type { AppendableEvent, AppendReceipt, AuditStore } from '../storage/audit-store.js';
import { GroupCommit, type GroupCommitLimits } from './group-commit.js';

/** A store whose commits end when the test says so. */
class PatientStore implements AuditStore {
  readonly batches: { readonly bodies: readonly string[]; succeed(): void; fail(error: Error): void }[] = [];
  private position = 1;
  private announce: (() => void) | undefined;

  open = (): Promise<void> => Promise.resolve();
  close = (): Promise<void> => Promise.resolve();

  append(chain: string, events: readonly AppendableEvent[]): Promise<AppendReceipt> {
    return new Promise((resolve, reject) => {
      this.batches.push({
        bodies: events.map(({ body }) => body),
        succeed: () => {
          const firstPosition = this.position;
          this.position += events.length;
          resolve({ chain, firstPosition });
        },
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

const LIMITS: GroupCommitLimits = {
  maxQueuedEvents: 100,
  maxQueuedBytes: 10_000,
  maxBatchEvents: 10,
  commitTimeoutMs: 60_000,
};

const event = (body: string): AppendableEvent => ({ body });

function commitsWith(limits: Partial<GroupCommitLimits> = {}): { store: PatientStore; commits: GroupCommit } {
  const store = new PatientStore();
  return { store, commits: new GroupCommit(store, 'main', { ...LIMITS, ...limits }) };
}

describe('GroupCommit', () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  it('puts concurrent callers into one transaction and gives each its own position, in order', async () => {
    const { store, commits } = commitsWith();
    const positions = Promise.all(['a', 'b', 'c'].map((body) => commits.append(event(body))));
    await store.arrived(1);
    expect(store.batches.map(({ bodies }) => bodies)).toEqual([['a', 'b', 'c']]);
    store.batches[0]?.succeed();
    expect(await positions).toEqual([1, 2, 3]);
  });

  it('lets the next batch fill while one commits', async () => {
    const { store, commits } = commitsWith();
    const first = commits.append(event('a'));
    await store.arrived(1);
    const others = [commits.append(event('b')), commits.append(event('c'))];
    await nextTurns(3);
    expect(store.batches).toHaveLength(1);
    store.batches[0]?.succeed();
    await store.arrived(2);
    expect(store.batches[1]?.bodies).toEqual(['b', 'c']);
    store.batches[1]?.succeed();
    expect(await Promise.all([first, ...others])).toEqual([1, 2, 3]);
  });

  it('sends a second batch early when it is worth a transaction, never a third, and keeps their order', async () => {
    const { store, commits } = commitsWith({ maxBatchEvents: 100 });
    const positions = [commits.append(event('first'))];
    await store.arrived(1);
    positions.push(...Array.from({ length: 16 }, (_, index) => commits.append(event(`second ${index}`))));
    await store.arrived(2);
    positions.push(...Array.from({ length: 40 }, (_, index) => commits.append(event(`third ${index}`))));
    await nextTurns(3);
    expect(store.batches.map(({ bodies }) => bodies.length)).toEqual([1, 16]);
    store.batches[0]?.succeed();
    await store.arrived(3);
    expect(store.batches[2]?.bodies).toHaveLength(40);
    store.batches[1]?.succeed();
    store.batches[2]?.succeed();
    expect(await Promise.all(positions)).toEqual(Array.from({ length: 57 }, (_, index) => index + 1));
  });

  it('sends a lone caller off in the same turn of the event loop, whatever the clock does', async () => {
    // Timers stand still: a batch that waited for one would never leave.
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    const { store, commits } = commitsWith();
    const position = commits.append(event('alone'));
    await store.arrived(1);
    store.batches[0]?.succeed();
    expect(await position).toBe(1);
  });

  it('splits what waits into batches of the allowed size, in order', async () => {
    const { store, commits } = commitsWith({ maxBatchEvents: 2 });
    const positions = Promise.all(['a', 'b', 'c', 'd', 'e'].map((body) => commits.append(event(body))));
    for (const [index, bodies] of [['a', 'b'], ['c', 'd'], ['e']].entries()) {
      await store.arrived(index + 1);
      expect(store.batches[index]?.bodies).toEqual(bodies);
      store.batches[index]?.succeed();
    }
    expect(await positions).toEqual([1, 2, 3, 4, 5]);
  });

  it('refuses an event that is one too many, naming the option, and takes more once there is room', async () => {
    const { store, commits } = commitsWith({ maxQueuedEvents: 2 });
    const accepted = [commits.append(event('a')), commits.append(event('b'))];
    await expect(commits.append(event('c'))).rejects.toMatchObject({
      code: 'AUDIT_OVERLOADED',
      message: expect.stringContaining('maxQueuedEvents = 2'),
    });
    await store.arrived(1);
    accepted.push(commits.append(event('d')));
    store.batches[0]?.succeed();
    await store.arrived(2);
    store.batches[1]?.succeed();
    expect(await Promise.all(accepted)).toEqual([1, 2, 3]);
  });

  it('refuses an event whose text has no room, personal part included', async () => {
    const { store, commits } = commitsWith({ maxQueuedBytes: 10 });
    const accepted = commits.append(event('12345'));
    await expect(commits.append({ body: '123', personal: '456', salt: '' })).rejects.toMatchObject({
      code: 'AUDIT_OVERLOADED',
      message: expect.stringContaining('maxQueuedBytes = 10'),
    });
    const fitting = commits.append({ body: '123', personal: '45', salt: '' });
    await store.arrived(1);
    store.batches[0]?.succeed();
    await store.arrived(2);
    store.batches[1]?.succeed();
    expect(await Promise.all([accepted, fitting])).toEqual([1, 2]);
  });

  it('fails only the batch that the store refused', async () => {
    const { store, commits } = commitsWith();
    const refused = [commits.append(event('a')), commits.append(event('b'))];
    await store.arrived(1);
    const later = commits.append(event('c'));
    store.batches[0]?.fail(new Error('disk full'));
    const outcomes = await Promise.allSettled(refused);
    expect(outcomes).toEqual(refused.map(() => ({ status: 'rejected', reason: new Error('disk full') })));
    await store.arrived(2);
    store.batches[1]?.succeed();
    expect(await later).toBe(1);
  });

  it('fails the batch of a store that throws instead of rejecting, and works on', async () => {
    const store = new PatientStore();
    const patient = store.append.bind(store);
    store.append = () => {
      store.append = patient;
      throw new Error('not open');
    };
    const commits = new GroupCommit(store, 'main', LIMITS);
    await expect(commits.append(event('a'))).rejects.toThrow('not open');
    const later = commits.append(event('b'));
    await store.arrived(1);
    store.batches[0]?.succeed();
    expect(await later).toBe(1);
  });

  it('releases the callers of a hung store after commitTimeoutMs and goes on with the next batch', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    const { store, commits } = commitsWith({ commitTimeoutMs: 5000 });
    const hung = Promise.allSettled([commits.append(event('a'))]);
    await store.arrived(1);
    const later = commits.append(event('b'));
    jest.advanceTimersByTime(4999);
    await nextTurns(3);
    expect(store.batches).toHaveLength(1);
    jest.advanceTimersByTime(1);
    expect(await hung).toMatchObject([
      {
        status: 'rejected',
        reason: { code: 'AUDIT_STORE_UNAVAILABLE', message: expect.stringContaining('commitTimeoutMs = 5000') },
      },
    ]);
    await store.arrived(2);
    store.batches[1]?.succeed();
    expect(await later).toBe(1);
  });

  it('leaves no timer behind after a commit', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    const { store, commits } = commitsWith();
    const position = commits.append(event('a'));
    await store.arrived(1);
    expect(jest.getTimerCount()).toBe(1);
    store.batches[0]?.succeed();
    await position;
    await nextTurns(1);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('drains on close: what was accepted is stored, what comes later is refused', async () => {
    const { store, commits } = commitsWith({ maxBatchEvents: 1 });
    const accepted = [commits.append(event('a')), commits.append(event('b'))];
    let isClosed = false;
    const closed = commits.close().then(() => {
      isClosed = true;
    });
    await expect(commits.append(event('late'))).rejects.toMatchObject({ code: 'AUDIT_CLOSED' });
    await store.arrived(1);
    store.batches[0]?.succeed();
    await store.arrived(2);
    expect(isClosed).toBe(false);
    store.batches[1]?.succeed();
    await closed;
    expect(await Promise.all(accepted)).toEqual([1, 2]);
  });

  it('waits for a hung store once when it closes, not once for every batch', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    const { store, commits } = commitsWith({ maxBatchEvents: 1 });
    const outcomes = Promise.allSettled(['a', 'b', 'c'].map((body) => commits.append(event(body))));
    await store.arrived(1);
    const closed = commits.close();
    jest.advanceTimersByTime(LIMITS.commitTimeoutMs);
    await closed;
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(store.batches).toHaveLength(1);
  });

  it('still tries every batch of a closing store that fails, but answers', async () => {
    const { store, commits } = commitsWith({ maxBatchEvents: 1 });
    const outcomes = Promise.allSettled(['a', 'b'].map((body) => commits.append(event(body))));
    const closed = commits.close();
    await store.arrived(1);
    store.batches[0]?.fail(new Error('busy'));
    await store.arrived(2);
    store.batches[1]?.succeed();
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
