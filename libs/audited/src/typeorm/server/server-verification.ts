import type { AuditEvent } from '../../event/audit-event.js';
import type { ChainHead } from '../../event/audit-record.js';
import { ChainVerifier } from '../../integrity/chain-verifier.js';
import type { ChainVerdict, IntegrityFault, IntegrityReport } from '../../integrity/integrity-fault.js';
import type { PersonalVerdict } from '../../integrity/personal-check.js';
import type { VerifyOptions } from '../../storage/audit-reader.js';
import { columnValues, PERSONAL_COLUMNS, RECORD_COLUMN_NAMES } from '../../storage/record-columns.js';
import type { AuditRecordRow } from '../audit-record.entity.js';
import { SequenceOrder } from '../sqlite/sequence-order.js';
import { storedRecord } from './record-row.js';
import type { Snapshot } from './server-database.js';
import { SqlConditions, type ServerDialect } from './server-dialect.js';

const DEFAULT_MAX_FAULTS = 1000;

/** Verifies the chains of one database in one consistent snapshot. Streams: some hundred rows are held at a time. */
export class ServerVerification {
  private readonly faults: IntegrityFault[] = [];
  private faultCount = 0;
  private readonly maxFaults: number;

  constructor(
    private readonly snapshot: Snapshot,
    private readonly dialect: ServerDialect,
    private readonly options: VerifyOptions,
  ) {
    this.maxFaults = options.maxFaults ?? DEFAULT_MAX_FAULTS;
  }

  async run(): Promise<IntegrityReport> {
    const startedAt = performance.now();
    const heads = await this.heads();
    const knownChains = await this.chainNames([...heads.keys()]);
    const { chain: only } = this.options;
    const chains: ChainVerdict[] = [];
    for (const chain of only === undefined ? knownChains : [only]) {
      chains.push(await this.verifyChain(chain, heads.get(chain) ?? null, knownChains));
    }
    const records = chains.reduce((sum, chain) => sum + chain.records, 0);
    const durationMs = Math.round(performance.now() - startedAt);
    const { faults, faultCount } = this;
    return { ok: faultCount === 0, state: faultCount === 0 ? 'intact' : 'broken', records, chains, faults, faultCount, durationMs };
  }

  private async heads(): Promise<ReadonlyMap<string, ChainHead>> {
    const rows = await this.snapshot.query(`SELECT chain, position, hash FROM ${this.dialect.table('audit_heads')}`);
    return new Map(
      rows.map(({ chain, position, hash }) => [
        String(chain),
        { chain: String(chain), position: Number(position), hash: hash as string },
      ]),
    );
  }

  /** Chains are also looked for in the records: removing a head must not hide its chain. */
  private async chainNames(headNames: readonly string[]): Promise<readonly string[]> {
    const names = new Set(headNames);
    let last: string | undefined;
    // From name to name through the index: there are few chains, and many records in each.
    for (;;) {
      const conditions = new SqlConditions(this.dialect);
      if (last !== undefined) {
        conditions.compare('chain', '>', last);
      }
      const sql = `SELECT chain FROM ${this.dialect.table('audit_records')} ${conditions.where} ORDER BY chain LIMIT 1`;
      const [next] = await this.snapshot.query(sql, conditions.values);
      if (next === undefined) {
        return [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }
      last = String(next['chain']);
      names.add(last);
    }
  }

  private async verifyChain(
    chain: string,
    head: ChainHead | null,
    knownChains: readonly string[],
  ): Promise<ChainVerdict> {
    const report = (fault: IntegrityFault): void => this.report(fault);
    const sequences = new SequenceOrder((position) =>
      report({ kind: 'column', chain, position, message: 'column sequence does not rise with the position' }),
    );
    let current: AuditRecordRow | undefined;
    const mismatchedColumns = (_record: unknown, event: AuditEvent, personal: PersonalVerdict): readonly string[] => {
      if (current === undefined) {
        return [];
      }
      sequences.add(current.position, current.sequence);
      return this.mismatched(current, event, personal);
    };
    const verifier = new ChainVerifier({ chain, head, knownChains, mismatchedColumns }, report);
    if (chain.isWellFormed()) {
      for await (const rows of this.snapshot.recordBatches(this.dialect.columnText(chain))) {
        for (const row of rows) {
          current = row;
          verifier.check(storedRecord(row));
        }
      }
    }
    const verdict = verifier.finish();
    sequences.end();
    return verdict;
  }

  private mismatched(row: AuditRecordRow, event: AuditEvent, personal: PersonalVerdict): readonly string[] {
    const expected = columnValues(event, personal.state === 'intact' ? personal.part : undefined);
    return RECORD_COLUMN_NAMES.filter((column, index) => {
      const value = expected[index];
      const isEqual = row[column] === (typeof value === 'string' ? this.dialect.columnText(value) : value);
      return !isEqual && !(personal.state === 'faulty' && PERSONAL_COLUMNS.has(column));
    });
  }

  private report(fault: IntegrityFault): void {
    this.faultCount++;
    if (this.faults.length < this.maxFaults) {
      this.faults.push(fault);
    }
  }
}
