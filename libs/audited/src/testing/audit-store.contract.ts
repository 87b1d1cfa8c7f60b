import { deepStrictEqual, rejects, strictEqual } from 'node:assert/strict';
import { GENESIS_HASH } from '../event/audit-record.js';
import type { JsonObject } from '../event/json-value.js';
import type { AuditReader } from '../storage/audit-reader.js';
import type { AuditStore } from '../storage/audit-store.js';
import { anAppendableEvent, anEvent } from './audit-event.fixture.js';
import type { ContractCase } from './contract-case.js';

/** A store under test; the battery opens and closes it. */
export type StoreUnderTest = AuditStore & AuditReader;

/** Texts that databases like to normalise. */
const AWKWARD_DETAILS: JsonObject = {
  '': 'empty key',
  __proto__x: 1,
  astral: '𝒳😀',
  cases: 'Straße STRASSE',
  decomposed: 'e\u0301',
  escaped: 'tab\tnewline\nquote"backslash\\nul\u0000',
  large: 1e21,
  negative: -1.5e-7,
  precise: 0.1,
  spaces: ' trailing ',
  time: '2026-11-21T18:51:39.123+05:30',
};

/**
 * The promises of `AuditStore` and `AuditReader`. Every store passes the same battery.
 *
 * @param make a new, empty, not yet opened store for each case
 */
export function auditStoreContract(make: () => StoreUnderTest | Promise<StoreUnderTest>): readonly ContractCase[] {
  const withStore = (work: (store: StoreUnderTest) => Promise<void>) => async (): Promise<void> => {
    const store = await make();
    await store.open();
    try {
      await work(store);
    } finally {
      await store.close();
    }
  };
  return [
    { promise: 'appends at consecutive positions, in order, from 1', run: withStore(appendsInOrder) },
    { promise: 'gives a body back byte for byte', run: withStore(keepsBytes) },
    { promise: 'links every record to the one before it', run: withStore(linksRecords) },
    { promise: 'keeps chains apart', run: withStore(keepsChainsApart) },
    { promise: 'gives concurrent appends places of their own, without gaps', run: withStore(serialisesAppends) },
    { promise: 'stores all events of an append or none', run: withStore(appendsAllOrNone) },
    { promise: 'puts the personal part back in its place', run: withStore(mergesPersonalPart) },
    { promise: 'pages newest first, stable while others append', run: withStore(pagesStably) },
    { promise: 'filters by every given field', run: withStore(filters) },
    { promise: 'refuses a query it does not understand, naming the parameter', run: withStore(refusesBadQueries) },
    { promise: 'verifies an empty log', run: withStore(verifiesEmpty) },
    { promise: 'can be opened and closed twice', run: withStore(reopens) },
    { promise: 'refuses to append when it is closed', run: withStore(refusesWhenClosed) },
  ];
}

async function appendsInOrder(store: StoreUnderTest): Promise<void> {
  const first = await store.append('main', [anAppendableEvent(), anAppendableEvent()]);
  const second = await store.append('main', [anAppendableEvent()]);
  deepStrictEqual([first.firstPosition, second.firstPosition], [1, 3]);
}

async function keepsBytes(store: StoreUnderTest): Promise<void> {
  const event = anEvent({ details: AWKWARD_DETAILS, action: '  Ünïcode 𝒳 ' });
  await store.append('main', [anAppendableEvent(event)]);
  const read = await store.get(event.id);
  deepStrictEqual(read?.event, event);
  strictEqual((await store.verify()).ok, true);
}

async function linksRecords(store: StoreUnderTest): Promise<void> {
  await store.append('main', [anAppendableEvent(), anAppendableEvent()]);
  await store.append('main', [anAppendableEvent()]);
  const { records } = await store.find();
  const seals = records.map(({ seal }) => seal).reverse();
  deepStrictEqual(
    seals.map(({ previousHash }) => previousHash),
    [GENESIS_HASH, seals[0]?.hash, seals[1]?.hash],
  );
}

async function keepsChainsApart(store: StoreUnderTest): Promise<void> {
  await store.append('a', [anAppendableEvent()]);
  const other = await store.append('b', [anAppendableEvent()]);
  strictEqual(other.firstPosition, 1);
  const report = await store.verify();
  deepStrictEqual(
    report.chains.map(({ chain, records }) => [chain, records]),
    [
      ['a', 1],
      ['b', 1],
    ],
  );
}

async function serialisesAppends(store: StoreUnderTest): Promise<void> {
  const receipts = await Promise.all(
    Array.from({ length: 25 }, () => store.append('main', [anAppendableEvent(), anAppendableEvent()])),
  );
  const positions = receipts.map(({ firstPosition }) => firstPosition).sort((a, b) => a - b);
  deepStrictEqual(
    positions,
    Array.from({ length: 25 }, (_, index) => index * 2 + 1),
  );
  const report = await store.verify();
  deepStrictEqual([report.ok, report.records], [true, 50]);
}

async function appendsAllOrNone(store: StoreUnderTest): Promise<void> {
  const known = anEvent();
  await store.append('main', [anAppendableEvent(known)]);
  await rejects(store.append('main', [anAppendableEvent(), anAppendableEvent(known)]));
  const next = await store.append('main', [anAppendableEvent()]);
  strictEqual(next.firstPosition, 2);
  strictEqual((await store.verify()).ok, true);
}

async function mergesPersonalPart(store: StoreUnderTest): Promise<void> {
  const event = anEvent({ details: { order: 7 } });
  const personal = { '/actor/email': 'zoe@example.com', '/details/phone': '+49 170' };
  await store.append('main', [anAppendableEvent(event, personal)]);
  const read = await store.get(event.id);
  strictEqual(read?.event.actor.email, 'zoe@example.com');
  deepStrictEqual(read?.event.details, { order: 7, phone: '+49 170' });
  strictEqual(read?.erased, undefined);
}

async function pagesStably(store: StoreUnderTest): Promise<void> {
  const events = Array.from({ length: 5 }, () => anEvent());
  await store.append('main', events.map((event) => anAppendableEvent(event)));
  const first = await store.find({ limit: 2 });
  await store.append('main', [anAppendableEvent()]);
  const second = await store.find({ limit: 2, ...cursorOf(first.next) });
  const third = await store.find({ limit: 2, ...cursorOf(second.next) });
  const ids = [first, second, third].flatMap(({ records }) => records.map(({ event }) => event.id));
  deepStrictEqual(ids, events.map(({ id }) => id).reverse());
  strictEqual(third.next, undefined);
}

async function filters(store: StoreUnderTest): Promise<void> {
  const wanted = anEvent({
    type: 'invoice.sent',
    outcome: 'failure',
    severity: 'error',
    actor: { kind: 'user', id: 'u-9', tenantId: 't-1' },
    resource: { type: 'invoice', id: 'i-1' },
    correlationId: 'c-1',
    sessionId: 's-1',
    occurredAt: '2026-11-22T00:00:00.000Z',
  });
  await store.append('main', [anAppendableEvent(), anAppendableEvent(wanted), anAppendableEvent()]);
  const queries = [
    { type: 'invoice.sent' },
    { outcome: 'failure' },
    { severity: 'error' },
    { actorId: 'u-9' },
    { tenantId: 't-1' },
    { resourceType: 'invoice', resourceId: 'i-1' },
    { correlationId: 'c-1' },
    { sessionId: 's-1' },
    { from: new Date('2026-11-22T00:00:00Z'), to: new Date('2026-11-22T00:00:01Z') },
  ] as const;
  for (const query of queries) {
    const { records } = await store.find(query);
    deepStrictEqual(records.map(({ event }) => event.id), [wanted.id], JSON.stringify(query));
  }
}

async function refusesBadQueries(store: StoreUnderTest): Promise<void> {
  const refused: [object, RegExp][] = [
    [{ limit: 0 }, /"limit"/],
    [{ limit: 1.5 }, /"limit"/],
    [{ limit: 1e9 }, /"limit"/],
    [{ cursor: "1' OR 1=1" }, /"cursor"/],
    [{ actor: 'u-1' }, /"actor" is unknown/],
    [{ type: '' }, /"type"/],
    [{ from: new Date(Number.NaN) }, /"from"/],
  ];
  for (const [query, message] of refused) {
    await rejects(store.find(query), message);
  }
}

async function verifiesEmpty(store: StoreUnderTest): Promise<void> {
  const report = await store.verify();
  deepStrictEqual([report.ok, report.records, report.faultCount], [true, 0, 0]);
}

async function reopens(store: StoreUnderTest): Promise<void> {
  await store.open();
  await store.close();
  await store.close();
}

async function refusesWhenClosed(store: StoreUnderTest): Promise<void> {
  await store.close();
  await rejects(store.append('main', [anAppendableEvent()]), { code: 'AUDIT_STORE_UNAVAILABLE' });
}

function cursorOf(next: string | undefined): { cursor?: string } {
  return next === undefined ? {} : { cursor: next };
}
