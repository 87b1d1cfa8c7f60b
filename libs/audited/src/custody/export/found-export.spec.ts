import type { AuditRecord } from '../../event/audit-record.js';
import { readRecord } from '../../storage/stored-record.js';
import { draftComposer } from '../../testing/composed-draft.fixture.js';
import { BundledLog } from '../../testing/bundled-log.fixture.js';
import { CustodyRecords } from '../custody-records.js';
import { eventOf } from '../stored-events.js';
import { exportFound, type FoundExportRequest } from './found-export.js';

class SearchedLog extends BundledLog {
  private readonly records = new CustodyRecords({ store: this.custody, compose: draftComposer(this.clock) });

  export(
    found: AsyncIterable<AuditRecord>,
    request: Partial<FoundExportRequest> = {},
  ): AsyncGenerator<AuditRecord, void, undefined> {
    return exportFound({ log: this.custody, records: this.records }, found, { query: {}, ...request });
  }

  /** As a reader finds them: what is appended meanwhile comes, too. */
  async *found(): AsyncGenerator<AuditRecord, void, undefined> {
    for (let index = 0; index < this.custody.rows('main').length; index++) {
      const stored = this.custody.rows('main')[index];
      if (stored !== undefined) {
        yield readRecord(stored);
      }
    }
  }

  get told(): readonly unknown[] {
    return this.custody.rows('main').flatMap((row) => {
      const event = eventOf(row);
      return event?.type === 'audit.export' ? [event] : [];
    });
  }
}

async function positionsOf(records: AsyncIterable<AuditRecord>): Promise<readonly number[]> {
  const positions: number[] = [];
  for await (const { seal } of records) {
    positions.push(seal.position);
  }
  return positions;
}

describe('an export of what was found', () => {
  let log: SearchedLog;

  beforeEach(async () => {
    log = await SearchedLog.make();
    await log.add(5);
  });

  afterEach(() => log.dispose());

  it('is in the log before the first record is given, and its end after the last', async () => {
    const request = {
      query: { type: 'deploy.completed', from: new Date('2026-11-01T00:00:00Z') },
      format: 'cef',
      by: { kind: 'user', id: 'ops' },
      reason: 'nightly',
    } as const;
    const records = log.export(log.found(), request);
    await records.next();
    expect(log.told).toMatchObject([{ stage: 'intent', outcome: 'pending', reason: 'nightly' }]);
    await positionsOf(records);
    expect(log.told).toMatchObject([
      {
        actor: { kind: 'user', id: 'ops' },
        action: 'Exported records as cef',
        details: { format: 'cef', selection: { type: 'deploy.completed', from: '2026-11-01T00:00:00.000Z' } },
      },
      { stage: 'outcome', outcome: 'success', details: { records: 5, complete: true } },
    ]);
  });

  it('leaves out what was appended after it began, its own record too', async () => {
    const records = log.export(log.found());
    await records.next();
    await log.add(3);
    expect(await positionsOf(records)).toEqual([2, 3, 4, 5]);
  });

  it('ends although somebody appends faster than it reads', async () => {
    const [first] = log.custody.rows('main');
    async function* endless(): AsyncGenerator<AuditRecord, void, undefined> {
      for (let position = 1; first !== undefined; position++) {
        const record = readRecord(first);
        yield { ...record, seal: { ...record.seal, position } };
      }
    }
    expect(await positionsOf(log.export(endless(), { recorded: false }))).toEqual([1, 2, 3, 4, 5]);
  });

  it('says that it was given up, and that it failed', async () => {
    for await (const _record of log.export(log.found())) {
      break;
    }
    const failing: AsyncIterable<AuditRecord> = {
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('the database has gone')) }),
    };
    await expect(positionsOf(log.export(failing))).rejects.toThrow('has gone');
    expect(log.told).toMatchObject([
      { stage: 'intent' },
      { stage: 'outcome', outcome: 'success', details: { records: 1, complete: false } },
      { stage: 'intent' },
      { stage: 'outcome', outcome: 'failure', details: { records: 0, complete: false } },
    ]);
  });

  it('leaves nothing in the log where that is refused', async () => {
    expect(await positionsOf(log.export(log.found(), { recorded: false }))).toEqual([1, 2, 3, 4, 5]);
    expect(log.told).toEqual([]);
  });
});
