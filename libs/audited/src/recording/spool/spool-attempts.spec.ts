import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditEvent } from '../../event/audit-event.js';
import { StoreUnavailableError } from '../../event/audit.error.js';
import type { AppendableEvent } from '../../storage/audit-store.js';
import { anAppendableEvent } from '../../testing/audit-event.fixture.js';
import { FailureLog } from '../accounting/failure-log.js';
import { LossLedger } from '../accounting/loss-ledger.js';
import { spoolReports } from './spool-reporter.js';
import { DEFAULT_SPOOL_OPTIONS, type SpoolOptions } from './spool.options.js';
import { Spool } from './spool.js';

const named = (action: string): AppendableEvent => anAppendableEvent({ action });

describe('Spool, in an outage that lasts', () => {
  let directory: string;
  let spool: Spool;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'audit-attempts-'));
  });

  afterEach(async () => {
    await spool.close();
    rmSync(directory, { recursive: true, force: true });
  });

  async function open(options: Partial<SpoolOptions> = {}): Promise<void> {
    const logger = { error: (): void => undefined, log: (): void => undefined };
    const parts = { failures: new FailureLog(logger, (text) => text), losses: new LossLedger(), logger, now: Date.now };
    spool = new Spool({ ...DEFAULT_SPOOL_OPTIONS, directory, ...options }, spoolReports(parts));
    await spool.open();
  }

  const files = (): number =>
    readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.spool')).length;
  const down = (): Promise<void> => Promise.reject(new StoreUnavailableError('connection refused'));

  it('makes no file for each failed attempt, and moves everything in order in the end', async () => {
    await open();
    const actions = Array.from({ length: 50 }, (_, index) => String(index));
    for (const action of actions) {
      await spool.append('main', [named(action)]);
      await expect(spool.replay(down)).rejects.toMatchObject({ code: 'AUDIT_STORE_UNAVAILABLE' });
    }
    expect(files()).toBeLessThanOrEqual(2);
    const moved: string[] = [];
    const isDone = await spool.replay((_chain, events) => {
      moved.push(...events.map(({ body }) => (JSON.parse(body) as AuditEvent).action));
      return Promise.resolve();
    });
    expect(isDone).toBe(true);
    expect(moved).toEqual(actions);
    expect(files()).toBe(0);
  });

  it('knows what waits at any moment of a replay over many files', async () => {
    await open({ maxSegmentBytes: 1, replayBatchEvents: 2 });
    for (let index = 0; index < 5; index++) {
      await spool.append('main', [named(`${index} a`), named(`${index} b`)]);
    }
    const { bytes } = spool.backlog();
    expect(files()).toBe(5);
    const left: number[] = [];
    let failsAt = 4;
    const move = async (): Promise<void> => {
      left.push(spool.backlog().events);
      if (left.length === failsAt) {
        await down();
      }
    };
    await expect(spool.replay(move)).rejects.toThrow('connection refused');
    expect(left).toEqual([10, 9, 8, 6]);
    expect(spool.backlog()).toMatchObject({ events: 6, oldestAt: expect.any(String) });
    expect(spool.backlog().bytes).toBeLessThan(bytes);
    failsAt = 0;
    expect(await spool.replay(move)).toBe(true);
    expect(spool.backlog()).toEqual({ events: 0, bytes: 0, refused: 0 });
  });
});
