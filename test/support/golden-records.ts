import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AuditRecord } from 'nestjs-audited';

/** Records with every oddity that the formats know of. */
export const GOLDEN_RECORDS: readonly AuditRecord[] = readFileSync(
  join(import.meta.dirname, '../golden/formats/record.golden.jsonl'),
  'utf8',
)
  .split('\n')
  .slice(0, -1)
  .map((line) => JSON.parse(line) as AuditRecord);
