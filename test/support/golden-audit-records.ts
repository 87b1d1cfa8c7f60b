import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AuditRecord } from 'nestjs-audited';

/** Records with every oddity that a log can hold. */
export const GOLDEN_AUDIT_RECORDS: readonly AuditRecord[] = readFileSync(
  join(import.meta.dirname, '../golden/formats/record.golden.jsonl'),
  'utf8',
)
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as AuditRecord);
