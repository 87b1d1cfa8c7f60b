import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditEvent } from '../../event/audit-event.js';
import { DatabaseUnusableError, EventRefusedError, StoreUnavailableError } from '../../event/audit.error.js';
import type { AppendableEvent, AuditStore } from '../../storage/audit-store.js';
import { anAppendableEvent } from '../../testing/audit-event.fixture.js';
import { FailureLog } from '../accounting/failure-log.js';
import { LossLedger } from '../accounting/loss-ledger.js';
import { spoolReports } from '../spool/spool-reporter.js';
import { DEFAULT_SPOOL_OPTIONS, type SpoolOptions } from '../spool/spool.options.js';
import { Spool } from '../spool/spool.js';
import { DurableWriter } from './durable-writer.js';

const actionOf = ({ body }: AppendableEvent): string => (JSON.parse(body) as AuditEvent).action;
const named = (...actions: string[]): AppendableEvent[] => actions.map((action) => anAppendableEvent({ action }));
const DOWN = new StoreUnavailableError('connection refused');

/** A store that does what it is asked when and as the test says. */
class ToldStore implements AuditStore {
  readonly actions: string[] = [];
  failure: Error | undefined;
  openFailure: Error | undefined;
  /** Appends wait for it. */
  turn: Promise<unknown> = Promise.resolve();

  readonly close = (): Promise<void> => Promise.resolve();

  async open(): Promise<void> {
    if (this.openFailure !== undefined) {
      throw this.openFailure;
    }
    await Promise.resolve();
  }

  async append(chain: string, events: readonly AppendableEvent[]) {
    await this.turn;
    if (events.some((event) => actionOf(event) === 'bad')) {
      throw new EventRefusedError('an id is stored already');
    }
    return { chain, firstPosition: this.add(events) };
  }

  async appendMissing(chain: string, events: readonly AppendableEvent[]) {
    await Promise.resolve();
    const missing = events.filter((event) => !this.actions.includes(actionOf(event)));
    this.add(missing);
    return { chain, appended: missing.length };
  }

  private add(events: readonly AppendableEvent[]): number {
    if (this.failure !== undefined) {
      throw this.failure;
    }
    return this.actions.push(...events.map(actionOf)) - events.length + 1;
  }
}

/** A spool whose disk hangs while the test says so. */
class HangingSpool extends Spool {
  private hangs: Promise<void> | undefined;
  private goOn: () => void = () => undefined;

  hang(): void {
    this.hangs = new Promise((resolve) => (this.goOn = resolve));
  }

  answer(): void {
    this.hangs = undefined;
    this.goOn();
  }

  override async append(chain: string, events: readonly AppendableEvent[]): Promise<void> {
    await this.hangs;
    await super.append(chain, events);
  }
}

describe('DurableWriter in trouble', () => {
  let directory: string;
  let store: ToldStore;
  let losses: LossLedger;
  let lines: string[];
  let isLoggerBroken: boolean;
  let failures: FailureLog;
  let spool: HangingSpool;
  let writer: DurableWriter;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'audit-trouble-'));
    store = new ToldStore();
    losses = new LossLedger();
    lines = [];
    isLoggerBroken = false;
  });

  afterEach(async () => {
    store.failure = undefined;
    await writer.close(1000);
    rmSync(directory, { recursive: true, force: true });
  });

  async function begin(options: Partial<SpoolOptions> | false = {}): Promise<void> {
    const tell = (line: string): void => {
      if (isLoggerBroken) {
        throw new Error('the log transport is closed');
      }
      lines.push(line);
    };
    const logger = { error: tell, log: tell };
    failures = new FailureLog(logger, (text) => text);
    const all = { ...DEFAULT_SPOOL_OPTIONS, retryInitialMs: 5, retryMaxMs: 20, directory, ...options };
    spool = new HangingSpool(all, spoolReports({ failures, losses, logger, now: Date.now }));
    await spool.open();
    const used = options === false ? undefined : spool;
    writer = new DurableWriter({ store, spool: used, commitTimeoutMs: 5000, failures, losses });
  }

  it('keeps what finds no room before the store in the spool, and moves it while the store goes on', async () => {
    await begin();
    writer.start();
    let goOn: () => void = () => undefined;
    store.turn = new Promise<void>((resolve) => (goOn = resolve));
    const queued = writer.write('main', named('1'));
    expect(writer.takesOverflow).toBe(true);
    expect(await writer.overflow('main', named('2', '3'))).toEqual({ place: 'spool' });
    expect(writer.status().mode).toBe('store');
    await eventually(() => store.actions.length === 2);
    goOn();
    expect(await queued).toEqual({ place: 'store', firstPosition: 3 });
    await eventually(() => writer.status().backlog?.events === 0);
    expect(failures.snapshot()).toEqual({});
  });

  it('has no place for an overflow without a spool, or when it is closed', async () => {
    await begin(false);
    expect(writer.takesOverflow).toBe(false);
    await expect(writer.overflow('main', named('1'))).rejects.toMatchObject({ code: 'AUDIT_CLOSED' });
  });

  it('hands over for good: what is under way and what comes is in the spool at once, and stays there', async () => {
    await begin();
    writer.start();
    store.turn = new Promise(() => undefined);
    const underWay = [writer.write('main', named('1')), writer.write('main', named('2'))];
    writer.spoolFromNow();
    underWay.push(writer.write('main', named('3')));
    expect(await Promise.all(underWay)).toEqual(Array(3).fill({ place: 'spool' }));
    expect(writer.status()).toMatchObject({ mode: 'spool', backlog: { events: 3 } });
    expect(store.actions).toEqual([]);
  });

  it('keeps in the spool what is still under way when it is closed', async () => {
    await begin();
    writer.start();
    store.turn = new Promise(() => undefined);
    store.failure = DOWN;
    const underWay = writer.write('main', named('1', '2'));
    await writer.close(20);
    expect(await underWay).toEqual({ place: 'spool' });
    expect(spool.backlog().events).toBe(2);
    expect(losses.pending()).toBeUndefined();
  });

  it('keeps events in the spool although nobody can be told', async () => {
    await begin();
    writer.start();
    isLoggerBroken = true;
    store.failure = DOWN;
    expect(await writer.write('main', named('1'))).toEqual({ place: 'spool' });
    expect(failures.snapshot()).toMatchObject({ store: 1, logger: expect.any(Number) });
    store.failure = undefined;
    await eventually(() => store.actions.length === 1);
  });

  it('counts nothing for a refused batch that may be written again, and the one event for good', async () => {
    await begin(false);
    writer.start();
    await expect(writer.write('main', named('1', 'bad'))).rejects.toMatchObject({ code: 'AUDIT_EVENT_REFUSED' });
    expect(losses.pending()).toBeUndefined();
    await expect(writer.write('main', named('bad'))).rejects.toMatchObject({ code: 'AUDIT_EVENT_REFUSED' });
    expect(losses.pending()).toMatchObject({ events: 1, causes: { store: 1 } });
  });

  it('tells the operator when a store that was down at the start then refuses for a reason of its own', async () => {
    await begin();
    store.openFailure = DOWN;
    failures.report('store', 'The audit store could not be opened; events wait in the spool', DOWN);
    writer.start({ storeIsOpen: false, open: () => store.open() });
    await eventually(() => writer.status().attempts > 3);
    expect(lines).toHaveLength(1);
    store.openFailure = new DatabaseUnusableError('db/audit', 'gives no right to INSERT', 'Grant it.');
    await eventually(() => lines.length === 2);
    expect(lines[1]).toContain('could not be moved to the store; it is tried again: The audit database "db/audit"');
    const { attempts } = writer.status();
    await eventually(() => writer.status().attempts > attempts + 5);
    expect(lines).toHaveLength(2);
    store.openFailure = undefined;
    await eventually(() => writer.status().mode === 'store');
    expect(lines[2]).toContain('works again');
  });

  it('uses a store that is back although the disk of the spool hangs, and the spool when that answers', async () => {
    await begin();
    writer.start();
    store.failure = DOWN;
    expect(await writer.write('main', named('1'))).toEqual({ place: 'spool' });
    spool.hang();
    const second = writer.write('main', named('2'));
    await eventually(() => writer.status().attempts > 1);
    store.failure = undefined;
    // Waits for the disk as long as it may, and then nobody else does.
    expect(await second).toMatchObject({ place: 'store' });
    const began = performance.now();
    expect(await writer.write('main', named('3'))).toMatchObject({ place: 'store' });
    expect(performance.now() - began).toBeLessThan(1000);
    expect(writer.isHung).toBe(false);
    expect(losses.pending()).toBeUndefined();
    spool.answer();
    await eventually(() => writer.status().mode === 'store');
    expect([...store.actions].sort()).toEqual(['1', '2', '3']);
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
