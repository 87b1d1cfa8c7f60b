import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import type { AuditRecord } from 'nestjs-audited';
import { anAppendableEvent } from 'nestjs-audited/testing';
import { SqliteAuditStore, TypeOrmAuditInbox } from 'nestjs-audited/typeorm';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { addInvoice, InboxApplication } from './inbox-application.js';
import { InboxProcess } from './inbox-process.js';

/** How hard the crash trial tries. */
export interface CrashTrial {
  readonly rounds: number;
  /** At the same time. */
  readonly processes: number;
  /** Of each process. */
  readonly writers: number;
  /** @default 1 */
  readonly seed?: number;
}

/** Fifty transactions of the application at once, more than its pool has connections for: all of them must end. */
export async function usedUpPoolEnds(options: DataSourceOptions, log: string): Promise<void> {
  const application = await InboxApplication.start(options);
  const store = new SqliteAuditStore(log);
  await Promise.all([application.inbox.open(), store.open()]);
  let isWriting = true;
  try {
    const draining = (async () => {
      while (isWriting) {
        await drainInto(application.inbox, store);
      }
    })();
    const names = Array.from({ length: 50 }, (_, index) => `invoice-${String(index).padStart(2, '0')}`);
    await Promise.all(
      names.map((name) =>
        application.source.transaction(async (manager) => {
          await addInvoice(manager, name);
          await application.inbox.write(manager, [{ chain: 'main', event: anAppendableEvent({ action: name }) }]);
        }),
      ),
    );
    isWriting = false;
    await draining;
    await drainInto(application.inbox, store);
    deepStrictEqual(await application.invoices(), names);
    deepStrictEqual((await actionsIn(store)).sort(), names);
  } finally {
    isWriting = false;
    await application.inbox.close();
    await application.close();
    await store.close();
  }
}

/** Kills processes at seeded moments, half of them between a move and its removal, and judges what they left. */
export async function survivesCrashes(
  application: DataSourceOptions,
  log: string,
  { rounds, processes, writers, seed = 1 }: CrashTrial,
): Promise<string> {
  const prepared = await InboxApplication.start(application);
  await prepared.inbox.open();
  await prepared.inbox.close();
  await prepared.close();
  const told: string[] = [];
  for (let round = 1; round <= rounds; round++) {
    const killed = Array.from({ length: processes }, (_, index) => {
      const diesByItself = (round + index) % 2 === 0;
      return new InboxProcess({
        application,
        log,
        name: `r${round}p${index}`,
        writers,
        seed: seed * 1000 + round * 10 + index,
        ...(diesByItself ? { dieAfterMoves: 1 + ((round * 7 + index) % 5) } : {}),
      });
    });
    await Promise.all(
      killed.map((process_, index) => process_.killAfter(5 + ((round * 13) % 40), (round * 3 + index) % 11)),
    );
    told.push(...killed.flatMap(({ committed }) => committed));
  }
  return judge(application, log, told, rounds * processes);
}

async function judge(options: DataSourceOptions, log: string, told: readonly string[], kills: number): Promise<string> {
  const source = new DataSource(options);
  const store = new SqliteAuditStore(log);
  await Promise.all([source.initialize(), store.open()]);
  const inbox = new TypeOrmAuditInbox(source);
  await inbox.open();
  try {
    const waiting = (await source.query('SELECT id FROM audit_inbox')) as unknown[];
    await drainInto(inbox, store);
    const rows = (await source.query('SELECT name FROM invoices')) as { name: string }[];
    const invoices = rows.map(({ name }) => name);
    const actions = await actionsIn(store);
    deepStrictEqual([...actions].sort(), [...invoices].sort());
    const known = new Set(invoices);
    deepStrictEqual(
      told.filter((name) => !known.has(name)),
      [],
    );
    inOrderOfEachWriter(actions);
    const report = await store.verify();
    deepStrictEqual([report.faults.length, report.records], [0, actions.length]);
    ok(told.length > 0);
    return `${kills} kills, ${told.length} commits told, ${invoices.length} rows, ${actions.length} records, ${waiting.length} left in the inbox by the last kill`;
  } finally {
    await inbox.close();
    await source.destroy();
    await store.close();
  }
}

/** Each writer commits one transaction after the other: r1p0-2-17 comes after r1p0-2-16. */
function inOrderOfEachWriter(actions: readonly string[]): void {
  const lastOf = new Map<string, number>();
  for (const action of actions) {
    const end = action.lastIndexOf('-');
    const [writer, number] = [action.slice(0, end), Number(action.slice(end + 1))];
    ok(number > (lastOf.get(writer) ?? 0), `${action} comes after number ${lastOf.get(writer)}`);
    lastOf.set(writer, number);
  }
}

async function drainInto(inbox: TypeOrmAuditInbox, store: SqliteAuditStore): Promise<void> {
  let moved: number;
  do {
    moved = await inbox.drain(100, async (entries) => {
      await store.appendMissing(
        'main',
        entries.map(({ event }) => event),
      );
      return [];
    });
  } while (moved > 0);
}

/** What the log holds, oldest first. */
async function actionsIn(store: SqliteAuditStore): Promise<string[]> {
  const records: AuditRecord[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.find({ limit: 1000, ...(cursor === undefined ? {} : { cursor }) });
    records.push(...page.records);
    cursor = page.next;
  } while (cursor !== undefined);
  strictEqual(new Set(records.map(({ event }) => event.id)).size, records.length);
  return records.map(({ event }) => event.action).reverse();
}
