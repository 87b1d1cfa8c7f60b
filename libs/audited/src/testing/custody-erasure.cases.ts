import { deepStrictEqual, rejects, strictEqual } from 'node:assert/strict';
import { MAIN_CHAIN, type StoredRecord } from '../event/audit-record.js';
import type { ErasureSelection, ErasureStore, PersonalMatch } from '../storage/custody-store.js';
import type { RecordStream } from '../storage/record-stream.js';
import { anAppendableEvent } from './audit-event.fixture.js';
import type { CustodyCase } from './custody-under-test.js';

const ADA = { '/actor/email': 'ada@example.org', '/actor/ip': '192.0.2.7', '/actor/name': 'Ada' };
const BOB = { '/actor/email': 'bob@example.org' };

const by = (id: string): { actor: { kind: 'user'; id: string } } => ({ actor: { kind: 'user', id } });

async function places(
  erasures: ErasureStore,
  selection: ErasureSelection,
  limit = 100,
  after?: PersonalMatch,
): Promise<readonly string[]> {
  const found = await erasures.match(selection, limit, after);
  return Array.from(found, ({ chain, position }) => `${chain} ${position}`);
}

async function allOf(stream: RecordStream, chain: string): Promise<readonly StoredRecord[]> {
  const records: StoredRecord[] = [];
  for await (const some of stream.records(chain)) {
    records.push(...some);
  }
  return records;
}

/** The promises of `ErasureStore`. */
export const erasureCases: readonly CustodyCase[] = [
  [
    'finds the records of an actor that still have a personal part, by chain and position',
    async ({ store, custody }) => {
      await store.append(MAIN_CHAIN, [
        anAppendableEvent(by('ada'), ADA),
        anAppendableEvent(by('ada')),
        anAppendableEvent(by('Ada'), ADA),
        anAppendableEvent(by('ada'), ADA),
      ]);
      await store.append('a', [anAppendableEvent(by('bob'), ADA), anAppendableEvent(by('ada'), ADA)]);
      deepStrictEqual(await places(custody, { actorId: 'ada' }), ['a 2', 'main 1', 'main 4']);
      deepStrictEqual(await places(custody, { actorId: 'ad' }), []);
      deepStrictEqual(await places(custody, { actorId: 'ada' }, 2), ['a 2', 'main 1']);
      const after = { chain: MAIN_CHAIN, position: 1 };
      deepStrictEqual(await places(custody, { actorId: 'ada' }, 2, after), ['main 4']);
    },
  ],
  [
    'finds records by every kind of filter: lists, beginnings, fields that changed, negation; not by words',
    async ({ store, custody }) => {
      await store.append(MAIN_CHAIN, [
        anAppendableEvent({ type: 'order.sent', changes: [{ field: 'total' }] }, ADA),
        anAppendableEvent({ type: 'order.paid', outcome: 'failure' }, ADA),
        anAppendableEvent({ type: 'orders', changes: [{ field: 'Total' }] }, BOB),
      ]);
      const byQuery = (query: Extract<ErasureSelection, { query: object }>['query']): Promise<readonly string[]> =>
        places(custody, { query });
      deepStrictEqual(await byQuery({ type: 'order.*' }), ['main 1', 'main 2']);
      deepStrictEqual(await byQuery({ type: ['orders', 'order.paid'] }), ['main 2', 'main 3']);
      deepStrictEqual(await byQuery({ changedField: 'total' }), ['main 1']);
      deepStrictEqual(await byQuery({ ip: '192.0.2.7', not: { outcome: 'failure' } }), ['main 1']);
      deepStrictEqual(await byQuery({ not: { chain: MAIN_CHAIN } }), []);
      await rejects(byQuery({ text: 'order' }), /"text"/);
    },
  ],
  [
    'finds an e-mail address in whatever case, anywhere in a personal part, as a whole value',
    async ({ store, custody }) => {
      await store.append('a', [anAppendableEvent({}, BOB), anAppendableEvent({}, ADA)]);
      await store.append(MAIN_CHAIN, [
        anAppendableEvent({}, { '/actor/email': 'Ada@Example.org' }),
        anAppendableEvent({}, { '/actor/email': 'ada@example.org.uk' }),
        anAppendableEvent({}, { '/details/sentTo': 'ada@example.org' }),
        anAppendableEvent({}, { '/details/note': 'sent to ada@example.org' }),
        anAppendableEvent({ details: { mail: 'ada@example.org' } }),
      ]);
      deepStrictEqual(await places(custody, { email: 'ADA@example.org' }), ['a 2', 'main 1', 'main 3']);
      deepStrictEqual(await places(custody, { email: 'ADA@example.org' }, 1), ['a 2']);
      const after = { chain: MAIN_CHAIN, position: 1 };
      deepStrictEqual(await places(custody, { email: 'ada@example.org' }, 9, after), ['main 3']);
    },
  ],
  [
    'takes an e-mail address literally, whatever is in it',
    async ({ store, custody }) => {
      const addresses = ['a_b%@x', 'aXbY@x', '"a\\"@x', "o'hara!@x", 'jörg@x', 'Jörg@x', 'nul\u0000@x', '𝒳@x'];
      await store.append(
        MAIN_CHAIN,
        addresses.map((address) => anAppendableEvent({}, { '/actor/email': address })),
      );
      for (const [index, address] of addresses.entries()) {
        const expected = /j.rg/i.test(address) ? ['main 5', 'main 6'] : [`main ${index + 1}`];
        deepStrictEqual(await places(custody, { email: address }), expected, address);
      }
    },
  ],
  [
    'finds what a query selects, and refuses one that selects everything',
    async ({ store, custody }) => {
      await store.append(MAIN_CHAIN, [
        anAppendableEvent({ outcome: 'failure', occurredAt: '2026-01-05T00:00:00.000Z' }, ADA),
        anAppendableEvent({ outcome: 'failure', correlationId: 'c-1', ...by('ada') }, ADA),
        anAppendableEvent({ outcome: 'success' }, ADA),
        anAppendableEvent({ outcome: 'failure', ...by('ada') }),
      ]);
      await store.append('other', [anAppendableEvent({ outcome: 'failure' }, ADA)]);
      const from = (query: Extract<ErasureSelection, { query: unknown }>['query']): Promise<readonly string[]> =>
        places(custody, { query });
      deepStrictEqual(await from({ outcome: 'failure' }), ['main 1', 'main 2', 'other 1']);
      deepStrictEqual(await from({ outcome: 'failure', chain: MAIN_CHAIN }), ['main 1', 'main 2']);
      deepStrictEqual(await from({ correlationId: 'c-1', outcome: 'failure', actorId: 'ada' }), ['main 2']);
      deepStrictEqual(await from({ to: new Date('2026-02-01T00:00:00Z') }), ['main 1']);
      deepStrictEqual(await from({ from: new Date('2026-02-01T00:00:00Z'), chain: 'other' }), ['other 1']);
      deepStrictEqual(await from({ chain: 'nobody' }), []);
      await rejects(from({}), { code: 'AUDIT_QUERY_INVALID' });
      await rejects(from({ actor: 'ada' } as never), { code: 'AUDIT_QUERY_INVALID' });
      await rejects(places(custody, { email: '' }), { code: 'AUDIT_QUERY_INVALID' });
      await rejects(places(custody, { actorId: '' }), { code: 'AUDIT_QUERY_INVALID' });
    },
  ],
  [
    'erases exactly the given positions, and nothing but the personal part',
    async ({ store, custody }) => {
      await store.append(MAIN_CHAIN, [
        ...Array.from({ length: 5 }, () => anAppendableEvent({}, ADA)),
        anAppendableEvent(),
      ]);
      await store.append('other', [anAppendableEvent({}, ADA)]);
      const before = await allOf(custody, MAIN_CHAIN);
      strictEqual(await custody.erase(MAIN_CHAIN, [5, 2, 6, 99]), 2);
      const erased = new Set([2, 5]);
      deepStrictEqual(
        await allOf(custody, MAIN_CHAIN),
        before.map((record) => (erased.has(record.seal.position) ? { ...record, personal: null, salt: null } : record)),
      );
      strictEqual(await custody.erase(MAIN_CHAIN, [2, 5]), 0);
      strictEqual(await custody.erase(MAIN_CHAIN, []), 0);
      deepStrictEqual(await places(custody, { email: 'ada@example.org' }), ['main 1', 'main 3', 'main 4', 'other 1']);
    },
  ],
  [
    'erases thousands of positions at once, while others append',
    async ({ store, custody }) => {
      await store.append(
        MAIN_CHAIN,
        Array.from({ length: 2600 }, () => anAppendableEvent({}, ADA)),
      );
      const positions = Array.from({ length: 2500 }, (_, index) => index + 1);
      const [count] = await Promise.all([
        custody.erase(MAIN_CHAIN, positions),
        store.append(MAIN_CHAIN, [anAppendableEvent({}, BOB)]),
        store.append('other', [anAppendableEvent({}, BOB)]),
      ]);
      strictEqual(count, 2500);
      strictEqual((await custody.match({ email: 'ada@example.org' }, 1000)).length, 100);
      strictEqual((await custody.match({ email: 'bob@example.org' }, 1000)).length, 2);
    },
  ],
  [
    'scrubs, says what it does not reach, and leaves the records as they are',
    async ({ store, custody }) => {
      await store.append(MAIN_CHAIN, [anAppendableEvent({}, ADA), anAppendableEvent({}, BOB)]);
      await custody.erase(MAIN_CHAIN, [1]);
      const before = await allOf(custody, MAIN_CHAIN);
      for (const sentence of await custody.scrub()) {
        strictEqual(/^[A-Z].*[.;]$/.test(sentence), true, sentence);
      }
      deepStrictEqual(await allOf(custody, MAIN_CHAIN), before);
      strictEqual((await store.append(MAIN_CHAIN, [anAppendableEvent()])).firstPosition, 3);
    },
  ],
];
