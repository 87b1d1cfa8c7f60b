import { copyFileSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { anAppendableEvent, type anEvent } from 'nestjs-audited/testing';
import { SqliteAuditStore, type StoreOptions } from 'nestjs-audited/typeorm';
import { tamper } from './raw-database.js';

export const MAIN_RECORDS = 40;
export const TENANT_RECORDS = 6;
/** A record of chain `main` in which no column is empty. */
export const FULL = 17;
/** A record of chain `main` in which every column that may be empty is. */
export const BARE = 18;

type Facts = Parameters<typeof anEvent>[0];

const personalOf = (position: number) => ({
  '/actor/email': `zoë-${position}@example.com`,
  '/actor/ip': '192.0.2.7',
  '/details/phone': `+49 170 \ufffd ${position}`,
});

/** Forty records as different as records get, and a second chain written in between. */
export async function writeVariedLog(file: string): Promise<void> {
  const store = new SqliteAuditStore(file);
  await store.open();
  for (let position = 1; position <= MAIN_RECORDS; position++) {
    await store.append('main', [variedEvent(position)]);
    if (position % 6 === 0) {
      await store.append('tenant:b', [anAppendableEvent({ action: `Tenant step ${position / 6}` })]);
    }
  }
  await store.close();
}

function variedEvent(position: number): ReturnType<typeof anAppendableEvent> {
  if (position === FULL) {
    return anAppendableEvent(FULL_FACTS, personalOf(position));
  }
  if (position === BARE) {
    return anAppendableEvent({ actor: { kind: 'anonymous' }, origin: {}, transport: { kind: 'manual' } });
  }
  const facts: Facts = {
    action: `Step ${position} \ufffd ü 𝒳`,
    ...(position % 2 === 0
      ? { details: { number: position / 3, text: 'é'.repeat(position), nested: [{ deep: null }] } }
      : {}),
    ...(position % 5 === 0 ? { changes: [{ field: 'state', before: 'draft', after: 'live' }] } : {}),
    ...(position % 7 === 0 ? { details: { big: '€'.repeat(5000) } } : {}),
  };
  return position % 3 === 0 ? anAppendableEvent(facts, personalOf(position)) : anAppendableEvent(facts);
}

const FULL_FACTS: Facts = {
  action: 'Invoice 42 approved \ufffd €𝒳',
  actor: { kind: 'user', id: 'u-17', tenantId: 't-1', roles: ['auditor'] },
  resource: { type: 'invoice', id: 'i-42' },
  sessionId: 's-1',
  correlationId: 'c-1',
  traceId: '0af7651916cd43dd8448eb211c80319c',
  origin: { component: 'billing \ufffd', environment: 'test' },
  transport: { kind: 'http', method: 'POST', path: '/invoices/42', route: '/invoices/:id', status: 201 },
  details: { amount: 12.5 },
};

/**
 * An open store on a copy of a log, which is put back as it was after each act of tampering. Chains are verified by the
 * store itself, as its users do it.
 */
export class TamperedLog {
  readonly store: SqliteAuditStore;

  constructor(
    private readonly pristine: string,
    readonly file: string,
    options: StoreOptions = {},
  ) {
    copyFileSync(pristine, file);
    this.store = new SqliteAuditStore(file, options);
  }

  /** The faults, as `kind chain position`, that verification names after the tampering. */
  async faultsAfter(work: (database: Database) => void): Promise<string[]> {
    const { ok, faults, faultCount } = await this.whileTampered(work, (store) => store.verify());
    if (ok !== (faultCount === 0) || faultCount !== faults.length) {
      throw new Error('the report contradicts itself');
    }
    return faults.map(({ kind, chain, position }) => `${kind} ${chain} ${position}`);
  }

  async whileTampered<Result>(
    work: (database: Database) => void,
    look: (store: SqliteAuditStore) => Promise<Result>,
  ): Promise<Result> {
    tamper(this.file, work);
    try {
      return await look(this.store);
    } finally {
      this.restore();
    }
  }

  private restore(): void {
    tamper(this.file, (database) => {
      database.prepare('ATTACH ? AS pristine').run(this.pristine);
      database.exec(`
        BEGIN;
        DELETE FROM main.audit_records;
        DELETE FROM main.audit_heads;
        DROP INDEX IF EXISTS main.audit_records_chain_position;
        DROP INDEX IF EXISTS main.audit_records_id;
        CREATE UNIQUE INDEX main.audit_records_chain_position ON audit_records (chain, position);
        CREATE UNIQUE INDEX main.audit_records_id ON audit_records (id);
        INSERT INTO main.audit_records SELECT * FROM pristine.audit_records;
        INSERT INTO main.audit_heads SELECT * FROM pristine.audit_heads;
        COMMIT;
        DETACH pristine;`);
    });
  }
}
