import { deepStrictEqual, rejects, strictEqual } from 'node:assert/strict';
import { GENESIS_HASH } from '../event/audit-record.js';
import type { JsonObject } from '../event/json-value.js';
import type { AuditReader } from '../storage/audit-reader.js';
import type { AppendableEvent, AuditStore } from '../storage/audit-store.js';
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

/** What a battery can not do through the ports, because the ports do not allow it. */
export interface StoreContractAids {
  /**
   * Takes personal part, salt and the columns that repeat them away from a record, as an erasure does. Without it the
   * case about erased persons is left out.
   */
  readonly erasePersonalPart?: (store: StoreUnderTest, eventId: string) => Promise<void>;
}

const MEGABYTE = 2 ** 20;

/**
 * The promises of `AuditStore` and `AuditReader`. Every store passes the same battery.
 *
 * @param make a new, empty, not yet opened store for each case
 */
export function auditStoreContract(
  make: () => StoreUnderTest | Promise<StoreUnderTest>,
  aids: StoreContractAids = {},
): readonly ContractCase[] {
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
    { promise: 'refuses an id that is stored already, in any chain', run: withStore(refusesKnownIds) },
    { promise: 'appends only what is missing, in order, and nothing twice', run: withStore(appendsMissing) },
    { promise: 'stores an event once when it is appended and replayed at the same time', run: withStore(replaysOnce) },
    { promise: 'appends nothing when there is nothing to append', run: withStore(appendsNothing) },
    { promise: 'appends a thousand events at once', run: withStore(appendsThousand) },
    { promise: 'gives a body of a megabyte back', run: withStore(keepsLargeBodies) },
    { promise: 'accepts every name a chain may have, and no other', run: withStore(checksChainNames) },
    { promise: 'puts the personal part back in its place', run: withStore(mergesPersonalPart) },
    ...erasureCases(withStore, aids),
    { promise: 'has no record for an id that was never stored', run: withStore(knowsNoOtherIds) },
    { promise: 'pages newest first, stable while others append', run: withStore(pagesStably) },
    { promise: 'filters by every given field', run: withStore(filters) },
    { promise: 'shows nothing of other tenants, and no personal part to whom it is masked', run: withStore(hides) },
    { promise: 'refuses a query it does not understand, naming the parameter', run: withStore(refusesBadQueries) },
    { promise: 'reads whole appends only, while others append', run: withStore(readsWhileWriting) },
    { promise: 'verifies an empty log', run: withStore(verifiesEmpty) },
    { promise: 'verifies one chain when asked for one', run: withStore(verifiesOneChain) },
    { promise: 'can be opened and closed twice', run: withStore(reopens) },
    { promise: 'opens once when it is opened twice at the same time', run: opensOnce(make) },
    { promise: 'keeps everything it accepted before it was closed', run: withStore(closesAfterAppends) },
    { promise: 'refuses to append, and to read, when it is closed', run: withStore(refusesWhenClosed) },
    { promise: 'can be used again when it is opened again', run: withStore(worksAfterReopening) },
  ];
}

async function appendsInOrder(store: StoreUnderTest): Promise<void> {
  const first = await store.append('main', [anAppendableEvent(), anAppendableEvent()]);
  const second = await store.append('main', [anAppendableEvent()]);
  sameJson([first.firstPosition, second.firstPosition], [1, 3]);
}

async function keepsBytes(store: StoreUnderTest): Promise<void> {
  const event = anEvent({ details: AWKWARD_DETAILS, action: '  Ünïcode 𝒳 ' });
  await store.append('main', [anAppendableEvent(event)]);
  const read = await store.get(event.id);
  sameJson(read?.event, event);
  strictEqual((await store.verify()).ok, true);
}

async function linksRecords(store: StoreUnderTest): Promise<void> {
  await store.append('main', [anAppendableEvent(), anAppendableEvent()]);
  await store.append('main', [anAppendableEvent()]);
  const { records } = await store.find();
  const seals = records.map(({ seal }) => seal).reverse();
  sameJson(
    seals.map(({ previousHash }) => previousHash),
    [GENESIS_HASH, seals[0]?.hash, seals[1]?.hash],
  );
}

async function keepsChainsApart(store: StoreUnderTest): Promise<void> {
  await store.append('a', [anAppendableEvent()]);
  const other = await store.append('b', [anAppendableEvent()]);
  strictEqual(other.firstPosition, 1);
  const report = await store.verify();
  sameJson(
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
  sameJson(
    positions,
    Array.from({ length: 25 }, (_, index) => index * 2 + 1),
  );
  const report = await store.verify();
  sameJson([report.ok, report.records], [true, 50]);
}

async function appendsAllOrNone(store: StoreUnderTest): Promise<void> {
  const known = anEvent();
  await store.append('main', [anAppendableEvent(known)]);
  await rejects(store.append('main', [anAppendableEvent(), anAppendableEvent(known)]));
  const next = await store.append('main', [anAppendableEvent()]);
  strictEqual(next.firstPosition, 2);
  strictEqual((await store.verify()).ok, true);
}

async function refusesKnownIds(store: StoreUnderTest): Promise<void> {
  const known = anEvent();
  await store.append('main', [anAppendableEvent(known)]);
  await rejects(store.append('main', [anAppendableEvent(known)]));
  await rejects(store.append('other', [anAppendableEvent(known)]));
  const twice = anEvent();
  await rejects(store.append('main', [anAppendableEvent(twice), anAppendableEvent(twice)]));
  const report = await store.verify();
  sameJson([report.ok, report.records], [true, 1]);
}

async function appendsMissing(store: StoreUnderTest): Promise<void> {
  const events = [anEvent(), anEvent(), anEvent(), anEvent()];
  const [first, second, third, fourth] = events.map((event) => anAppendableEvent(event)) as [
    AppendableEvent,
    AppendableEvent,
    AppendableEvent,
    AppendableEvent,
  ];
  await store.append('main', [second]);
  await store.append('other', [third]);
  sameJson(await store.appendMissing('main', [first, second, third, fourth, first]), { chain: 'main', appended: 2 });
  sameJson(await store.appendMissing('main', [first, second, third, fourth]), { chain: 'main', appended: 0 });
  sameJson(await store.appendMissing('main', []), { chain: 'main', appended: 0 });
  const { records } = await store.find({ chain: 'main' });
  const ids = [events[1], events[0], events[3]].map((event) => event?.id);
  sameJson(records.map(({ event }) => event.id).reverse(), ids);
  strictEqual((await store.verify()).ok, true);
}

async function replaysOnce(store: StoreUnderTest): Promise<void> {
  const events = Array.from({ length: 20 }, () => anAppendableEvent());
  const replays = [0, 1, 2, 3].map(() => store.appendMissing('main', events));
  const appended = (await Promise.all(replays)).reduce((sum, receipt) => sum + receipt.appended, 0);
  strictEqual(appended, events.length);
  const report = await store.verify();
  sameJson([report.ok, report.records], [true, events.length]);
}

async function appendsNothing(store: StoreUnderTest): Promise<void> {
  const onEmpty = await store.append('main', []);
  await store.append('main', [anAppendableEvent()]);
  const onOne = await store.append('main', []);
  sameJson([onEmpty.firstPosition, onOne.firstPosition], [1, 2]);
  const report = await store.verify();
  sameJson([report.ok, report.records], [true, 1]);
}

async function appendsThousand(store: StoreUnderTest): Promise<void> {
  const events = Array.from({ length: 1000 }, () => anEvent());
  const receipt = await store.append(
    'main',
    events.map((event) => anAppendableEvent(event)),
  );
  strictEqual(receipt.firstPosition, 1);
  const { records } = await store.find({ limit: 1000 });
  sameJson(
    records.map(({ event, seal }) => [event.id, seal.position]).reverse(),
    events.map(({ id }, index) => [id, index + 1]),
  );
  sameJson((await store.verify()).faults, []);
}

async function keepsLargeBodies(store: StoreUnderTest): Promise<void> {
  const event = anEvent({ details: { text: 'ü𝒳'.repeat(MEGABYTE / 6) } });
  await store.append('main', [anAppendableEvent(event), anAppendableEvent()]);
  sameJson((await store.get(event.id))?.event, event);
  strictEqual((await store.verify()).ok, true);
}

async function checksChainNames(store: StoreUnderTest): Promise<void> {
  const names = ['main', 'tenant:42', 'A.b_C-9', 'main2', 'Main', 'm', 'y'.repeat(64)];
  for (const name of names) {
    strictEqual((await store.append(name, [anAppendableEvent()])).firstPosition, 1, name);
  }
  const refused = ['', ' ', 'a b', 'ä', "main' --", 'a\u0000b', 'y'.repeat(65), undefined as unknown as string];
  for (const name of refused) {
    await rejects(store.append(name, [anAppendableEvent()]), { code: 'AUDIT_CHAIN_INVALID' }, String(name));
  }
  const report = await store.verify();
  sameJson([report.ok, report.chains.map(({ chain }) => chain).sort()], [true, names.sort()]);
}

function erasureCases(
  withStore: (work: (store: StoreUnderTest) => Promise<void>) => () => Promise<void>,
  { erasePersonalPart }: StoreContractAids,
): readonly ContractCase[] {
  if (erasePersonalPart === undefined) {
    return [];
  }
  const marksErased = async (store: StoreUnderTest): Promise<void> => {
    const event = anEvent({ action: 'Logged in' });
    const personal = { '/actor/email': 'zoe@example.com', '/actor/ip': '192.0.2.7', '/details/phone': '+49 170' };
    await store.append('main', [anAppendableEvent(event, personal), anAppendableEvent({}, personal)]);
    await erasePersonalPart(store, event.id);
    const read = await store.get(event.id);
    strictEqual(read?.erased, true);
    sameJson([read.event.action, read.event.actor.email, read.event.details], ['Logged in', undefined, undefined]);
    // Without a record that says so, it would be somebody who took the personal part away.
    const unsaid = await store.verify();
    sameJson(
      unsaid.faults.map(({ kind, chain, position }) => [kind, chain, position]),
      [['erasure', 'main', 1]],
    );
    const statement = { at: '2026-11-22T10:00:00.000Z', chain: 'main', kind: 'erasure', positions: '1' };
    await store.append('main', [anAppendableEvent({ type: 'audit.erasure', details: { statement } })]);
    const report = await store.verify();
    sameJson([report.faults, report.chains[0]?.erased], [[], 1]);
  };
  const promise = 'says that a person was erased, and verifies all the same when a record says so';
  return [{ promise, run: withStore(marksErased) }];
}

async function knowsNoOtherIds(store: StoreUnderTest): Promise<void> {
  await store.append('main', [anAppendableEvent()]);
  for (const id of ['', anEvent().id, "' OR 1=1 --"]) {
    strictEqual(await store.get(id), undefined);
  }
  sameJson(await store.find({ type: 'no.such.type' }), { records: [] });
}

async function mergesPersonalPart(store: StoreUnderTest): Promise<void> {
  const event = anEvent({ details: { order: 7 } });
  const personal = { '/actor/email': 'zoe@example.com', '/details/phone': '+49 170' };
  await store.append('main', [anAppendableEvent(event, personal)]);
  const read = await store.get(event.id);
  strictEqual(read?.event.actor.email, 'zoe@example.com');
  sameJson(read?.event.details, { order: 7, phone: '+49 170' });
  strictEqual(read?.erased, undefined);
}

async function pagesStably(store: StoreUnderTest): Promise<void> {
  const events = Array.from({ length: 5 }, () => anEvent());
  await store.append(
    'main',
    events.map((event) => anAppendableEvent(event)),
  );
  const first = await store.find({ limit: 2 });
  await store.append('main', [anAppendableEvent()]);
  const second = await store.find({ limit: 2, ...cursorOf(first.next) });
  const third = await store.find({ limit: 2, ...cursorOf(second.next) });
  const ids = [first, second, third].flatMap(({ records }) => records.map(({ event }) => event.id));
  sameJson(ids, events.map(({ id }) => id).reverse());
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
    action: 'Invoice sent to the customer',
    changes: [{ field: 'total' }],
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
    { type: ['invoice.*', 'no.such'] },
    { text: 'invoice "sent to"' },
    { not: { type: 'deploy.*' } },
    { changedField: 'total' },
  ] as const;
  for (const query of queries) {
    const { records } = await store.find(query);
    sameJson(
      records.map(({ event }) => event.id),
      [wanted.id],
      JSON.stringify(query),
    );
  }
}

async function hides(store: StoreUnderTest): Promise<void> {
  const ours = anEvent({ actor: { kind: 'user', id: 'u-1', tenantId: 'acme' } });
  const theirs = anEvent({ actor: { kind: 'user', id: 'u-1', tenantId: 'globex' } });
  const nobodys = anEvent({ actor: { kind: 'user', id: 'u-1' } });
  const personal = { '/actor/email': 'zoe@example.com' };
  await store.append(
    'main',
    [theirs, ours, nobodys].map((event) => anAppendableEvent(event, personal)),
  );
  const options = { tenants: ['acme'], personal: 'masked' } as const;
  const { records } = await store.find({ actorId: 'u-1' }, options);
  sameJson(
    records.map(({ event, masked }) => [event.id, event.actor.email, masked]),
    [[ours.id, undefined, true]],
  );
  strictEqual((await store.get(ours.id, options))?.event.actor.email, undefined);
  strictEqual(await store.get(theirs.id, options), undefined);
  strictEqual(await store.get(nobodys.id, options), undefined);
  sameJson((await store.find({}, { tenants: [] })).records, []);
  await rejects(store.find({ actorEmail: 'zoe@example.com' }, options), { code: 'AUDIT_READ_FORBIDDEN' });
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

async function readsWhileWriting(store: StoreUnderTest): Promise<void> {
  let writing = true;
  const write = async (): Promise<void> => {
    for (let round = 0; round < 40; round++) {
      await store.append('main', [anAppendableEvent(), anAppendableEvent(), anAppendableEvent()]);
    }
    writing = false;
  };
  const read = async (): Promise<void> => {
    while (writing) {
      const { records } = await store.find({ limit: 1 });
      strictEqual((records[0]?.seal.position ?? 0) % 3, 0, 'a page shows a part of an append');
      const report = await store.verify();
      sameJson([report.faults, report.records % 3], [[], 0]);
    }
  };
  await Promise.all([write(), read(), read()]);
  strictEqual((await store.verify()).records, 120);
}

async function verifiesOneChain(store: StoreUnderTest): Promise<void> {
  await store.append('a', [anAppendableEvent()]);
  await store.append('b', [anAppendableEvent(), anAppendableEvent()]);
  const { ok, records, chains } = await store.verify({ chain: 'b' });
  sameJson([ok, records, chains.map(({ chain }) => chain)], [true, 2, ['b']]);
}

async function verifiesEmpty(store: StoreUnderTest): Promise<void> {
  const report = await store.verify();
  sameJson([report.ok, report.records, report.faultCount], [true, 0, 0]);
}

async function reopens(store: StoreUnderTest): Promise<void> {
  await store.open();
  await store.close();
  await store.close();
}

function opensOnce(make: () => StoreUnderTest | Promise<StoreUnderTest>): () => Promise<void> {
  return async () => {
    const store = await make();
    await Promise.all([store.open(), store.open()]);
    await store.append('main', [anAppendableEvent()]);
    strictEqual((await store.verify()).records, 1);
    await Promise.all([store.close(), store.close()]);
  };
}

async function closesAfterAppends(store: StoreUnderTest): Promise<void> {
  const appends = Array.from({ length: 10 }, () => store.append('main', [anAppendableEvent()]));
  await store.close();
  sameJson(
    (await Promise.all(appends)).map(({ firstPosition }) => firstPosition),
    Array.from({ length: 10 }, (_, index) => index + 1),
  );
}

async function refusesWhenClosed(store: StoreUnderTest): Promise<void> {
  await store.close();
  const unavailable = { code: 'AUDIT_STORE_UNAVAILABLE' };
  await rejects(store.append('main', [anAppendableEvent()]), unavailable);
  await rejects(store.find(), unavailable);
  await rejects(store.get('id'), unavailable);
  await rejects(store.verify(), unavailable);
}

async function worksAfterReopening(store: StoreUnderTest): Promise<void> {
  await store.append('main', [anAppendableEvent()]);
  await store.find();
  await store.close();
  await store.open();
  const receipt = await store.append('main', [anAppendableEvent()]);
  const report = await store.verify();
  // A log that ends with its connection starts again at 1; every other goes on.
  sameJson([report.ok, report.records], [true, receipt.firstPosition]);
}

function cursorOf(next: string | undefined): { cursor?: string } {
  return next === undefined ? {} : { cursor: next };
}

/**
 * Compares as JSON. What comes from a worker thread may belong to another realm than the test (in Jest it does), and
 * its prototypes are then different ones.
 */
function sameJson(actual: unknown, expected: unknown, message?: string): void {
  const local = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));
  deepStrictEqual(local(actual), local(expected), message);
}
