import type { Database } from 'better-sqlite3';
import type { DataSource, SelectQueryBuilder } from 'typeorm';
import type { AuditEvent } from '../../event/audit-event.js';
import type { AuditRecord, ChainHead, PersonalPart, StoredRecord } from '../../event/audit-record.js';
import { ChainVerifier } from '../../integrity/chain-verifier.js';
import type { ChainVerdict, IntegrityFault, IntegrityReport } from '../../integrity/integrity-fault.js';
import type { AuditPage, CheckedQuery } from '../../storage/audit-query.js';
import type { VerifyOptions } from '../../storage/audit-reader.js';
import { columnValues, RECORD_COLUMN_NAMES } from '../../storage/record-columns.js';
import { readRecord } from '../../storage/stored-record.js';
import { AuditHeadEntity } from '../audit-head.entity.js';
import { AuditRecordEntity, type AuditRecordRow } from '../audit-record.entity.js';

const DEFAULT_MAX_FAULTS = 1000;

/** Reads records and verifies chains over one connection. Every read is one consistent snapshot. */
export class SqliteRecordReader {
  constructor(
    private readonly source: DataSource,
    private readonly handle: Database,
  ) {}

  async find(query: CheckedQuery): Promise<AuditPage> {
    const rows = await this.filtered(query)
      .orderBy('record.sequence', 'DESC')
      // One more than asked for tells whether there is a next page.
      .take(query.limit + 1)
      .getMany();
    const page = rows.slice(0, query.limit);
    const last = page.at(-1);
    const records = page.map((row) => readRecord(storedRecord(row)));
    return rows.length > page.length && last !== undefined ? { records, next: String(last.sequence) } : { records };
  }

  async get(id: string): Promise<AuditRecord | undefined> {
    const row = await this.source.getRepository(AuditRecordEntity).findOneBy({ id });
    return row === null ? undefined : readRecord(storedRecord(row));
  }

  verify(options: VerifyOptions): IntegrityReport {
    const startedAt = performance.now();
    const maxFaults = options.maxFaults ?? DEFAULT_MAX_FAULTS;
    const faults: IntegrityFault[] = [];
    let faultCount = 0;
    const report = (fault: IntegrityFault): void => {
      faultCount++;
      if (faults.length < maxFaults) {
        faults.push(fault);
      }
    };
    // One transaction: records and heads are of the same moment, also while others append.
    const chains = this.handle.transaction(() => this.verifyChains(options.chain, report))();
    const records = chains.reduce((sum, chain) => sum + chain.records, 0);
    const durationMs = Math.round(performance.now() - startedAt);
    return { ok: faultCount === 0, records, chains, faults, faultCount, durationMs };
  }

  private filtered(query: CheckedQuery): SelectQueryBuilder<AuditRecordRow> {
    const builder = this.source.getRepository(AuditRecordEntity).createQueryBuilder('record');
    for (const [column, value] of query.equals) {
      builder.andWhere(`record.${column} = :${column}`, { [column]: value });
    }
    if (query.beforeSequence !== undefined) {
      builder.andWhere('record.sequence < :before', { before: query.beforeSequence });
    }
    if (query.from !== undefined) {
      builder.andWhere('record.occurred_at >= :from', { from: query.from });
    }
    if (query.to !== undefined) {
      builder.andWhere('record.occurred_at < :to', { to: query.to });
    }
    return builder;
  }

  private verifyChains(only: string | undefined, report: (fault: IntegrityFault) => void): ChainVerdict[] {
    const heads = new Map(
      this.handle
        .prepare<[], ChainHead>('SELECT chain, position, hash FROM audit_heads')
        .all()
        .map((head) => [head.chain, head]),
    );
    // Chains are also looked for in the records: removing a head must not hide its chain.
    const inRecords = this.handle.prepare<[], string>('SELECT DISTINCT chain FROM audit_records').pluck().all();
    const chains = only === undefined ? [...new Set([...heads.keys(), ...inRecords])].sort() : [only];
    return chains.map((chain) => this.verifyChain(chain, heads.get(chain) ?? null, report));
  }

  private verifyChain(chain: string, head: ChainHead | null, report: (fault: IntegrityFault) => void): ChainVerdict {
    const rows = this.handle.prepare<[string], AuditRecordRow>(
      'SELECT * FROM audit_records WHERE chain = ? ORDER BY position, sequence',
    );
    let current: AuditRecordRow | undefined;
    const verifier = new ChainVerifier(chain, report, (record, event) => mismatched(record, event, current));
    for (const row of rows.iterate(chain)) {
      current = row;
      verifier.check(storedRecord(row));
    }
    return verifier.finish(head);
  }
}

function storedRecord(row: AuditRecordRow): StoredRecord {
  return {
    seal: {
      chain: row.chain,
      position: row.position,
      previousHash: row.previous_hash,
      hash: row.hash,
      scheme: row.scheme,
    },
    body: row.body,
    personal: row.personal,
    salt: row.salt,
  };
}

function mismatched(record: StoredRecord, event: AuditEvent, row: AuditRecordRow | undefined): readonly string[] {
  const personal = record.personal === null ? undefined : parsedPersonalPart(record.personal);
  const expected = columnValues(event, personal);
  return RECORD_COLUMN_NAMES.filter((column, index) => row?.[column] !== expected[index]);
}

function parsedPersonalPart(text: string): PersonalPart | undefined {
  try {
    return JSON.parse(text) as PersonalPart;
  } catch {
    // Damaged: the verifier compares it with its commitment and names the fault.
    return undefined;
  }
}
