import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { MAIN_CHAIN } from '../event/audit-record.js';
import type { AppendableEvent } from '../storage/audit-store.js';
import type { LogIndex } from '../storage/reading/log-index.js';
import { anAppendableEvent } from './audit-event.fixture.js';
import { assertIndexIsExact } from './indexed-records.js';
import type { LogIndexCase, LogIndexUnderTest } from './log-index-under-test.js';

const ADA = { '/actor/email': 'ada@example.org', '/actor/ip': '192.0.2.7', '/actor/name': 'Ada' };

/** Events that have every facet now and then, texts that databases find hard among them. */
const events = (count: number): readonly AppendableEvent[] =>
  Array.from({ length: count }, (_, index) =>
    anAppendableEvent(
      {
        sessionId: `s-${index % 7} `,
        severity: index % 5 === 0 ? 'critical' : 'info',
        outcome: index % 3 === 0 ? 'failure' : 'success',
        actor: { kind: 'service', id: `u-${index}`, tenantId: index % 2 === 0 ? 'Acme' : 'acme' },
        origin: { component: 'x'.repeat(index % 4 === 0 ? 400 : 4), environment: "o'hara\u0000\u2400" },
        details: { note: `Größe ${index} 𝒳`, deep: [{ word: 'needle' }] },
        changes: [{ field: 'status', before: 1, after: 2 }],
        transport: { kind: 'http', method: 'POST', route: '/a/:id', path: '/a/1', status: index % 2 === 0 ? 503 : 200 },
      },
      index % 2 === 0 ? ADA : undefined,
    ),
  );

async function advanceToEnd(index: LogIndex, limit = 40): Promise<number> {
  let records = 0;
  for (let step = await index.advance(limit); !step.isCaughtUp; step = await index.advance(limit)) {
    ok(step.records <= limit);
    records += step.records;
  }
  return records;
}

async function lagOfSearch(index: LogIndex): Promise<number | undefined> {
  return (await index.lag()).find((lag) => lag.index === 'search')?.records;
}

async function personalFacets({ select }: LogIndexUnderTest): Promise<number> {
  const rows = await select(`SELECT facet FROM audit_facets WHERE value IN ('${Object.values(ADA).join("', '")}')`);
  return rows.length;
}

/** The same log in another process, as long as the work takes; the same index where there is none. */
async function beside<Result>(
  log: LogIndexUnderTest,
  work: (other: LogIndexUnderTest) => Promise<Result>,
): Promise<Result> {
  const other = log.another?.();
  if (other === undefined) {
    return work(log);
  }
  await other.store.open();
  try {
    return await work(other);
  } finally {
    await other.store.close();
  }
}

/** The promises of `LogIndex`. */
export const indexCases: readonly LogIndexCase[] = [
  [
    'takes in the records of every chain, step by step, and says how far it is behind',
    async (log) => {
      strictEqual(await lagOfSearch(log.index), 0);
      deepStrictEqual(await log.index.advance(10), { records: 0, isCaughtUp: true });
      await log.store.append(MAIN_CHAIN, events(90));
      await log.store.append('other', events(30));
      strictEqual(await lagOfSearch(log.index), 120);
      strictEqual((await log.index.advance(50)).isCaughtUp, false);
      const taken = await assertIndexIsExact(log);
      ok(taken > 0 && taken <= 50);
      strictEqual(await lagOfSearch(log.index), 120 - taken);
      await advanceToEnd(log.index);
      strictEqual(await assertIndexIsExact(log), 120);
      strictEqual(await lagOfSearch(log.index), 0);
      await log.store.append(MAIN_CHAIN, events(3));
      strictEqual(await advanceToEnd(log.index), 3);
      strictEqual(await assertIndexIsExact(log), 123);
    },
  ],
  [
    'goes on where another process stopped',
    async (log) => {
      await log.store.append(MAIN_CHAIN, events(60));
      await log.index.advance(25);
      await beside(log, async (other) => advanceToEnd(other.index));
      strictEqual(await assertIndexIsExact(log), 60);
    },
  ],
  [
    'is advanced by several at the same time, while others append, and has every record once',
    async (log) => {
      await log.store.append(MAIN_CHAIN, events(300));
      await beside(log, async (other) => {
        await Promise.all([
          advanceToEnd(log.index, 30),
          advanceToEnd(other.index, 30),
          advanceToEnd(other.index, 20),
          log.store.append(MAIN_CHAIN, events(40)),
          other.store.append('other', events(40)),
        ]);
      });
      await advanceToEnd(log.index);
      strictEqual(await assertIndexIsExact(log), 380);
    },
  ],
  [
    'loses what is pruned, whether it had taken it in or not',
    async (log) => {
      await log.store.append(MAIN_CHAIN, events(120));
      await log.store.append('other', events(20));
      while ((await assertIndexIsExact(log)) < 60) {
        await log.index.advance(30);
      }
      await log.custody.removePrefix(MAIN_CHAIN, 25);
      await assertIndexIsExact(log);
      await log.custody.removePrefix(MAIN_CHAIN, 100);
      await assertIndexIsExact(log);
      await advanceToEnd(log.index);
      strictEqual(await assertIndexIsExact(log), 40);
      strictEqual(await lagOfSearch(log.index), 0);
    },
  ],
  [
    'begins a chain whose front is gone at the first record that is left, and one that is empty at its end',
    async (log) => {
      await log.store.append(MAIN_CHAIN, events(50));
      await log.store.append('other', events(10));
      await log.custody.removePrefix(MAIN_CHAIN, 40);
      await log.custody.removePrefix('other', 10);
      strictEqual(await lagOfSearch(log.index), 10);
      strictEqual(await advanceToEnd(log.index), 10);
      strictEqual(await assertIndexIsExact(log), 10);
      strictEqual(await lagOfSearch(log.index), 0);
      await log.store.append('other', events(2));
      strictEqual(await advanceToEnd(log.index), 2);
      strictEqual(await assertIndexIsExact(log), 12);
    },
  ],
  [
    'knows nothing of a person who was erased, whether it had taken the record in or not',
    async (log) => {
      await log.store.append(MAIN_CHAIN, events(100));
      await log.index.advance(40);
      ok((await personalFacets(log)) > 0);
      const positions = Array.from({ length: 120 }, (_, index) => index + 1);
      strictEqual(await log.custody.erase(MAIN_CHAIN, positions), 50);
      strictEqual(await personalFacets(log), 0);
      await assertIndexIsExact(log);
      await advanceToEnd(log.index);
      strictEqual(await personalFacets(log), 0);
      strictEqual(await assertIndexIsExact(log), 100);
    },
  ],
  [
    'knows nothing of what is erased and pruned while it is advanced',
    async (log) => {
      await log.store.append(MAIN_CHAIN, events(400));
      const erased = Array.from({ length: 100 }, (_, index) => index * 4 + 1);
      await beside(log, async (other) => {
        await Promise.all([
          advanceToEnd(log.index, 30),
          advanceToEnd(other.index, 30),
          ...[0, 1, 2, 3].map((part) => log.custody.erase(MAIN_CHAIN, erased.slice(part * 25, part * 25 + 25))),
          other.custody.removePrefix(MAIN_CHAIN, 120),
          log.custody.removePrefix(MAIN_CHAIN, 120),
        ]);
      });
      await advanceToEnd(log.index);
      strictEqual(await assertIndexIsExact(log), 280);
      // Every second record is Ada's, and every second of those was erased: 70 are left, with two facets each.
      strictEqual(await personalFacets(log), 140);
    },
  ],
];
