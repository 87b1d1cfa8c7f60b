import fc from 'fast-check';
import { Sealer } from '../../../integrity/sealer.js';
import { anAppendableEvent } from '../../../testing/audit-event.fixture.js';
import { assertIndexIsExact } from '../../../testing/indexed-records.js';
import type { LogIndexUnderTest } from '../../../testing/log-index-under-test.js';
import type { CustodyDatabase } from '../../custody/custody-database.js';
import { DatabaseCustody } from '../../custody/database-custody.js';
import type { RawRow } from '../../server/server-database.js';
import { SqliteAppender } from '../../sqlite/sqlite-appender.js';
import { openForWriting } from '../../sqlite/sqlite-connection.js';
import type { SqliteConnection } from '../../sqlite/sqlite-file.js';
import { SQLITE_DIALECT } from '../../sqlite/sqlite-dialect.js';
import { query, transact } from '../../sqlite/sqlite-statements.js';
import { DatabaseIndex } from './database-index.js';
import { NamesProjection } from './names.projection.js';
import { SearchProjection } from './search.projection.js';
import { StatisticsProjection } from './statistics.projection.js';

const SEARCH = new SearchProjection(SQLITE_DIALECT);
const COUNTS = new StatisticsProjection(SQLITE_DIALECT);
const NAMES = new NamesProjection(SQLITE_DIALECT);
const ADA = { '/actor/email': 'ada@example.org', '/actor/ip': '192.0.2.7' };

let connection: SqliteConnection;
let database: CustodyDatabase;
let appender: SqliteAppender;

beforeAll(async () => {
  connection = await openForWriting(':memory:');
  const { handle } = connection;
  appender = new SqliteAppender(handle, new Sealer(undefined));
  // Others get their turn between what is read and what is written, as with a database that is elsewhere.
  database = {
    dialect: SQLITE_DIALECT,
    read: async (sql, values = []) => {
      await new Promise(setImmediate);
      return query(handle, { sql, values }) as readonly RawRow[];
    },
    write: async (statements, _rights, durability = 'durable') => {
      await new Promise(setImmediate);
      return transact(handle, statements, durability);
    },
    scrub: () => Promise.resolve([]),
  };
});

afterAll(() => connection.close());

type Step =
  | { readonly kind: 'append'; readonly chain: string; readonly count: number }
  | { readonly kind: 'advance'; readonly limit: number; readonly of: 'all' | 'search' | 'names' }
  | { readonly kind: 'prune'; readonly chain: string; readonly share: number }
  | { readonly kind: 'erase'; readonly chain: string; readonly from: number; readonly to: number };

const share = fc.double({ min: 0, max: 1, noNaN: true });
const chain = fc.constantFrom('a', 'b');
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('append' as const), chain, count: fc.integer({ min: 1, max: 30 }) }),
  fc.record({
    kind: fc.constant('advance' as const),
    limit: fc.integer({ min: 1, max: 60 }),
    of: fc.constantFrom('all' as const, 'search' as const, 'names' as const),
  }),
  fc.record({ kind: fc.constant('prune' as const), chain, share }),
  fc.record({ kind: fc.constant('erase' as const), chain, from: share, to: share }),
);

const PROJECTIONS = { all: [SEARCH, COUNTS, NAMES], search: [SEARCH], names: [NAMES] };
const rows = (sql: string): readonly RawRow[] => query(connection.handle, { sql, values: [] }) as readonly RawRow[];
const headOf = (name: string): number =>
  Number(rows(`SELECT position FROM audit_heads WHERE chain = '${name}'`)[0]?.['position'] ?? 0);

async function take(next: Step, life: number): Promise<void> {
  if (next.kind === 'advance') {
    await new DatabaseIndex(database, PROJECTIONS[next.of]).advance(next.limit);
    return;
  }
  const name = `${next.chain}${life}`;
  const custody = new DatabaseCustody(database, PROJECTIONS.all);
  const at = (part: number): number => Math.round(headOf(name) * part);
  if (next.kind === 'append') {
    const events = Array.from({ length: next.count }, (_, index) =>
      anAppendableEvent({ type: `t.${index % 3}`, sessionId: `s-${index}` }, index % 2 === 0 ? ADA : undefined),
    );
    appender.append(name, events);
  } else if (next.kind === 'prune') {
    await custody.removePrefix(name, at(next.share));
  } else {
    const [from, to] = [at(next.from), at(next.to)].sort((one, other) => one - other) as [number, number];
    await custody.erase(
      name,
      Array.from({ length: to - from }, (_, index) => from + index + 1),
    );
  }
}

/** Every table says what the records at or below its positions say. */
async function requireExact(): Promise<void> {
  const custody = new DatabaseCustody(database, []);
  await assertIndexIsExact({
    custody,
    index: new DatabaseIndex(database, []),
    store: undefined as unknown as LogIndexUnderTest['store'],
    documentKey: 'rowid',
    select: (sql) => Promise.resolve(rows(sql)),
  });
  const counted = rows(
    `SELECT chain, type, SUM(count) AS count FROM audit_counts WHERE span = 1440 AND ${UNDAMAGED} GROUP BY 1, 2 ORDER BY 1, 2`,
  );
  expect(counted).toEqual(there('statistics', 'type'));
  const named = rows(
    `SELECT chain, name, SUM(count) AS count FROM audit_names WHERE kind = 1 AND ${UNDAMAGED} GROUP BY 1, 2 ORDER BY 1, 2`,
  );
  expect(named).toEqual(there('names', 'actor_id AS name'));
}

/** What was counted of a record before somebody damaged it stays counted: it does not say any more what it said. */
const UNDAMAGED = "chain <> 'damaged'";

/** How often each value of a column is in the records that a projection has taken in. */
function there(projection: string, column: string): readonly RawRow[] {
  return rows(
    `SELECT record.chain AS chain, record.${column}, COUNT(*) AS count FROM audit_records record
     JOIN audit_projections kept ON kept.chain = record.chain AND kept.projection = '${projection}'
       AND record.position <= kept.position
     WHERE record.${UNDAMAGED} GROUP BY 1, 2 ORDER BY 1, 2`,
  );
}

describe('the projections of a log', () => {
  let lives = 0;

  it('hold exactly what the records say that are there, whatever happened, at the same time too', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { maxLength: 8 }), async (steps) => {
        const life = lives++;
        for (const together of steps) {
          await Promise.all(together.map((next) => take(next, life)));
          await requireExact();
        }
        await Promise.all(['a', 'b'].map((name) => take({ kind: 'prune', chain: name, share: 1 }, life)));
        expect(rows('SELECT 1 FROM audit_facets')).toEqual([]);
        await requireExact();
      }),
      { numRuns: 40 },
    );
  }, 120_000);

  it('are behind by nothing in the end', async () => {
    await take({ kind: 'append', chain: 'a', count: 700 }, lives);
    const index = new DatabaseIndex(database, PROJECTIONS.all);
    while (!(await index.advance(500)).isCaughtUp);
    expect(await index.lag()).toEqual([
      { index: 'search', records: 0 },
      { index: 'statistics', records: 0 },
      { index: 'names', records: 0 },
    ]);
    await requireExact();
    const [{ position }] = rows('SELECT SUM(count) AS position FROM audit_counts WHERE span = 1440') as [
      { position: number },
    ];
    expect(position).toBe(rows('SELECT 1 FROM audit_records').length);
  });

  it('take what is pruned by two at the same time away once', async () => {
    appender.append(
      'twice',
      Array.from({ length: 60 }, () => anAppendableEvent({}, ADA)),
    );
    const index = new DatabaseIndex(database, PROJECTIONS.all);
    while (!(await index.advance(500)).isCaughtUp);
    const custody = new DatabaseCustody(database, PROJECTIONS.all);
    const removed = await Promise.all([1, 2, 3].map(() => custody.removePrefix('twice', 45)));
    expect(removed.reduce((sum, count) => sum + count, 0)).toBe(45);
    await requireExact();
  });

  it('take in what stands behind a damaged record, which contributes nothing, and can be pruned', async () => {
    appender.append(
      'damaged',
      Array.from({ length: 5 }, () => anAppendableEvent({}, ADA)),
    );
    const triggers = rows("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_records'");
    triggers.forEach(({ name }) => connection.handle.exec(`DROP TRIGGER "${String(name)}"`));
    connection.handle.exec(
      `UPDATE audit_records SET body = 'no JSON' WHERE chain = 'damaged' AND position = 2;
       UPDATE audit_records SET body = '{}' WHERE chain = 'damaged' AND position = 4`,
    );
    triggers.forEach(({ sql }) => connection.handle.exec(String(sql)));
    const index = new DatabaseIndex(database, PROJECTIONS.all);
    while (!(await index.advance(500)).isCaughtUp);
    const found = rows(
      `SELECT DISTINCT position FROM audit_facets JOIN audit_records USING (sequence) WHERE chain = 'damaged' ORDER BY 1`,
    );
    expect(found.map(({ position }) => position)).toEqual([1, 3, 5]);
    expect(await new DatabaseCustody(database, PROJECTIONS.all).removePrefix('damaged', 5)).toBe(5);
    await requireExact();
  });
});
