import type { Database, Statement } from 'better-sqlite3';
import type { AuditEvent } from '../../event/audit-event.js';
import type { ChainHead } from '../../event/audit-record.js';
import { ChainVerifier } from '../../integrity/chain-verifier.js';
import type { ChainVerdict, IntegrityFault, IntegrityReport } from '../../integrity/integrity-fault.js';
import type { PersonalVerdict } from '../../integrity/personal-check.js';
import type { VerifyOptions } from '../../storage/audit-reader.js';
import { columnValues, PERSONAL_COLUMNS, RECORD_COLUMN_NAMES } from '../../storage/record-columns.js';
import type { AuditRecordRow } from '../audit-record.entity.js';
import { SequenceOrder } from './sequence-order.js';
import { storedRecord } from './stored-row.js';

const DEFAULT_MAX_FAULTS = 1000;
const REPLACEMENT = '\ufffd';

/** The bytes of a chain's name as text: the name in the file need not be valid UTF-8. */
interface ChainName {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Verifies the chains of one database in one consistent snapshot. Streams: one row is held at a time. */
export class SqliteVerification {
  private readonly faults: IntegrityFault[] = [];
  private faultCount = 0;
  private readonly maxFaults: number;
  private readonly exactTexts: Statement<[number], Record<string, Buffer | number | null>>;

  constructor(
    private readonly handle: Database,
    private readonly options: VerifyOptions,
  ) {
    this.maxFaults = options.maxFaults ?? DEFAULT_MAX_FAULTS;
    const columns = ['chain', 'previous_hash', 'hash', 'scheme', 'body', 'personal', 'salt', ...RECORD_COLUMN_NAMES];
    const casts = columns.map(
      (column) => `CASE typeof(${column}) WHEN 'text' THEN CAST(${column} AS BLOB) END ${column}`,
    );
    this.exactTexts = handle.prepare(`SELECT ${casts.join(', ')} FROM audit_records WHERE sequence = ?`);
  }

  run(): IntegrityReport {
    const startedAt = performance.now();
    // One transaction: records and heads are of the same moment, also while others append.
    const chains = this.handle.transaction(() => this.verifyChains())();
    const records = chains.reduce((sum, chain) => sum + chain.records, 0);
    const durationMs = Math.round(performance.now() - startedAt);
    const { faults, faultCount } = this;
    return { ok: faultCount === 0, state: faultCount === 0 ? 'intact' : 'broken', records, chains, faults, faultCount, durationMs };
  }

  private verifyChains(): ChainVerdict[] {
    const heads = new Map(
      this.handle
        .prepare<[], ChainHead>('SELECT chain, position, hash FROM audit_heads')
        .all()
        .map((head) => [head.chain, head]),
    );
    const names = this.chainNames([...heads.keys()]);
    const knownChains = names.map(({ name }) => name);
    const { chain: only } = this.options;
    const asked = only === undefined ? names : [{ name: only, bytes: Buffer.from(only) }];
    if (only === undefined) {
      this.reportNamelessRecords();
    }
    return asked.map((chain) => this.verifyChain(chain, heads.get(chain.name) ?? null, knownChains));
  }

  /** Chains are also looked for in the records: removing a head must not hide its chain. */
  private chainNames(headNames: readonly string[]): readonly ChainName[] {
    const inRecords = this.handle
      .prepare<[], Buffer>("SELECT DISTINCT CAST(chain AS BLOB) FROM audit_records WHERE chain < x''")
      .pluck()
      .all();
    const byText = new Map(
      [...headNames.map((name) => Buffer.from(name)), ...inRecords].map((bytes) => [bytes.toString('latin1'), bytes]),
    );
    return [...byText.values()]
      .map((bytes) => ({ name: bytes.toString('utf8'), bytes }))
      .sort((a, b) => Buffer.compare(a.bytes, b.bytes));
  }

  /** In SQLite's order every BLOB stands behind every text: this finds, through the index, names that are no text. */
  private reportNamelessRecords(): void {
    const nameless = this.handle.prepare<[], { position: number; chain: Buffer }>(
      "SELECT position, chain FROM audit_records WHERE chain >= x''",
    );
    for (const { position, chain } of nameless.iterate()) {
      this.report({ kind: 'malformed', chain: chain.toString('utf8'), position, message: 'the chain is no text' });
    }
  }

  private verifyChain(chain: ChainName, head: ChainHead | null, knownChains: readonly string[]): ChainVerdict {
    const rows = this.handle.prepare<[Buffer], AuditRecordRow>(
      'SELECT * FROM audit_records WHERE chain = CAST(? AS TEXT) ORDER BY position, sequence',
    );
    const report = (fault: IntegrityFault): void => this.report(fault);
    const sequences = new SequenceOrder((position) =>
      report({
        kind: 'column',
        chain: chain.name,
        position,
        message: 'column sequence does not rise with the position',
      }),
    );
    let current: AuditRecordRow | undefined;
    const mismatchedColumns = (_record: unknown, event: AuditEvent, personal: PersonalVerdict): readonly string[] => {
      if (current === undefined) {
        return [];
      }
      sequences.add(current.position, current.sequence);
      return mismatched(current, event, personal);
    };
    const verifier = new ChainVerifier({ chain: chain.name, head, knownChains, mismatchedColumns }, report);
    for (const row of rows.iterate(chain.bytes)) {
      current = this.exact(row);
      verifier.check(storedRecord(current));
    }
    const verdict = verifier.finish();
    sequences.end();
    return verdict;
  }

  /**
   * Bytes that are no UTF-8 are read as U+FFFD, so they could stand in for a U+FFFD that was sealed. A row whose sealed
   * texts hold one is read again as bytes; a text that is not exactly the bytes in the file is replaced by one that
   * equals nothing. (Where no U+FFFD was sealed, one in another column differs anyway.)
   */
  private exact(row: AuditRecordRow): AuditRecordRow {
    if (!mayImitate(row.body) && !mayImitate(row.personal)) {
      return row;
    }
    const bytes = Object.entries(this.exactTexts.get(row.sequence) ?? {});
    const texts = bytes.flatMap(([column, value]) =>
      Buffer.isBuffer(value) && !value.equals(Buffer.from(value.toString('utf8')))
        ? [[column, value.toString('latin1')]]
        : [],
    );
    return { ...row, ...Object.fromEntries(texts) } as AuditRecordRow;
  }

  private report(fault: IntegrityFault): void {
    this.faultCount++;
    if (this.faults.length < this.maxFaults) {
      this.faults.push(fault);
    }
  }
}

function mismatched(row: AuditRecordRow, event: AuditEvent, personal: PersonalVerdict): readonly string[] {
  const expected = columnValues(event, personal.state === 'intact' ? personal.part : undefined);
  const inDoubt = personal.state === 'faulty' ? PERSONAL_COLUMNS : new Set<string>();
  return RECORD_COLUMN_NAMES.filter((column, index) => row[column] !== expected[index] && !inDoubt.has(column));
}

function mayImitate(text: unknown): boolean {
  return typeof text === 'string' && text.includes(REPLACEMENT);
}
