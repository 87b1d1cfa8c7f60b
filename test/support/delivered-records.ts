import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import type { AuditRecord } from 'nestjs-audited';

const GOLDEN = join(import.meta.dirname, '../golden/formats/record.golden.jsonl');

/** The records of the golden files: every oddity that an event can have. */
export const ODD_RECORDS: readonly AuditRecord[] = readFileSync(GOLDEN, 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as AuditRecord);

/** So many records with ids of their own. */
export function oddRecords(count: number): readonly AuditRecord[] {
  return Array.from({ length: count }, (_, index) => {
    const record = ODD_RECORDS[index % ODD_RECORDS.length]!;
    return { ...record, event: { ...record.event, id: randomUUID() } };
  });
}

export function idsOf(records: readonly AuditRecord[]): readonly string[] {
  return records.map(({ event }) => event.id);
}
