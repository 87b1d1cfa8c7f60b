import { jest } from '@jest/globals';
import type { AuditEvent } from '../../event/audit-event.js';
import { ChainInvalidError, EventRefusedError, StoreUnavailableError } from '../../event/audit.error.js';
import type { AuditInbox, InboxEntry } from '../../storage/audit-inbox.js';
import type { AppendableEvent } from '../../storage/audit-store.js';
import { anAppendableEvent } from '../../testing/audit-event.fixture.js';
import { FailureLog } from '../accounting/failure-log.js';
import { backoffMs, Sequencer, type SequencerParts } from './sequencer.js';

/** Waits for the thing itself, with a limit. */
async function until(holds: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!holds()) {
    if (Date.now() > deadline) {
      throw new Error(`${what} did not happen within 5 s`);
    }
    await new Promise(setImmediate);
  }
}

const anEntry = (action: string, chain = 'main'): InboxEntry => ({ chain, event: anAppendableEvent({ action }) });

const actionOf = ({ body }: AppendableEvent): string => (JSON.parse(body) as AuditEvent).action;

class ListInbox implements AuditInbox {
  entries: InboxEntry[] = [];
  readonly heldBack = new Set<InboxEntry>();
  failure: Error | undefined;
  drains = 0;
  isOpen = true;

  open = (): Promise<void> => Promise.resolve();

  write(_transaction: unknown, entries: readonly InboxEntry[]): Promise<void> {
    this.entries.push(...entries);
    return Promise.resolve();
  }

  async drain(
    maxEvents: number,
    move: (entries: readonly InboxEntry[]) => Promise<readonly InboxEntry[]>,
  ): Promise<number> {
    this.drains++;
    if (this.failure !== undefined) {
      throw this.failure;
    }
    const batch = this.entries.filter((entry) => !this.heldBack.has(entry)).slice(0, maxEvents);
    const refused = await move(batch);
    refused.forEach((entry) => this.heldBack.add(entry));
    const moved = batch.filter((entry) => !refused.includes(entry));
    this.entries = this.entries.filter((entry) => !moved.includes(entry));
    return moved.length;
  }

  close(): Promise<void> {
    this.isOpen = false;
    return Promise.resolve();
  }
}

function aSequencer(given: Partial<SequencerParts> = {}) {
  const inbox = new ListInbox();
  const told: string[] = [];
  const logger = { error: (message: string) => told.push(message), log: (message: string) => told.push(message) };
  const failures = new FailureLog(logger, (text) => text);
  const stored: string[] = [];
  const move = (chain: string, events: readonly AppendableEvent[]): Promise<void> => {
    stored.push(...events.map((event) => `${chain}/${actionOf(event)}`));
    return Promise.resolve();
  };
  const sequencer = new Sequencer({ inbox, move, failures, pollMs: 60_000, random: () => 0, ...given });
  return { inbox, told, failures, stored, sequencer };
}

describe('Sequencer', () => {
  it('begins with what an earlier run left', async () => {
    const { inbox, stored, sequencer } = aSequencer();
    inbox.entries = [anEntry('a'), anEntry('b')];
    sequencer.start();
    await until(() => stored.length === 2 && inbox.entries.length === 0, 'moving');
    expect(stored).toStrictEqual(['main/a', 'main/b']);
    await sequencer.close(1000);
  });

  it('moves what is committed when it is woken, and all of it', async () => {
    const { inbox, stored, sequencer } = aSequencer({ batchEvents: 3 });
    sequencer.start();
    await until(() => inbox.drains === 1, 'the first look');
    inbox.entries = Array.from({ length: 10 }, (_, index) => anEntry(String(index)));
    sequencer.wake();
    await until(() => inbox.entries.length === 0, 'moving');
    expect(stored).toStrictEqual(Array.from({ length: 10 }, (_, index) => `main/${index}`));
    await sequencer.close(1000);
  });

  it('looks again when it is woken while it drains', async () => {
    let release: (() => void) | undefined;
    const stored: string[] = [];
    const { inbox, sequencer } = aSequencer({
      move: async (_chain, events) => {
        if (stored.length === 0) {
          await new Promise<void>((resolve) => (release = resolve));
        }
        stored.push(...events.map(actionOf));
      },
    });
    inbox.entries = [anEntry('a')];
    sequencer.start();
    await until(() => release !== undefined, 'the first move');
    inbox.entries.push(anEntry('b'));
    sequencer.wake();
    release?.();
    await until(() => stored.length === 2, 'the second move');
    expect(stored).toStrictEqual(['a', 'b']);
    await sequencer.close(1000);
  });

  it('finds, without being woken, what other processes wrote', async () => {
    const { inbox, stored, sequencer } = aSequencer({ pollMs: 5 });
    sequencer.start();
    await until(() => inbox.drains > 0, 'the first look');
    inbox.entries = [anEntry('a')];
    await until(() => stored.length === 1, 'the next look');
    await sequencer.close(1000);
  });

  it('keeps the order within each chain', async () => {
    const { inbox, stored, sequencer } = aSequencer();
    inbox.entries = [anEntry('a', 'x'), anEntry('b', 'y'), anEntry('c', 'x'), anEntry('d', 'y')];
    sequencer.start();
    await until(() => inbox.entries.length === 0, 'moving');
    expect(stored).toStrictEqual(['x/a', 'x/c', 'y/b', 'y/d']);
    await sequencer.close(1000);
  });

  it('leaves events in the inbox while the store is down, tells it once, and moves them when it is back', async () => {
    let isDown = true;
    let attempts = 0;
    const stored: string[] = [];
    const { inbox, told, failures, sequencer } = aSequencer({
      move: (_chain, events) => {
        attempts++;
        if (isDown) {
          return Promise.reject(new StoreUnavailableError('its disk is gone'));
        }
        stored.push(...events.map(actionOf));
        return Promise.resolve();
      },
    });
    inbox.entries = [anEntry('a'), anEntry('b')];
    sequencer.start();
    await until(() => attempts >= 5, 'trying again');
    expect(inbox.entries).toHaveLength(2);
    expect(told).toStrictEqual([expect.stringMatching(/wait in the inbox.*none is lost.*its disk is gone/)]);
    isDown = false;
    await until(() => stored.length === 2, 'moving');
    await until(() => told.length === 2, 'the good news');
    expect(told[1]).toMatch(/works again.*"inbox"/);
    expect(failures.snapshot()['inbox']).toBeGreaterThanOrEqual(5);
    await sequencer.close(1000);
  });

  it('waits up to twice as long from failure to failure, but never more than ten seconds', () => {
    expect([1, 2, 3, 6, 7, 50, 5000].map((failures) => backoffMs(failures, 1))).toStrictEqual([
      250, 500, 1000, 8000, 10_000, 10_000, 10_000,
    ]);
    expect([0, 0.5].map((random) => backoffMs(3, random))).toStrictEqual([0, 500]);
  });

  it('does not hurry a store that is down when it is woken', async () => {
    const { inbox, sequencer } = aSequencer({ random: () => 1 });
    inbox.failure = new Error('no route to host');
    sequencer.start();
    await until(() => inbox.drains === 1, 'the first look');
    for (let turn = 0; turn < 50; turn++) {
      sequencer.wake();
      await new Promise(setImmediate);
    }
    expect(inbox.drains).toBe(1);
    await sequencer.close(1000);
  });

  it('holds back only the events that the store refuses, and stores every other one in order', async () => {
    const bad = new Set(['3', '7', '8']);
    const stored: string[] = [];
    const { inbox, failures, told, sequencer } = aSequencer({
      move: (_chain, events) => {
        if (events.some((event) => bad.has(actionOf(event)))) {
          return Promise.reject(new EventRefusedError('a column is too small'));
        }
        stored.push(...events.map(actionOf));
        return Promise.resolve();
      },
    });
    inbox.entries = Array.from({ length: 10 }, (_, index) => anEntry(String(index)));
    sequencer.start();
    await until(() => stored.length === 7, 'moving');
    expect(stored).toStrictEqual(['0', '1', '2', '4', '5', '6', '9']);
    await until(() => inbox.entries.length === 3, 'removing');
    expect(inbox.entries.map(({ event }) => actionOf(event))).toStrictEqual(['3', '7', '8']);
    expect(failures.snapshot()).toStrictEqual({ refused: 3 });
    expect(told).toHaveLength(1);
    await sequencer.close(1000);
  });

  it('holds back an event whose chain may not be called so, and one that is no event', async () => {
    const stored: string[] = [];
    const { inbox, sequencer } = aSequencer({
      move: (chain, events) => {
        if (chain === 'not a chain') {
          return Promise.reject(new ChainInvalidError(chain));
        }
        const actions = events.map(actionOf);
        stored.push(...actions);
        return Promise.resolve();
      },
    });
    const foreign = { chain: 'main', event: { body: 'not JSON' } };
    inbox.entries = [anEntry('a', 'not a chain'), anEntry('b'), foreign, anEntry('c')];
    sequencer.start();
    await until(() => inbox.entries.length === 2, 'moving');
    expect(stored).toStrictEqual(['b', 'c']);
    await sequencer.close(1000);
  });

  it('gives up on a store that hangs, and tries again', async () => {
    let calls = 0;
    const { inbox, told, sequencer } = aSequencer({
      moveTimeoutMs: 5,
      move: () => (++calls < 3 ? new Promise(() => undefined) : Promise.resolve()),
    });
    inbox.entries = [anEntry('a')];
    sequencer.start();
    await until(() => inbox.entries.length === 0, 'moving');
    expect(told[0]).toMatch(/did not take the events of the inbox within 5 ms/);
    await sequencer.close(1000);
  });

  it('gives the store its time even when the clock is set forward meanwhile', async () => {
    const clock = jest.spyOn(Date, 'now');
    const stored: string[] = [];
    const { inbox, failures, sequencer } = aSequencer({
      move: async (_chain, events) => {
        if (events.length > 1) {
          const inAnHour = performance.timeOrigin + performance.now() + 3_600_000;
          clock.mockReturnValue(inAnHour);
          throw new EventRefusedError('one of them is to blame');
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
        stored.push(...events.map(actionOf));
      },
    });
    inbox.entries = [anEntry('a'), anEntry('b')];
    try {
      sequencer.start();
      await until(() => inbox.entries.length === 0 || failures.snapshot()['inbox'] !== undefined, 'moving');
    } finally {
      clock.mockRestore();
    }
    expect(failures.snapshot()).toStrictEqual({});
    expect(stored).toStrictEqual(['a', 'b']);
    await sequencer.close(1000);
  });

  it('moves what is committed before it closes, and looks no more afterwards', async () => {
    const { inbox, stored, sequencer } = aSequencer();
    sequencer.start();
    await until(() => inbox.drains === 1, 'the first look');
    inbox.entries = [anEntry('a')];
    await sequencer.close(1000);
    expect(stored).toStrictEqual(['main/a']);
    expect(inbox.isOpen).toBe(false);
    const { drains } = inbox;
    sequencer.wake();
    await sequencer.close(1000);
    expect(inbox.drains).toBe(drains);
  });

  it('closes by its deadline when the store hangs', async () => {
    const { inbox, sequencer } = aSequencer({ move: () => new Promise(() => undefined), moveTimeoutMs: 60_000 });
    inbox.entries = [anEntry('a')];
    sequencer.start();
    await until(() => inbox.drains === 1, 'the first look');
    await sequencer.close(10);
    expect(inbox.isOpen).toBe(false);
    expect(inbox.entries).toHaveLength(1);
  });

  it('closes without having been started', async () => {
    const { inbox, sequencer } = aSequencer();
    sequencer.wake();
    await sequencer.close(1000);
    expect([inbox.drains, inbox.isOpen]).toStrictEqual([0, false]);
  });
});
