import type { AuditEvent } from 'nestjs-audited';
import { facetsOf } from '../../../libs/audited/src/storage/reading/facets.js';
import { searchDocument } from '../../../libs/audited/src/storage/reading/search-document.js';

/** Runs a statement beside the store; placeholders are `?`. */
export type RunSql = (
  sql: string,
  values?: readonly (string | number)[],
) => Promise<readonly Record<string, unknown>[]>;

/** What differs between databases in the rows of the index. */
export interface IndexTables {
  readonly run: RunSql;
  /** The text as a column holds it. */
  readonly columnText: (text: string) => string;
  /** Column of `audit_documents` that has the sequence number. */
  readonly documentKey: 'rowid' | 'sequence';
}

/**
 * Brings the index up to a position of each chain, as whoever keeps it does.
 *
 * @param positions chains that are left out have never been looked at
 */
export async function indexUpTo(tables: IndexTables, positions: ReadonlyMap<string, number>): Promise<void> {
  const { run, columnText, documentKey } = tables;
  for (const table of ['audit_projections', 'audit_facets', 'audit_documents']) {
    await run(`DELETE FROM ${table}`);
  }
  for (const [chain, position] of positions) {
    const rows = await run('SELECT sequence, body, personal FROM audit_records WHERE chain = ? AND position <= ?', [
      chain,
      position,
    ]);
    for (const row of rows) {
      const sequence = Number(row['sequence']);
      const event = JSON.parse(String(row['body'])) as AuditEvent;
      const stored = row['personal'];
      const personal = typeof stored === 'string' ? (JSON.parse(stored) as Record<string, string>) : undefined;
      for (const [facet, value] of facetsOf({ chain, event, personal })) {
        await run('INSERT INTO audit_facets (facet, value, sequence) VALUES (?, ?, ?)', [
          facet,
          columnText(value),
          sequence,
        ]);
      }
      await run(`INSERT INTO audit_documents (${documentKey}, document) VALUES (?, ?)`, [
        sequence,
        searchDocument(event),
      ]);
    }
    await run("INSERT INTO audit_projections (projection, chain, position) VALUES ('search', ?, ?)", [chain, position]);
  }
}
