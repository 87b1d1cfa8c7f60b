import { deepStrictEqual, ok, rejects, strictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import type { AuditRecord, ReadOptions } from 'nestjs-audited';
import { anAppendableEvent, type ContractCase } from 'nestjs-audited/testing';
import { askedFor, mayBeSeen, SINGLE_FILTERS } from './queried-log.js';
import { everyPage, queriedLog, tryQuery, type EmptyLog, type QueriedLog } from './query-trial.js';

/** How much is tried. */
export interface QueryEffort {
  readonly logs: number;
  readonly runs: number;
}

const CURSOR_REFUSED = { code: 'AUDIT_QUERY_INVALID', parameter: 'cursor' };

/**
 * What reading promises, on one kind of database.
 *
 * @param newLog a new, empty, open log for each call
 */
export function queryCases(newLog: () => Promise<EmptyLog>, { logs, runs }: QueryEffort): readonly ContractCase[] {
  let filled: Promise<readonly QueriedLog[]> | undefined;
  const logAt = async (place: number): Promise<QueriedLog> => {
    filled ??= fillLogs(newLog, logs);
    const all = await filled;
    return all[place % all.length] as QueriedLog;
  };
  return [
    {
      promise: 'finds by every filter alone what a look at every record finds',
      run: async () => {
        for (const [place, query] of SINGLE_FILTERS.entries()) {
          await tryQuery(await logAt(place), query).catch((error: unknown) => {
            throw new Error(`log ${place % logs}, query ${JSON.stringify(query)}`, { cause: error });
          });
        }
      },
    },
    {
      promise: 'finds by any combination, for whoever asks, page by page, what a look at every record finds',
      run: async () => {
        const paging = fc.record({ limit: fc.integer({ min: 1, max: 30 }), offset: fc.integer({ min: 0, max: 40 }) });
        await fc.assert(
          fc.asyncProperty(fc.nat(), askedFor, mayBeSeen, paging, async (place, query, options, pages) => {
            await tryQuery(await logAt(place), query, options, pages);
          }),
          { numRuns: runs },
        );
      },
    },
    { promise: 'gives a record by its id to those only who may see it', run: async () => getsByTenant(await logAt(1)) },
    { promise: 'takes no cursor but its own', run: async () => refusesCursors(await logAt(1), await logAt(2)) },
    { promise: 'pages stably while records are appended and pruned', run: () => pagesWhileChanging(newLog) },
    {
      promise: 'ends a read when its time is over, or nobody waits for it',
      run: async () => endsReads(await logAt(0)),
    },
  ];
}

async function fillLogs(newLog: () => Promise<EmptyLog>, count: number): Promise<readonly QueriedLog[]> {
  const all: QueriedLog[] = [];
  for (let seed = 0; seed < count; seed++) {
    all.push(await queriedLog(await newLog(), seed));
  }
  return all;
}

async function getsByTenant({ store, records }: QueriedLog): Promise<void> {
  const seen = async (id: string, options: ReadOptions): Promise<AuditRecord | undefined> => store.get(id, options);
  for (const { event, personal } of records.slice(0, 40)) {
    const { tenantId } = event.actor;
    strictEqual((await seen(event.id, {}))?.event.id, event.id);
    strictEqual((await seen(event.id, { tenants: ['other'] }))?.event.id, undefined);
    strictEqual((await seen(event.id, { tenants: [] }))?.event.id, undefined);
    strictEqual((await seen(event.id, { tenants: [tenantId ?? 'other'] }))?.event.id, tenantId && event.id);
    const masked = await seen(event.id, { personal: 'masked' });
    deepStrictEqual(JSON.parse(JSON.stringify(masked?.event)), event);
    strictEqual(masked?.masked, personal === undefined ? undefined : true);
  }
  await rejects(store.get(records[0]?.event.id ?? '', { tenants: 'acme' } as never), { code: 'AUDIT_OPTIONS_INVALID' });
}

async function refusesCursors({ store }: QueriedLog, other: QueriedLog): Promise<void> {
  const { next = '' } = await store.find({ limit: 5 });
  ok(next !== '');
  strictEqual((await store.find({ limit: 7, cursor: next })).records.length, 7);
  const changed = `${next.slice(0, 20)}${next[20] === 'A' ? 'B' : 'A'}${next.slice(21)}`;
  for (const cursor of [changed, next.slice(1), `${next}A`, '42', "1' OR '1'='1", '\0']) {
    await rejects(store.find({ cursor }), CURSOR_REFUSED, cursor);
  }
  await rejects(store.find({ cursor: next, type: 'deploy.*' }), CURSOR_REFUSED);
  await rejects(store.find({ cursor: next, order: 'oldest' }), CURSOR_REFUSED);
  await rejects(store.find({ cursor: next }, { tenants: ['acme'] }), CURSOR_REFUSED);
  await rejects(other.store.find({ cursor: next }), CURSOR_REFUSED);
}

async function pagesWhileChanging(newLog: () => Promise<EmptyLog>): Promise<void> {
  const { store } = await newLog();
  const events = Array.from({ length: 240 }, (_, place) => anAppendableEvent({ sessionId: `s-${place % 2}` }));
  await store.append('main', events);
  const ids = events.map(({ body }) => (JSON.parse(body) as { id: string }).id);
  const walks = (['newest', 'oldest'] as const).flatMap((order) =>
    [{}, { sessionId: 's-1' }, { text: 'deployment', not: { sessionId: 's-0' } }].map(async (filters) => {
      const found = await everyPage(store, { ...filters, order }, {}, 7);
      const seen = found.map(({ event }) => event.id);
      strictEqual(new Set(seen).size, seen.length, 'a record came twice');
      const kept = ids.filter(
        (_, place) => place >= 60 && ('text' in filters || 'sessionId' in filters ? place % 2 === 1 : true),
      );
      const missing = kept.filter((id) => !seen.includes(id));
      deepStrictEqual(missing, [], 'a record that was there all the time did not come');
    }),
  );
  const change = async (): Promise<void> => {
    for (let round = 1; round <= 20; round++) {
      await store.append('main', [anAppendableEvent({ sessionId: 's-1' }), anAppendableEvent()]);
      await store.custody().removePrefix('main', round * 3);
    }
  };
  await Promise.all([change(), ...walks]);
}

async function endsReads({ store }: QueriedLog): Promise<void> {
  const gone = new AbortController();
  gone.abort(new Error('gone'));
  await rejects(store.find({ text: 'disk' }, { signal: gone.signal }), /gone/);
  const going = new AbortController();
  const read = store.find({ text: 'disk' }, { signal: going.signal });
  going.abort(new Error('going'));
  await rejects(read, /going/);
  strictEqual((await store.find({ limit: 1 })).records.length, 1);
}
