import type { Database, Statement } from 'better-sqlite3';
import type { SealKeys } from '../../integrity/seal-keys.js';
import { RECORD_COLUMN_NAMES } from '../../storage/record-columns.js';
import type { AuditRecordRow } from '../audit-record.entity.js';
import { QUICK_COLUMNS } from '../verification/quick-check.js';
import { RecordSifter, type SiftedPart } from '../verification/record-sifter.js';

/** Records that are sifted before what is left of them is given on. */
const ROWS_PER_BATCH = 500;
const SEALED_COLUMNS: readonly string[] = [
  'chain',
  'previous_hash',
  'hash',
  'scheme',
  'mac',
  'body',
  'personal',
  'salt',
];
const TEXT_COLUMNS = SEALED_COLUMNS.concat(RECORD_COLUMN_NAMES);
const REPLACEMENT = '\ufffd';

/** The columns as a JSON array (which keeps texts, numbers and nothing apart), body, personal part. */
type RawQuickRow = readonly [columns: string, body: unknown, personal: unknown];

/** Which records, in SQL, with the values that go beside it. */
export interface RowSelection {
  readonly where: string;
  readonly values: readonly (number | Buffer)[];
}

/** The records of a chain. */
export function wholeChain(chain: Buffer): RowSelection {
  return { where: 'chain = CAST(? AS TEXT)', values: [chain] };
}

/** The records of a chain between two positions, both included. */
export function partOfChain(chain: Buffer, from: number, through: number): RowSelection {
  return { where: 'chain = CAST(? AS TEXT) AND position >= ? AND position <= ?', values: [chain, from, through] };
}

/** Reads records in the order of their positions, then sequences, and sifts them. */
export class SqliteRows {
  private readonly wholeRow: Statement<[number], AuditRecordRow>;
  private readonly exactTexts: Statement<[number], Record<string, Buffer | number | null>>;

  constructor(
    private readonly handle: Database,
    private readonly sealKeys: SealKeys | undefined,
  ) {
    const casts = TEXT_COLUMNS.map(
      (column) => `CASE typeof(${column}) WHEN 'text' THEN CAST(${column} AS BLOB) END ${column}`,
    );
    this.exactTexts = handle.prepare(`SELECT ${casts.join(', ')} FROM audit_records WHERE sequence = ?`);
    this.wholeRow = handle.prepare('SELECT * FROM audit_records WHERE sequence = ?');
  }

  /** @param chain name of the chain that the records are of */
  *sifted(chain: string, selection: RowSelection): Generator<readonly SiftedPart[]> {
    const sifter = new RecordSifter({ chain, separator: ',', columnText: (text) => text, sealKeys: this.sealKeys });
    let read = 0;
    try {
      for (const row of this.quickRows(selection)) {
        this.sift(row, sifter);
        read++;
        if (read % ROWS_PER_BATCH === 0) {
          yield sifter.take();
        }
      }
    } catch (error) {
      if (!isUnlistable(error)) {
        throw error;
      }
      // The others are read whole, from the first one on that was not sifted.
      for (const row of this.wholeRows(selection, read)) {
        sifter.addWhole(this.exact(row));
        read++;
        if (read % ROWS_PER_BATCH === 0) {
          yield sifter.take();
        }
      }
    }
    yield sifter.take();
  }

  private quickRows({ where, values }: RowSelection): IterableIterator<RawQuickRow> {
    const sql = `SELECT json_array(${QUICK_COLUMNS.join(', ')}), body, personal
      FROM audit_records WHERE ${where} ORDER BY position, sequence`;
    return this.handle
      .prepare<unknown[], RawQuickRow>(sql)
      .raw()
      .iterate(...values);
  }

  private wholeRows({ where, values }: RowSelection, skip: number): IterableIterator<AuditRecordRow> {
    const sql = `SELECT * FROM audit_records WHERE ${where} ORDER BY position, sequence LIMIT -1 OFFSET ?`;
    return this.handle.prepare<unknown[], AuditRecordRow>(sql).iterate(...values, skip);
  }

  private sift([columns, body, personal]: RawQuickRow, sifter: RecordSifter): void {
    if (sifter.add({ columns, body, personal })) {
      return;
    }
    const [sequence] = JSON.parse(columns) as readonly unknown[];
    const row = typeof sequence === 'number' ? this.wholeRow.get(sequence) : undefined;
    if (row === undefined) {
      throw new UnlistableRow();
    }
    sifter.addWhole(this.exact(row));
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
}

/** A row that cannot be found again by what its list says. */
class UnlistableRow extends Error {}

/** JSON has no form for a BLOB; where one stands in a column, SQLite refuses to list them. */
function isUnlistable(error: unknown): boolean {
  return error instanceof UnlistableRow || (error instanceof Error && /JSON cannot hold BLOB/.test(error.message));
}

function mayImitate(text: unknown): boolean {
  return typeof text === 'string' && text.includes(REPLACEMENT);
}
