import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditEvent } from '../../event/audit-event.js';
import { EventRefusedError, StoreUnavailableError } from '../../event/audit.error.js';
import type { AppendableEvent, AppendReceipt, AuditStore, ReplayReceipt } from '../../storage/audit-store.js';
import { anAppendableEvent } from '../../testing/audit-event.fixture.js';
import { DurableWriter } from './durable-writer.js';
import type { DurableWriterParts } from './durable-writer.parts.js';
import type { Written } from './written.js';
import { FailureLog } from '../accounting/failure-log.js';
import { LossLedger } from '../accounting/loss-ledger.js';
import { spoolReports } from '../spool/spool-reporter.js';
import { DEFAULT_SPOOL_OPTIONS, type SpoolOptions } from '../spool/spool.options.js';
import { Spool } from '../spool/spool.js';

const actionOf = ({ body }: AppendableEvent): string => (JSON.parse(body) as AuditEvent).action;
const idOf = ({ body }: AppendableEvent): string => (JSON.parse(body) as AuditEvent).id;
const named = (...actions: string[]): AppendableEvent[] => actions.map((action) => anAppendableEvent({ action }));

/**
 * A store that keeps its contract in memory and fails as it is told: `down` rejects, `hung` answers only when it works
 * again, and does then what it was asked.
 */
class FragileStore implements AuditStore {
  readonly events: AppendableEvent[] = [];
  state: 'works' | 'down' | 'hung' = 'works';
  calls = 0;
  appends = 0;
  opened = 0;
  private revive: (() => void)[] = [];

  get actions(): string[] {
    return this.events.map(actionOf);
  }

  open = (): Promise<void> => this.answer(() => void this.opened++);
  close = (): Promise<void> => Promise.resolve();

  append(chain: string, events: readonly AppendableEvent[]): Promise<AppendReceipt> {
    this.appends++;
    return this.answer(() => {
      if (this.missing(events).length < events.length) {
        throw new EventRefusedError('an id is stored already');
      }
      return { chain, firstPosition: this.add(events) };
    });
  }

  appendMissing(chain: string, events: readonly AppendableEvent[]): Promise<ReplayReceipt> {
    return this.answer(() => {
      const missing = this.missing(events);
      this.add(missing);
      return { chain, appended: missing.length };
    });
  }

  works(): void {
    this.state = 'works';
    const revive = this.revive;
    this.revive = [];
    revive.forEach((go) => go());
  }

  private async answer<Result>(work: () => Result): Promise<Result> {
    this.calls++;
    await new Promise<void>((resolve) => {
      if (this.state === 'hung') {
        this.revive.push(resolve);
      } else {
        setImmediate(resolve);
      }
    });
    if (this.state === 'down') {
      throw new StoreUnavailableError('connection refused');
    }
    return work();
  }

  private missing(events: readonly AppendableEvent[]): AppendableEvent[] {
    const known = new Set(this.events.map(idOf));
    return events.filter((event) => !known.has(idOf(event)));
  }

  private add(events: readonly AppendableEvent[]): number {
    if (events.some((event) => actionOf(event).startsWith('bad'))) {
      throw new EventRefusedError('a column is too small');
    }
    return this.events.push(...events) - events.length + 1;
  }
}

describe('DurableWriter', () => {
  let directory: string;
  let store: FragileStore;
  let losses: LossLedger;
  let lines: string[];
  let failures: FailureLog;
  let writers: DurableWriter[];

  beforeEach(() => {
    directory = join(mkdtempSync(join(tmpdir(), 'audit-writer-')), 'spool');
    store = new FragileStore();
    losses = new LossLedger();
    lines = [];
    const logger = { error: (line: string) => lines.push(line), log: (line: string) => lines.push(line) };
    failures = new FailureLog(logger, (text) => text);
    writers = [];
  });

  afterEach(async () => {
    store.works();
    await Promise.all(writers.map((writer) => writer.close(1000)));
    rmSync(join(directory, '..'), { recursive: true, force: true });
  });

  const anOpenSpool = async (options: Partial<SpoolOptions> = {}): Promise<Spool> => {
    const logger = { error: (line: string) => lines.push(line), log: (line: string) => lines.push(line) };
    const reports = spoolReports({ failures, losses, logger, now: Date.now });
    const all = { ...DEFAULT_SPOOL_OPTIONS, retryInitialMs: 5, retryMaxMs: 20, directory, ...options };
    const spool = new Spool(all, reports);
    await spool.open();
    return spool;
  };

  async function writerWith(parts: Partial<DurableWriterParts> = {}): Promise<DurableWriter> {
    const spool = 'spool' in parts ? parts.spool : await anOpenSpool();
    const writer = new DurableWriter({ store, spool, commitTimeoutMs: 5000, failures, losses, ...parts });
    writers.push(writer);
    return writer;
  }

  const backInStore = (writer: DurableWriter): Promise<void> => eventually(() => writer.status().mode === 'store');

  it('writes to the store while that works, and tells the positions', async () => {
    const writer = await writerWith();
    writer.start();
    expect(await writer.write('main', named('1', '2'))).toEqual({ place: 'store', firstPosition: 1 });
    expect(await writer.write('main', named('3'))).toEqual({ place: 'store', firstPosition: 3 });
    expect(writer.status()).toEqual({
      mode: 'store',
      attempts: 0,
      backlog: { events: 0, bytes: 0, refused: 0 },
    });
  });

  it('goes to the spool when the store is down, and back when everything is moved, in order', async () => {
    let isBack = 0;
    const writer = await writerWith({});
    writer.whenStoreIsBack(() => isBack++);
    writer.start();
    await writer.write('main', named('1'));
    store.state = 'down';
    for (const action of ['2', '3', '4']) {
      expect(await writer.write('main', named(action))).toEqual({ place: 'spool' });
    }
    expect(writer.status()).toMatchObject({ mode: 'spool', backlog: { events: 3 } });
    expect(isBack).toBe(0);
    store.works();
    await backInStore(writer);
    expect(await writer.write('main', named('5'))).toEqual({ place: 'store', firstPosition: 5 });
    expect(store.actions).toEqual(['1', '2', '3', '4', '5']);
    expect(isBack).toBe(1);
    expect(lines.map((line) => line.replace(/:.*/, ''))).toEqual([
      'The audit store did not take events; they wait in the spool',
      'The audit trail works again after 1 failure(s) of kind "store"',
    ]);
    expect(failures.snapshot()).toEqual({ store: 1 });
  });

  it('waits for a hung store once, and then not at all', async () => {
    const writer = await writerWith({ commitTimeoutMs: 200 });
    writer.start();
    store.state = 'hung';
    expect(await writer.write('main', named('1'))).toEqual({ place: 'spool' });
    for (let count = 2; count <= 20; count++) {
      expect(await writer.write('main', named(String(count)))).toEqual({ place: 'spool' });
    }
    expect(store.appends).toBe(1);
    store.works();
    await backInStore(writer);
    expect(store.actions).toEqual(Array.from({ length: 20 }, (_, index) => String(index + 1)));
  });

  it('stores nothing twice when the append that was given up arrives after all', async () => {
    const writer = await writerWith({ commitTimeoutMs: 20 });
    writer.start();
    store.state = 'hung';
    const events = named('1', '2');
    await writer.write('main', events);
    store.works();
    await backInStore(writer);
    expect(store.events).toEqual(events);
  });

  it('gives up all that is under way at once, so that nothing overtakes', async () => {
    const writer = await writerWith({ commitTimeoutMs: 300 });
    writer.start();
    store.state = 'hung';
    const first = writer.write('main', named('1'));
    store.state = 'down';
    const second = writer.write('main', named('2'));
    expect(await Promise.all([first, second])).toEqual([{ place: 'spool' }, { place: 'spool' }]);
    store.works();
    await backInStore(writer);
    expect(store.actions).toEqual(['1', '2']);
  });

  it('keeps the order through many outages under load', async () => {
    const writer = await writerWith({ commitTimeoutMs: 30 });
    writer.start();
    const places = { store: 0, spool: 0 };
    for (let count = 0; count < 300; count++) {
      if (count % 50 === 20) {
        store.state = count % 100 === 20 ? 'down' : 'hung';
      } else if (count % 50 === 35) {
        store.works();
      }
      places[(await writer.write('main', named(String(count)))).place]++;
    }
    await backInStore(writer);
    expect(store.actions).toEqual(Array.from({ length: 300 }, (_, index) => String(index)));
    expect(places.store).toBeGreaterThan(0);
    expect(places.spool).toBeGreaterThan(0);
  });

  it('comes back although there is always something on its way into the spool', async () => {
    const writer = await writerWith();
    writer.start();
    store.state = 'down';
    await writer.write('main', named('first'));
    store.works();
    let isOver = false;
    const caller = async (): Promise<Written[]> => {
      const written: Written[] = [];
      while (!isOver) {
        written.push(await writer.write('main', named('x')));
      }
      return written;
    };
    const callers = [caller(), caller(), caller()];
    await backInStore(writer);
    isOver = true;
    const written = (await Promise.all(callers)).flat();
    expect(store.events).toHaveLength(written.length + 1);
  });

  it('keeps an event that the store refuses, and stores its neighbours', async () => {
    const writer = await writerWith();
    writer.start();
    expect(await writer.write('main', named('1', 'bad', '3'))).toEqual({ place: 'spool' });
    await backInStore(writer);
    expect(store.actions).toEqual(['1', '3']);
    expect(writer.status().backlog).toMatchObject({ events: 0, refused: 1 });
    expect(failures.snapshot()).toEqual({ store: 1, refused: 1 });
    expect(losses.pending()).toBeUndefined();
  });

  it('boots without its store, and opens it as soon as it is there', async () => {
    store.state = 'down';
    const writer = await writerWith();
    writer.start({ storeIsOpen: false, open: () => store.open() });
    expect(await writer.write('main', named('1'))).toEqual({ place: 'spool' });
    store.works();
    await backInStore(writer);
    expect(store.opened).toBe(1);
    expect(store.actions).toEqual(['1']);
  });

  it('comes back from a boot without store when there was nothing to keep', async () => {
    store.state = 'down';
    const writer = await writerWith();
    writer.start({ storeIsOpen: false, open: () => store.open() });
    await eventually(() => writer.status().attempts > 2);
    store.works();
    await backInStore(writer);
    expect(await writer.write('main', named('1'))).toEqual({ place: 'store', firstPosition: 1 });
  });

  it('asks a store that hangs while it opens once, not at every attempt', async () => {
    store.state = 'hung';
    const writer = await writerWith({ commitTimeoutMs: 5 });
    writer.start({ storeIsOpen: false, open: () => store.open() });
    await eventually(() => writer.status().attempts > 5);
    expect(store.calls).toBe(1);
    store.works();
    await backInStore(writer);
  });

  it('moves what an earlier process left before anything new', async () => {
    store.state = 'down';
    const earlier = await writerWith();
    earlier.start();
    await earlier.write('main', named('1', '2'));
    await earlier.close(50);
    store.works();
    const writer = await writerWith();
    writer.start();
    await writer.write('main', named('3'));
    await backInStore(writer);
    expect(store.actions).toEqual(['1', '2', '3']);
  });

  it('rejects and counts what neither the store nor a full spool took, and goes on when there is room', async () => {
    const writer = await writerWith({ spool: await anOpenSpool({ maxBytes: 1500, whenFull: 'drop-and-count' }) });
    writer.start();
    expect(writer.whenFull).toBe('drop-and-count');
    store.state = 'down';
    await writer.write('main', named('1', '2'));
    await expect(writer.write('main', named('3', '4'))).rejects.toMatchObject({ code: 'AUDIT_SPOOL_FULL' });
    expect(losses.pending()).toMatchObject({ events: 2, causes: { spool: 2 } });
    store.works();
    await backInStore(writer);
    await writer.write('main', named('5'));
    expect(store.actions).toEqual(['1', '2', '5']);
  });

  it('takes an event for stored that the store took while the spool refused it', async () => {
    const writer = await writerWith({ spool: await anOpenSpool({ maxBytes: 10 }), commitTimeoutMs: 500 });
    writer.start();
    store.state = 'hung';
    const first = writer.write('main', named('1'));
    store.state = 'down';
    const second = writer.write('main', named('2'));
    await expect(second).rejects.toMatchObject({ code: 'AUDIT_SPOOL_FULL' });
    store.works();
    expect(await first).toEqual({ place: 'store', firstPosition: 1 });
    expect(losses.pending()).toMatchObject({ events: 1 });
  });

  it('takes back a loss that arrived late after all', async () => {
    const writer = await writerWith({ spool: undefined, commitTimeoutMs: 20 });
    writer.start();
    store.state = 'hung';
    await expect(writer.write('main', named('1'))).rejects.toMatchObject({ code: 'AUDIT_STORE_UNAVAILABLE' });
    expect(writer.isHung).toBe(true);
    expect(losses.pending()).toMatchObject({ events: 1, causes: { store: 1 } });
    store.works();
    await eventually(() => losses.pending() === undefined);
    expect(store.actions).toEqual(['1']);
  });

  it('writes to a store that answers when only the spool cannot be written', async () => {
    store.state = 'down';
    const writer = await writerWith();
    writer.start();
    await writer.write('main', named('1'));
    rmSync(directory, { recursive: true });
    writeFileSync(directory, 'in the way');
    await expect(writer.write('main', named('2'))).rejects.toMatchObject({ code: 'AUDIT_SPOOL_UNUSABLE' });
    store.works();
    await backInStore(writer);
    expect(await writer.write('main', named('3'))).toMatchObject({ place: 'store' });
  });

  it('takes the store while it catches up with a spool that is full', async () => {
    const writer = await writerWith({ spool: await anOpenSpool({ maxBytes: 1500 }) });
    writer.start();
    store.state = 'down';
    await writer.write('main', named('1', '2'));
    // The store answers again, but so slowly that the spool is still full.
    const appendMissing = store.appendMissing.bind(store);
    let go: () => void = () => undefined;
    const patience = new Promise<void>((resolve) => {
      go = resolve;
    });
    store.appendMissing = async (chain, events) => {
      const receipt = await appendMissing(chain, events);
      await (store.events.length > 1 ? patience : undefined);
      return receipt;
    };
    store.works();
    await eventually(() => store.events.length === 2);
    expect(await writer.write('main', named('3', '4'))).toEqual({ place: 'store', firstPosition: 3 });
    go();
    await backInStore(writer);
    expect(store.actions).toEqual(['1', '2', '3', '4']);
    expect(losses.pending()).toBeUndefined();
  });

  it('rejects as the store says when there is no spool', async () => {
    const writer = await writerWith({ spool: undefined });
    writer.start();
    store.state = 'down';
    await expect(writer.write('main', named('1'))).rejects.toMatchObject({ code: 'AUDIT_STORE_UNAVAILABLE' });
    expect(writer.whenFull).toBeUndefined();
    store.works();
    expect(await writer.write('main', named('2'))).toMatchObject({ place: 'store' });
    expect(losses.pending()).toMatchObject({ events: 1, causes: { store: 1 } });
  });

  it('moves what it can before it closes, within the deadline, and takes nothing more', async () => {
    const writer = await writerWith({ spool: await anOpenSpool({ retryInitialMs: 60_000, retryMaxMs: 60_000 }) });
    writer.start();
    store.state = 'down';
    await writer.write('main', named('1'));
    store.works();
    await writer.close(5000);
    expect(store.actions).toEqual(['1']);
    await expect(writer.write('main', named('2'))).rejects.toMatchObject({ code: 'AUDIT_CLOSED' });
  });

  it('closes in time although the store hangs, and leaves the events to the next start', async () => {
    const writer = await writerWith({ commitTimeoutMs: 50 });
    writer.start();
    store.state = 'hung';
    await writer.write('main', named('1'));
    await writer.close(100);
    expect(store.state).toBe('hung');
    store.works();
    const next = await writerWith();
    next.start();
    await backInStore(next);
    expect(store.actions).toEqual(['1']);
  });

  it('sends a hung store next to nothing, however long it hangs', async () => {
    const writer = await writerWith({ commitTimeoutMs: 5 });
    writer.start();
    store.state = 'hung';
    const sizes: number[] = [];
    const appendMissing = store.appendMissing.bind(store);
    store.appendMissing = (chain, events) => {
      sizes.push(events.length);
      return appendMissing(chain, events);
    };
    await writer.write('main', named(...Array.from({ length: 100 }, (_, index) => String(index))));
    await eventually(() => sizes.length > 5);
    expect(new Set(sizes)).toEqual(new Set([1]));
  });
});

async function eventually(isTrue: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!isTrue()) {
    if (Date.now() > deadline) {
      throw new Error('it did not happen within 10 s');
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
