import { deepStrictEqual } from 'node:assert/strict';
import type { AuditEvent } from '../event/audit-event.js';
import type { PersonalPart } from '../event/audit-record.js';
import { facetsOf } from '../storage/reading/facets.js';
import { searchDocument } from '../storage/reading/search-document.js';
import type { LogIndexUnderTest } from './log-index-under-test.js';

/**
 * Compares the tables of the search index with what the records at or below its positions say, row by row.
 *
 * @returns how many records it has taken in
 */
export async function assertIndexIsExact(log: LogIndexUnderTest): Promise<number> {
  const { select, documentKey, textOf = (column: string): string => column } = log;
  const kept = await select("SELECT chain, position FROM audit_projections WHERE projection = 'search'");
  const positions = new Map(kept.map(({ chain, position }) => [String(chain), Number(position)]));
  const records = (await select('SELECT chain, position, sequence, body, personal FROM audit_records')).filter(
    ({ chain, position }) => Number(position) <= (positions.get(String(chain)) ?? 0),
  );
  const facets: string[] = [];
  const documents: number[] = [];
  for (const { chain, sequence, body, personal } of records) {
    const event = JSON.parse(String(body)) as AuditEvent;
    const part = personal === null ? undefined : (JSON.parse(personal as string) as PersonalPart);
    for (const [facet, value] of facetsOf({ chain: String(chain), event, personal: part })) {
      facets.push(line(facet, value, sequence));
    }
    if (searchDocument(event) !== '') {
      documents.push(Number(sequence));
    }
  }
  const facetRows = await select('SELECT facet, value, sequence FROM audit_facets');
  const documentRows = await select(`SELECT ${documentKey} AS sequence FROM audit_documents`);
  // Rows of a driver may come from another realm, whose arrays are not equal to ours.
  const facetLines = Array.from(facetRows, ({ facet, value, sequence }) =>
    line(facet, textOf(String(value)), sequence),
  );
  deepStrictEqual(facetLines.sort(), facets.sort());
  const documentKeys = Array.from(documentRows, ({ sequence }) => Number(sequence));
  deepStrictEqual(documentKeys.sort(byNumber), documents.sort(byNumber));
  return records.length;
}

function line(facet: unknown, value: string, sequence: unknown): string {
  return JSON.stringify([Number(facet), value, Number(sequence)]);
}

function byNumber(a: number, b: number): number {
  return a - b;
}
