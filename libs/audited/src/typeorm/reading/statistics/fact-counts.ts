import type { AuditStatistics } from '../../../storage/reading/audit-statistics.js';
import type { CustodyDialect } from '../../custody/custody-database.js';
import type { RawRow } from '../../server/server-database.js';
import { KEY_BYTES, keyText, textOfKey } from './counted-facts.js';
import { numberOf } from './statistics-access.js';

/** Columns that statistics say the values of. */
export const SHOWN_COLUMNS = ['type', 'severity', 'outcome', 'risk', 'environment'] as const;

type ShownColumn = (typeof SHOWN_COLUMNS)[number];

/** The total, and how often each value occurs. */
export class FactCounts {
  total = 0;
  private readonly byKey: Readonly<Record<ShownColumn, Map<string, number>>> = {
    type: new Map(),
    severity: new Map(),
    outcome: new Map(),
    risk: new Map(),
    environment: new Map(),
  };

  constructor(private readonly dialect: CustodyDialect) {}

  /** Adds a row of `audit_counts`. */
  addKeys(row: RawRow): void {
    this.add(row, (column) => String(row[column]));
  }

  /** Adds records with the same values. */
  addTexts(row: RawRow): void {
    this.add(row, (column) => {
      const text = row[column];
      return keyText(text === null || text === undefined ? null : String(text), KEY_BYTES[column]);
    });
  }

  result(): Pick<AuditStatistics, 'total' | 'byType' | 'bySeverity' | 'byOutcome' | 'byRisk' | 'byEnvironment'> {
    return {
      total: this.total,
      byType: this.counts('type'),
      bySeverity: this.counts('severity'),
      byOutcome: this.counts('outcome'),
      byRisk: this.counts('risk'),
      byEnvironment: this.counts('environment'),
    };
  }

  private add(row: RawRow, keyOf: (column: ShownColumn) => string): void {
    const count = numberOf(row, 'count');
    this.total += count;
    for (const column of SHOWN_COLUMNS) {
      const key = keyOf(column);
      this.byKey[column].set(key, (this.byKey[column].get(key) ?? 0) + count);
    }
  }

  /** An own property each, whatever a value is called; the most frequent first. */
  private counts(column: ShownColumn): Record<string, number> {
    const counts = new Map<string, number>();
    for (const [key, count] of this.byKey[column]) {
      const text = this.dialect.textOf(textOfKey(key) ?? '');
      counts.set(text, (counts.get(text) ?? 0) + count);
    }
    return Object.fromEntries([...counts].sort(([, a], [, b]) => b - a));
  }
}
