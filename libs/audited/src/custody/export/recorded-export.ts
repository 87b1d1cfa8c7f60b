import type { AuditActor } from '../../event/audit-event.js';
import type { AuditDraft } from '../../event/audit-draft.js';
import { MAIN_CHAIN, type AuditRecord } from '../../event/audit-record.js';
import type { JsonObject } from '../../event/json-value.js';
import { queryFacts } from '../../storage/reading/query-facts.js';
import type { CustodyRecords } from '../custody-records.js';
import { personalOfQuery } from './personal-query.js';

/** An export, as the log says it. */
export interface ExportAccount {
  readonly draft: AuditDraft;
  /** What is known before the first record is read. */
  readonly facts: JsonObject;
}

/**
 * Gives records out and says so: a record of the intent is in the log before the first one is given, and one of the
 * outcome follows however it ends: to the last record, by an error, or because the reader has enough.
 */
export async function* recordedExport(
  records: CustodyRecords,
  { draft, facts }: ExportAccount,
  source: AsyncIterable<AuditRecord>,
): AsyncGenerator<AuditRecord, void, undefined> {
  const { event } = await records.append(MAIN_CHAIN, { ...draft, stage: 'intent', outcome: 'pending' }, facts);
  const ending: { outcome: 'success' | 'failure'; error?: unknown; records: number; complete: boolean } = {
    outcome: 'success',
    records: 0,
    complete: false,
  };
  try {
    for await (const record of source) {
      ending.records++;
      yield record;
    }
    ending.complete = true;
  } catch (error) {
    ending.outcome = 'failure';
    ending.error = error;
    throw error;
  } finally {
    const { records: count, complete, ...end } = ending;
    await records.append(MAIN_CHAIN, { ...draft, ...end, causationId: event.id }, { records: count, complete });
  }
}

/** What the records of an export have in common: who exports what, as what and why. */
export function exportDraft(
  selection: object,
  { format, by, reason }: { readonly format?: string; readonly by?: AuditActor; readonly reason?: string },
): AuditDraft {
  return {
    type: 'audit.export',
    actor: by ?? { kind: 'system' },
    action: format === undefined ? 'Exported records' : `Exported records as ${format}`,
    resource: { type: 'audit-trail' },
    ...(reason === undefined ? {} : { reason }),
    details: { selection: queryFacts(selection), ...(format === undefined ? {} : { format }) },
    personal: personalOfQuery('selection'),
  };
}
