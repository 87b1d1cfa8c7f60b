import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { MAIN_CHAIN, type StoredRecord } from '../event/audit-record.js';
import type { AppendableEvent } from '../storage/audit-store.js';
import type { PositionRange, RecordStream } from '../storage/record-stream.js';
import { anAppendableEvent } from './audit-event.fixture.js';
import type { CustodyCase } from './custody-under-test.js';
import { sealedRecords } from './sealed-records.fixture.js';

const AWKWARD = 'e\u0301 é 𝒳 ß "quoted" back\\slash nul\u0000 tab\t ␀ 1e21 trailing ';

/** Events with and without a personal part, with texts that databases like to normalise. */
function events(count: number): readonly AppendableEvent[] {
  return Array.from({ length: count }, (_, index) =>
    index % 3 === 0
      ? anAppendableEvent({ details: { index } })
      : anAppendableEvent(
          { details: { [AWKWARD]: AWKWARD, index } },
          { '/actor/email': `${index}@example.org`, '/actor/name': AWKWARD },
        ),
  );
}

async function streamed(stream: RecordStream, chain: string, range?: PositionRange): Promise<readonly StoredRecord[]> {
  const records: StoredRecord[] = [];
  for await (const some of stream.records(chain, range)) {
    ok(some.length > 0, 'a chunk holds at least one record');
    records.push(...some);
  }
  return records;
}

/** The promises of `RecordStream`. */
export const recordCases: readonly CustodyCase[] = [
  [
    'knows the ends of all chains, in the order of their names',
    async ({ store, custody }) => {
      deepStrictEqual([...(await custody.heads())], []);
      const expected: unknown[] = [];
      for (const [chain, count] of [
        ['a.b', 2],
        ['main', 1],
        ['zz', 3],
      ] as const) {
        const given = events(count);
        await store.append(chain, given);
        const last = sealedRecords(given, chain).at(-1);
        expected.push({ chain, position: count, hash: last?.seal.hash });
      }
      deepStrictEqual([...(await custody.heads())], expected);
    },
  ],
  [
    'streams every record exactly as it is stored, in order',
    async ({ store, custody }) => {
      const given = events(700);
      await store.append(MAIN_CHAIN, given);
      await store.append('other', events(3));
      deepStrictEqual(await streamed(custody, MAIN_CHAIN), sealedRecords(given));
      deepStrictEqual(await streamed(custody, 'nobody'), []);
    },
  ],
  [
    'streams part of a chain, both ends included',
    async ({ store, custody }) => {
      await store.append(MAIN_CHAIN, events(200));
      for (const [range, first, count] of [
        [{ from: 60, through: 180 }, 60, 121],
        [{ from: 200 }, 200, 1],
        [{ through: 50 }, 1, 50],
        [{ from: 7, through: 7 }, 7, 1],
        [{ from: 201 }, 201, 0],
        [{ from: 9, through: 8 }, 9, 0],
      ] as const) {
        const positions = (await streamed(custody, MAIN_CHAIN, range)).map(({ seal }) => seal.position);
        deepStrictEqual(
          positions,
          Array.from({ length: count }, (_, index) => first + index),
        );
      }
    },
  ],
  [
    'streams large records, and may be left at any time',
    async ({ store, custody }) => {
      const large = Array.from({ length: 8 }, () => anAppendableEvent({ details: { text: 'ü'.repeat(400_000) } }));
      await store.append(MAIN_CHAIN, large);
      await store.append(MAIN_CHAIN, events(300));
      for await (const records of custody.records(MAIN_CHAIN)) {
        strictEqual(records[0]?.seal.position, 1);
        break;
      }
      const records = await streamed(custody, MAIN_CHAIN);
      strictEqual(records.length, 308);
      strictEqual(records[7]?.body, large[7]?.body);
    },
  ],
  [
    'looks up the positions of a type, exactly this one',
    async ({ store, custody }) => {
      const types = ['audit.hold', 'audit.hold_placed', 'Audit.hold', 'audit.hold', 'audit.hold '];
      await store.append(
        MAIN_CHAIN,
        types.map((type) => anAppendableEvent({ type })),
      );
      await store.append('other', [anAppendableEvent({ type: 'audit.hold' })]);
      deepStrictEqual([...(await custody.positionsOfType(MAIN_CHAIN, 'audit.hold'))], [1, 4]);
      deepStrictEqual([...(await custody.positionsOfType(MAIN_CHAIN, 'nothing'))], []);
    },
  ],
];
