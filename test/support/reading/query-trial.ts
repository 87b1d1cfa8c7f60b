import { deepStrictEqual, rejects } from 'node:assert/strict';
import fc from 'fast-check';
import type { AuditPage, AuditQuery, AuditReader, AuditRecord, AuditStore, ReadOptions } from 'nestjs-audited';
import type { DatabaseCustody } from 'nestjs-audited/typeorm';
import { indexUpTo, type IndexTables } from './index-rows.js';
import { naiveQuery, type KnownRecord } from './naive-query.js';
import { recordToAppend } from './queried-log.js';

/** A store with its custody. */
export type QueriedStore = AuditStore & AuditReader & { custody(): DatabaseCustody };

/** A log that is still empty, and how to reach its tables beside the store. */
export interface EmptyLog {
  readonly store: QueriedStore;
  readonly tables: IndexTables;
}

/** A log that is asked, beside what is known of it. */
export interface QueriedLog {
  readonly store: QueriedStore;
  readonly records: readonly KnownRecord[];
}

/**
 * Fills a log with random records, erases some persons, and brings its index up to random positions.
 *
 * @param seed decides everything
 */
export async function queriedLog({ store, tables }: EmptyLog, seed: number): Promise<QueriedLog> {
  const [picks = []] = fc.sample(fc.array(fc.nat({ max: 99 }), { minLength: 200, maxLength: 200 }), {
    seed,
    numRuns: 1,
  });
  const given = fc.sample(recordToAppend, { seed, numRuns: 110 });
  const records: KnownRecord[] = [];
  const ends = new Map<string, number>();
  for (const [place, { appendable, known }] of given.entries()) {
    const { firstPosition } = await store.append(known.chain, [appendable]);
    ends.set(known.chain, firstPosition);
    const isErased = known.personal !== undefined && (picks[place] ?? 0) < 25;
    if (isErased && place < 60) {
      await store.custody().erase(known.chain, [firstPosition]);
    }
    records.push(isErased && place < 60 ? { ...known, personal: undefined } : known);
  }
  const positions = [...ends].flatMap(([chain, end], place) => {
    // Caught up, somewhere in between, never begun.
    const reached = seed % 3 === 0 ? end : Math.floor((end * (picks[150 + place] ?? 0)) / 99);
    return reached === 0 ? [] : [[chain, reached] as const];
  });
  await indexUpTo(tables, new Map(positions));
  // The persons of records that the index knows are erased now: what it still has of them must find nothing.
  for (const [place, { appendable, known }] of given.entries()) {
    if (place >= 60 && known.personal !== undefined && (picks[place] ?? 0) < 25) {
      const record = await store.get((JSON.parse(appendable.body) as { id: string }).id);
      await store.custody().erase(known.chain, [record?.seal.position ?? 0]);
      records[place] = { ...known, personal: undefined };
    }
  }
  return { store, records };
}

/** Asks in pages, with an offset, and for the total, and compares every answer with the naive one. */
export async function tryQuery(
  { store, records }: QueriedLog,
  query: AuditQuery,
  options: ReadOptions = {},
  { limit = 1000, offset = 0 }: { readonly limit?: number; readonly offset?: number } = {},
): Promise<void> {
  if (options.personal === 'masked' && asksForPersons(query)) {
    await rejects(store.find(query, options), { code: 'AUDIT_READ_FORBIDDEN' });
    return;
  }
  const wanted = naiveQuery(records, query, options);
  const ids = wanted.map(({ event }) => event.id);
  const found = await everyPage(store, query, options, limit);
  deepStrictEqual(idsOf(found), ids);
  for (const [place, record] of found.entries()) {
    sameRecord(record, wanted[place], options);
  }
  const page = await store.find({ ...query, limit, offset, total: true }, options);
  deepStrictEqual(idsOf(page.records), ids.slice(offset, offset + limit));
  deepStrictEqual({ ...page.total }, { count: ids.length, relation: 'eq' });
  deepStrictEqual(page.next === undefined, offset + limit >= ids.length);
}

/** Every record of a query, page by page. */
export async function everyPage(
  store: AuditReader,
  query: AuditQuery,
  options: ReadOptions,
  limit: number,
): Promise<readonly AuditRecord[]> {
  const records: AuditRecord[] = [];
  let page: AuditPage | undefined;
  do {
    const cursor = page?.next === undefined ? {} : { cursor: page.next };
    page = await store.find({ ...query, ...cursor, limit }, options);
    records.push(...page.records);
  } while (page.next !== undefined);
  return records;
}

function asksForPersons({ actorEmail, ip, not }: AuditQuery): boolean {
  return [actorEmail, ip, not?.actorEmail, not?.ip].some((filter) => filter !== undefined);
}

function idsOf(records: readonly AuditRecord[]): readonly string[] {
  return records.map(({ event }) => event.id);
}

function sameRecord(record: AuditRecord, known: KnownRecord | undefined, { personal }: ReadOptions): void {
  const hasPersonal = known?.event.personal !== undefined;
  const isMasked = personal === 'masked' && known?.personal !== undefined;
  deepStrictEqual(
    [
      record.seal.chain,
      record.masked === true,
      record.erased === true,
      record.event.actor.email,
      record.event.actor.ip,
    ],
    [
      known?.chain,
      isMasked,
      hasPersonal && known?.personal === undefined,
      isMasked ? undefined : known?.personal?.['/actor/email'],
      isMasked ? undefined : known?.personal?.['/actor/ip'],
    ],
  );
}
