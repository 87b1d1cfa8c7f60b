import { OptionsInvalidError } from '../../event/audit.error.js';
import { GENESIS_HASH, MAIN_CHAIN, type AuditRecord } from '../../event/audit-record.js';
import type { JsonObject } from '../../event/json-value.js';
import { jsonText } from '../../formats/json-text.js';

/**
 * A record as a row of a table of one's own, by column. It answers for every record, always the same for the same one, and
 * asks nobody else.
 */
export type SentinelRow = (record: AuditRecord) => JsonObject;

/** https://learn.microsoft.com/azure/azure-monitor/logs/create-custom-table, read on 2026-11-30. */
const RESERVED = new Set(['_ResourceId', 'id', '_SubscriptionId', 'TenantId', 'Type', 'UniqueId', 'Title']);
const COLUMN = /^[A-Za-z][A-Za-z0-9_]{0,44}$/;
const CURE =
  'Use letters, digits and _, at most 45 and a letter first, and no name that Azure Monitor keeps for itself.';

/** What every record has, and nothing else: what a row can be tried with before there is an event. */
const SMALLEST_RECORD: AuditRecord = {
  event: {
    id: '00000000-0000-7000-8000-000000000000',
    occurredAt: '2000-01-01T00:00:00.000Z',
    recordedAt: '2000-01-01T00:00:00.000Z',
    type: 'audit.tried',
    stage: 'outcome',
    severity: 'info',
    risk: 'low',
    outcome: 'success',
    actor: { kind: 'system' },
    action: 'Tried',
    origin: {},
    transport: { kind: 'manual' },
  },
  seal: { chain: MAIN_CHAIN, position: 1, previousHash: GENESIS_HASH, hash: GENESIS_HASH, scheme: 'sha256-v1' },
};

/**
 * Makes the text of a row. The function is tried at once: a name that Azure Monitor would refuse, or a record that it cannot
 * answer for, shows when the application starts.
 *
 * @throws OptionsInvalidError
 */
export function ownRowText(row: unknown): (record: AuditRecord) => string {
  if (typeof row !== 'function') {
    throw new OptionsInvalidError('row', 'is no function', 'Give one that makes a row of a record.');
  }
  const text = (record: AuditRecord): string => rowText((row as SentinelRow)(record));
  try {
    text(SMALLEST_RECORD);
  } catch (error) {
    if (error instanceof OptionsInvalidError) {
      throw error;
    }
    const cure = 'Most members of an event are optional: leave out the columns whose fact is absent.';
    throw new OptionsInvalidError('row', 'throws at a record that has only what every record has', cure);
  }
  return text;
}

function rowText(row: unknown): string {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) {
    throw new OptionsInvalidError('row', 'gives no object', 'Give values by column: { TimeGenerated: ... }.');
  }
  for (const name of Object.keys(row)) {
    if (!COLUMN.test(name) || RESERVED.has(name)) {
      throw new OptionsInvalidError('row', `gives the column ${JSON.stringify(name.slice(0, 60))}`, CURE);
    }
  }
  return jsonText(row);
}
