import { deepStrictEqual, ok, rejects, strictEqual } from 'node:assert/strict';
import type { AuditEvent } from '../event/audit-event.js';
import type { AuditInbox, InboxEntry, TransactionOutcome } from '../storage/audit-inbox.js';
import { anAppendableEvent } from './audit-event.fixture.js';
import type { ContractCase } from './contract-case.js';

/** A transaction of the application under test. `commit` and `rollBack` end the innermost part of it. */
export interface TransactionUnderTest {
  /** What the inbox is given. */
  readonly transaction: unknown;
  /** Begins a part that can be rolled back alone: a savepoint. */
  readonly nest: () => Promise<void>;
  readonly commit: () => Promise<void>;
  readonly rollBack: () => Promise<void>;
}

/** An inbox under test, and the application around it. */
export interface InboxUnderTest {
  readonly inbox: AuditInbox;
  /** A second drainer of the same table, as another process has it; not yet open. */
  readonly anotherInbox: () => AuditInbox;
  readonly begin: () => Promise<TransactionUnderTest>;
  /** Arguments that are no open transaction. */
  readonly noTransactions: readonly unknown[];
  readonly close: () => Promise<void>;
}

/** What a battery has to know of the database. */
export interface InboxContractAids {
  /** False where the database has one transaction at a time. */
  readonly transactionsOverlap: boolean;
}

/**
 * The promises of `AuditInbox`. Every inbox passes the same battery.
 *
 * @param make an application with a new, empty inbox, not yet open, for each case
 */
export function auditInboxContract(
  make: () => Promise<InboxUnderTest>,
  { transactionsOverlap }: InboxContractAids,
): readonly ContractCase[] {
  const withInbox = (work: (application: InboxUnderTest) => Promise<void>) => async (): Promise<void> => {
    const application = await make();
    await application.inbox.open();
    try {
      await work(application);
    } finally {
      await application.inbox.close();
      await application.close();
    }
  };
  const overlapping: readonly ContractCase[] = [
    { promise: 'loses no event whose transaction commits late', run: withInbox(keepsLateCommits) },
    { promise: 'does not wait for transactions that are still open', run: withInbox(ignoresOpenTransactions) },
    { promise: 'does not hold up writers while it drains', run: withInbox(writesWhileDraining) },
  ];
  return [
    { promise: 'gives what was committed, in the order it was written', run: withInbox(givesInOrder) },
    { promise: 'has nothing of a transaction that was rolled back', run: withInbox(forgetsRollbacks) },
    { promise: 'has nothing of a savepoint that was rolled back', run: withInbox(forgetsSavepoints) },
    { promise: 'gives a body, a personal part and a salt back byte for byte', run: withInbox(keepsBytes) },
    { promise: 'takes two thousand events at once', run: withInbox(takesMany) },
    { promise: 'tells once how a transaction ended', run: withInbox(tellsEnds) },
    { promise: 'tells what was rolled back to a savepoint, and the rest at the end', run: withInbox(tellsSavepoints) },
    { promise: 'refuses what is no open transaction', run: withInbox(refusesOthers) },
    { promise: 'gives no more events at a time than it is asked for', run: withInbox(keepsToTheBound) },
    { promise: 'removes nothing until it was moved, and gives it again', run: withInbox(givesAgain) },
    { promise: 'keeps what is refused for good, out of the way of the rest', run: withInbox(holdsBack) },
    { promise: 'keeps order when several drain at the same time', run: withInbox(drainsTogether) },
    { promise: 'can be opened, and closed, twice', run: withInbox(reopens) },
    { promise: 'refuses to drain when it is closed, and loses nothing by it', run: withInbox(survivesClosing) },
    ...(transactionsOverlap ? overlapping : []),
  ];
}

const anEntry = (action: string, chain = 'main'): InboxEntry => ({ chain, event: anAppendableEvent({ action }) });

const actionOf = ({ event }: InboxEntry): string => (JSON.parse(event.body) as AuditEvent).action;

/** Commits one transaction with one event for each action. */
async function committed({ inbox, begin }: InboxUnderTest, ...actions: readonly string[]): Promise<void> {
  const { transaction, commit } = await begin();
  await inbox.write(
    transaction,
    actions.map((action) => anEntry(action)),
  );
  await commit();
}

/** Drains until nothing comes any more. */
async function drained(inbox: AuditInbox, maxEvents = 100): Promise<string[]> {
  const actions: string[] = [];
  while (
    (await inbox.drain(maxEvents, (entries) => {
      actions.push(...entries.map(actionOf));
      return Promise.resolve([]);
    })) > 0
  ) {
    // The next batch.
  }
  return actions;
}

async function givesInOrder(application: InboxUnderTest): Promise<void> {
  await committed(application, 'a', 'b', 'c');
  await committed(application, 'd');
  await committed(application, 'e', 'f');
  same(await drained(application.inbox, 4), ['a', 'b', 'c', 'd', 'e', 'f']);
  same(await drained(application.inbox), []);
}

async function forgetsRollbacks(application: InboxUnderTest): Promise<void> {
  const { transaction, rollBack } = await application.begin();
  await application.inbox.write(transaction, [anEntry('a')]);
  await rollBack();
  await committed(application, 'b');
  same(await drained(application.inbox), ['b']);
}

async function forgetsSavepoints({ inbox, begin }: InboxUnderTest): Promise<void> {
  const { transaction, nest, rollBack, commit } = await begin();
  await inbox.write(transaction, [anEntry('before')]);
  await nest();
  await inbox.write(transaction, [anEntry('within')]);
  await rollBack();
  await inbox.write(transaction, [anEntry('after')]);
  await nest();
  await inbox.write(transaction, [anEntry('within another')]);
  await commit();
  await commit();
  same(await drained(inbox), ['before', 'after', 'within another']);
}

async function keepsBytes({ inbox, begin }: InboxUnderTest): Promise<void> {
  const details = {
    astral: '𝒳😀',
    decomposed: 'e\u0301',
    escaped: 'tab\tnewline\nquote"\'`backslash\\nul\u0000$1 ? :name %s',
    large: 1e21,
    spaces: ' trailing ',
    time: '2026-11-21T18:51:39.123+05:30',
  };
  const entries = [
    { chain: 'tenant:42', event: anAppendableEvent({ details, action: '  Ünïcode 𝒳 ' }, { '/actor/name': 'Zoë 😀 ' }) },
    { chain: 'Tenant:42', event: { body: '{"id":"not canonical" }  ' } },
    { chain: 'y'.repeat(64), event: anAppendableEvent({ details: { text: 'ü𝒳'.repeat(2 ** 17) } }) },
  ];
  const { transaction, commit } = await begin();
  await inbox.write(transaction, entries);
  await commit();
  const given: InboxEntry[] = [];
  await inbox.drain(10, (batch) => {
    given.push(...batch);
    return Promise.resolve([]);
  });
  same(given, entries);
}

async function takesMany(application: InboxUnderTest): Promise<void> {
  const actions = Array.from({ length: 2000 }, (_, index) => String(index));
  await committed(application, ...actions);
  same(await drained(application.inbox, 300), actions);
}

async function tellsEnds({ inbox, begin }: InboxUnderTest): Promise<void> {
  const told: TransactionOutcome[] = [];
  const first = await begin();
  await inbox.write(first.transaction, [anEntry('a')], (outcome) => told.push(outcome));
  same(told, []);
  await first.commit();
  same(told, ['committed']);
  const second = await begin();
  await inbox.write(second.transaction, [anEntry('b')], (outcome) => told.push(outcome));
  await second.rollBack();
  same(told, ['committed', 'rolled-back']);
  const third = await begin();
  await third.commit();
  same(told, ['committed', 'rolled-back']);
}

async function tellsSavepoints({ inbox, begin }: InboxUnderTest): Promise<void> {
  const told: string[] = [];
  const tellAs = (name: string) => (outcome: TransactionOutcome) => told.push(`${name} ${outcome}`);
  const { transaction, nest, rollBack, commit } = await begin();
  await inbox.write(transaction, [anEntry('outer')], tellAs('outer'));
  await nest();
  await inbox.write(transaction, [anEntry('kept')], tellAs('kept'));
  await commit();
  await nest();
  await inbox.write(transaction, [anEntry('undone')], tellAs('undone'));
  await nest();
  await inbox.write(transaction, [anEntry('undone deeper')], tellAs('undone deeper'));
  await commit();
  same(told, []);
  await rollBack();
  same(told, ['undone rolled-back', 'undone deeper rolled-back']);
  await commit();
  same(told.slice(2), ['outer committed', 'kept committed']);
  same(await drained(inbox), ['outer', 'kept']);
}

async function refusesOthers({ inbox, noTransactions, begin }: InboxUnderTest): Promise<void> {
  const ended = await begin();
  await ended.commit();
  for (const other of [undefined, null, 7, 'main', {}, [], ended.transaction, ...noTransactions]) {
    await rejects(inbox.write(other, [anEntry('a')]), { code: 'AUDIT_TRANSACTION_MISSING' });
  }
  same(await drained(inbox), []);
}

async function keepsToTheBound(application: InboxUnderTest): Promise<void> {
  await committed(application, 'a', 'b', 'c', 'd', 'e');
  const sizes: number[] = [];
  const count = (): Promise<number> =>
    application.inbox.drain(2, (entries) => {
      sizes.push(entries.length);
      return Promise.resolve([]);
    });
  same([await count(), await count(), await count(), await count()], [2, 2, 1, 0]);
  same(sizes, [2, 2, 1]);
}

async function givesAgain(application: InboxUnderTest): Promise<void> {
  await committed(application, 'a', 'b');
  const message = 'the store is down';
  await rejects(
    application.inbox.drain(10, () => Promise.reject(new Error(message))),
    { message },
  );
  await committed(application, 'c');
  same(await drained(application.inbox), ['a', 'b', 'c']);
}

async function holdsBack(application: InboxUnderTest): Promise<void> {
  const { inbox } = application;
  await committed(application, 'a', 'refused', 'b');
  const given: string[] = [];
  const refuse = (entries: readonly InboxEntry[]): Promise<readonly InboxEntry[]> => {
    given.push(...entries.map(actionOf));
    return Promise.resolve(entries.filter((entry) => actionOf(entry) === 'refused'));
  };
  strictEqual(await inbox.drain(10, refuse), 2);
  await committed(application, 'c');
  strictEqual(await inbox.drain(10, refuse), 1);
  strictEqual(await inbox.drain(10, refuse), 0);
  same(given, ['a', 'refused', 'b', 'c']);
  await inbox.close();
  await inbox.open();
  same(await drained(inbox), ['refused']);
}

async function drainsTogether(application: InboxUnderTest): Promise<void> {
  const actions = Array.from({ length: 60 }, (_, index) => String(index));
  for (let start = 0; start < actions.length; start += 20) {
    await committed(application, ...actions.slice(start, start + 20));
  }
  const other = application.anotherInbox();
  await other.open();
  const stored = new Set<string>();
  const store = async (entries: readonly InboxEntry[]): Promise<readonly InboxEntry[]> => {
    await new Promise(setImmediate);
    entries.forEach((entry) => stored.add(actionOf(entry)));
    return [];
  };
  try {
    for (let round = 0; round < 100 && stored.size < actions.length; round++) {
      await Promise.all([application.inbox.drain(7, store), other.drain(11, store)]);
    }
    same([...stored], actions);
    same(await drained(other), []);
  } finally {
    await other.close();
  }
}

async function reopens(application: InboxUnderTest): Promise<void> {
  await application.inbox.open();
  await committed(application, 'a');
  await application.inbox.close();
  await application.inbox.close();
  await application.inbox.open();
  same(await drained(application.inbox), ['a']);
}

async function survivesClosing(application: InboxUnderTest): Promise<void> {
  await committed(application, 'a');
  await application.inbox.close();
  await rejects(
    application.inbox.drain(1, () => Promise.resolve([])),
    { code: 'AUDIT_INBOX_UNAVAILABLE' },
  );
  await application.inbox.open();
  same(await drained(application.inbox), ['a']);
}

async function keepsLateCommits(application: InboxUnderTest): Promise<void> {
  const { inbox, begin } = application;
  const late = await begin();
  await inbox.write(late.transaction, [anEntry('late')]);
  await committed(application, 'early');
  same(await drained(inbox), ['early']);
  await committed(application, 'next');
  let isCommitted = false;
  const given: string[] = [];
  await inbox.drain(10, async (entries) => {
    given.push(...entries.map(actionOf));
    await late.commit();
    isCommitted = true;
    return [];
  });
  ok(isCommitted);
  same([...given, ...(await drained(inbox))], ['next', 'late']);
}

async function ignoresOpenTransactions(application: InboxUnderTest): Promise<void> {
  const { inbox, begin } = application;
  const open = await begin();
  await inbox.write(open.transaction, [anEntry('open')]);
  await committed(application, 'a', 'b');
  same(await drained(inbox, 1), ['a', 'b']);
  await open.commit();
  same(await drained(inbox), ['open']);
}

async function writesWhileDraining(application: InboxUnderTest): Promise<void> {
  await committed(application, 'a');
  await application.inbox.drain(10, async () => {
    await committed(application, 'b');
    return [];
  });
  same(await drained(application.inbox), ['b']);
}

/** Without the narrowing that the assertion brings: what is compared goes on changing. */
function same(actual: unknown, expected: unknown): void {
  deepStrictEqual(actual, expected);
}
