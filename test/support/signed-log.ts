import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import type { VerifyOptions } from 'nestjs-audited';
import {
  generateKeyPair,
  notesIn,
  openCustody,
  type AuditCustody,
  type OpenCustodyOptions,
} from 'nestjs-audited/custody';
import { anAppendableEvent } from 'nestjs-audited/testing';
import { SqliteAuditStore, type SealOptions } from 'nestjs-audited/typeorm';
import { tamper, withRawDatabase } from './raw-database.js';

export const LOG_NAME = 'audit.example.com/orders';
/** What the two checkpoints of {@link SignedLog.write} cover; the record behind each is that of the checkpoint. */
export const [FIRST_SIGNED, SIGNED] = [10, 16];
/** The last record of chain `main`; those behind {@link SIGNED} are covered by no checkpoint. */
export const LAST = 20;
export const TENANT_CHAIN = 'tenant:b';
/** Who does what custody does in these tests. */
export const ACT = { by: { kind: 'user', id: 'u-keeper' }, reason: 'The period of retention is over' } as const;

/** Every policy of retention would let these events go. */
const LONG_AGO = '2019-05-05T12:00:00.000Z';

/** How a log is made. */
export interface SignedLogOptions {
  readonly seal?: SealOptions;
  /** `false`: nobody signs, as in an application without checkpoint key. */
  readonly signs?: boolean;
}

/**
 * A log in a SQLite file with checkpoints, the key of which is kept elsewhere, and a checkpoint file that only the
 * application can write: what a database administrator finds.
 */
export class SignedLog {
  readonly keys = generateKeyPair();
  readonly file: string;
  /** Where the application appends its checkpoints: the witness outside the database. */
  readonly witness: string;
  private readonly folder = mkdtempSync(join(tmpdir(), 'audited-threat-'));
  private backups = 0;

  constructor(private readonly options: SignedLogOptions = {}) {
    this.file = join(this.folder, 'audit.sqlite');
    this.witness = join(this.folder, 'witness.jsonl');
  }

  /** A log of twenty records in `main`, signed twice, and five in a tenant's chain. */
  static async write(options: SignedLogOptions = {}): Promise<SignedLog> {
    const log = new SignedLog(options);
    await log.withCustody((custody) =>
      log.withStore(async (store) => {
        const sign = async (chain?: string): Promise<void> => {
          await (custody.signs ? custody.checkpoint(chain) : append(store, 1, chain));
        };
        await append(store, FIRST_SIGNED);
        await append(store, 4, TENANT_CHAIN);
        await sign();
        await append(store, SIGNED - FIRST_SIGNED - 1);
        await sign('main');
        await append(store, LAST - SIGNED - 1);
      }),
    );
    return log;
  }

  /** The notes that left the database, oldest first. */
  get notes(): readonly string[] {
    return notesIn(readFileSync(this.witness, 'utf8'));
  }

  /** Records what the application records. */
  async append(count: number, options: SignedLogOptions = this.options): Promise<void> {
    await this.withStore((store) => append(store, count), options);
  }

  /** Signs the present end of `main`. */
  async sign(): Promise<void> {
    await this.withCustody((custody) => custody.checkpoint('main'));
  }

  /** What the application, or its operator, does with the log. */
  async withCustody<Result>(
    work: (custody: AuditCustody) => Promise<Result>,
    options: Partial<OpenCustodyOptions> = {},
  ): Promise<Result> {
    const { seal, signs = true } = this.options;
    const { custody, close } = await openCustody({
      database: this.file,
      ...(seal === undefined ? {} : { seal }),
      ...(signs ? { checkpoints: { origin: LOG_NAME, keys: { pem: this.keys.privatePem }, file: this.witness } } : {}),
      ...options,
    });
    try {
      return await work(custody);
    } finally {
      await close();
    }
  }

  /** The log itself, as the application opens it. */
  async withStore<Result>(
    work: (store: SqliteAuditStore) => Promise<Result>,
    { seal }: SignedLogOptions = this.options,
  ): Promise<Result> {
    const store = new SqliteAuditStore(this.file, seal === undefined ? {} : { seal });
    await store.open();
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  }

  /** The faults, as `kind chain position`, that an auditor finds who has the public key and the seal keys. */
  async faults(options: VerifyOptions = {}): Promise<readonly string[]> {
    const { faults } = await this.withCustody((custody) => custody.verify(options));
    return faults.map(({ kind, chain, position }) => `${kind} ${chain} ${position}`);
  }

  /** As {@link faults}, for an auditor who brings the checkpoints that left the database. */
  faultsWithWitness(): Promise<readonly string[]> {
    return this.faults({ checkpoints: this.notes });
  }

  /** Does what an administrator does: drops the triggers first. */
  tamper<Result>(work: (database: Database) => Result): Result {
    return tamper(this.file, work);
  }

  /** Runs SQL as the application's own connection may: with every trigger in place. */
  asApplication<Result>(work: (database: Database) => Result): Result {
    return withRawDatabase(this.file, work);
  }

  /** @returns puts the database back as it is now; the witness stays as it is then */
  backup(): () => void {
    const copy = join(this.folder, `backup-${++this.backups}.sqlite`);
    copyFileSync(this.file, copy);
    return () => {
      rmSync(`${this.file}-wal`, { force: true });
      rmSync(`${this.file}-shm`, { force: true });
      copyFileSync(copy, this.file);
    };
  }

  /** @returns puts everything back as it is now, for the next test */
  snapshot(): () => void {
    const [restore, notes] = [this.backup(), existsSync(this.witness) ? readFileSync(this.witness) : undefined];
    return () => {
      restore();
      if (notes !== undefined) {
        writeFileSync(this.witness, notes);
      }
    };
  }

  /** Path of a file or folder of this log. */
  path(name: string): string {
    return join(this.folder, name);
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Events of the application, each with a personal part. */
async function append(store: SqliteAuditStore, count: number, chain = 'main'): Promise<void> {
  for (let index = 1; index <= count; index++) {
    const actor = { kind: 'user', id: `u-${index}`, tenantId: `t-${index % 2}` } as const;
    const facts = { actor, occurredAt: LONG_AGO, recordedAt: LONG_AGO };
    await store.append(chain, [anAppendableEvent(facts, { '/actor/email': `person-${index}@example.com` })]);
  }
}
