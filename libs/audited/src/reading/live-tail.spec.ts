import type { AuditRecord, StoredRecord } from '../event/audit-record.js';
import type { TailOptions, TailQuery } from '../storage/reading/record-flows.js';
import { readRecord } from '../storage/stored-record.js';
import { anEvent } from '../testing/audit-event.fixture.js';
import { liveTail, type LiveTailParts } from './live-tail.js';

const idOf = (serial: number): string => `019abcde-f012-7000-8000-${String(serial).padStart(12, '0')}`;

/** A log in memory, with several chains; only what a tail asks of one. */
class SmallLog implements LiveTailParts {
  private readonly chains = new Map<string, StoredRecord[]>();
  private readonly listeners = new Set<() => void>();
  private serial = 0;
  readonly pollMs = 60_000;

  readonly whenAppended = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  get listening(): number {
    return this.listeners.size;
  }

  readonly stream: LiveTailParts['stream'] = {
    heads: () =>
      Promise.resolve([...this.chains].map(([chain, { length }]) => ({ chain, position: length, hash: '' }))),
    records: (chain, { from = 1, through = Number.POSITIVE_INFINITY } = {}) => this.page(chain, from, through),
  };

  readonly reader = {
    get: (id: string): Promise<AuditRecord | undefined> => {
      const found = [...this.chains.values()].flat().find(({ body }) => body.includes(id));
      return Promise.resolve(found === undefined ? undefined : readRecord(found));
    },
  };

  append(chain: string, minute: number, body?: string): string {
    const records = this.chains.get(chain) ?? [];
    const id = idOf(++this.serial);
    const recordedAt = `2026-11-30T12:${String(minute).padStart(2, '0')}:00.000Z`;
    const seal = { chain, position: records.length + 1, previousHash: '', hash: id, scheme: 'sha256-v1' };
    const text = body ?? JSON.stringify(anEvent({ id, recordedAt, type: 'order.placed' }));
    this.chains.set(chain, [...records, { seal, body: text, personal: null, salt: null }]);
    this.listeners.forEach((listener) => listener());
    return id;
  }

  private async *page(chain: string, from: number, through: number): AsyncGenerator<readonly StoredRecord[]> {
    await Promise.resolve();
    yield (this.chains.get(chain) ?? []).filter(({ seal }) => seal.position >= from && seal.position <= through);
  }
}

async function taken(log: SmallLog, count: number, query: TailQuery, options: TailOptions): Promise<readonly string[]> {
  const tail = await liveTail(log, query, options);
  const ids: string[] = [];
  while (ids.length < count) {
    const { value } = await tail.next();
    ids.push((value as AuditRecord).event.id);
  }
  await tail.return();
  return ids;
}

describe('a live tail', () => {
  it('wakes at an append, and stops listening when whoever follows has enough', async () => {
    const log = new SmallLog();
    log.append('main', 0);
    const tail = await liveTail(log, {}, {});
    const next = tail.next();
    await new Promise((resolve) => setImmediate(resolve));
    const id = log.append('main', 1);
    expect(((await next).value as AuditRecord).event.id).toBe(id);
    await tail.return();
    expect(log.listening).toBe(0);
  });

  it('passes over what is damaged', async () => {
    const log = new SmallLog();
    const first = log.append('main', 0);
    log.append('main', 1, '{"id":');
    const last = log.append('main', 2);
    expect(await taken(log, 1, {}, { after: first })).toEqual([last]);
  });

  it('goes on in every chain, and leaves out nothing of any', async () => {
    const log = new SmallLog();
    log.append('main', 0);
    log.append('other', 0);
    log.append('other', 1);
    const seen = log.append('main', 2);
    const sameTime = log.append('other', 2);
    const later = [log.append('main', 3), log.append('other', 4), log.append('third', 5)];
    expect(new Set(await taken(log, 4, {}, { after: seen }))).toEqual(new Set([sameTime, ...later]));
  });

  it('ends when its signal is aborted, while it waits too', async () => {
    const log = new SmallLog();
    const stop = new AbortController();
    const tail = await liveTail(log, {}, { signal: stop.signal });
    const next = tail.next();
    setImmediate(() => stop.abort());
    expect(await next).toEqual({ done: true, value: undefined });
    expect(log.listening).toBe(0);
  });

  it('refuses an id that nobody knows, and a filter that is none', async () => {
    const log = new SmallLog();
    await expect(liveTail(log, {}, { after: idOf(99) })).rejects.toMatchObject({ parameter: 'lastEventId' });
    await expect(liveTail(log, { typ: 'x' } as TailQuery, {})).rejects.toMatchObject({ code: 'AUDIT_QUERY_INVALID' });
    await expect(liveTail(log, { ip: '::1' }, { personal: 'masked' })).rejects.toMatchObject({
      code: 'AUDIT_READ_FORBIDDEN',
    });
  });
});
