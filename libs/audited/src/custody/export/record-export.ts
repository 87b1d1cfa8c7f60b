import type { AuditDraft } from '../../event/audit-draft.js';
import { RecordDamagedError } from '../../event/audit.error.js';
import type { AuditRecord, ChainHead, StoredRecord } from '../../event/audit-record.js';
import { CustodyInputError } from '../../event/custody.error.js';
import type { RecordStream } from '../../storage/record-stream.js';
import { mergedRecord, readFacts } from '../../storage/stored-record.js';
import type { CustodyRecords } from '../custody-records.js';
import type { CheckedExport, ExportRequest } from './export-request.js';
import { exportDraft, recordedExport } from './recorded-export.js';

/** What an export needs of a log. */
export interface ExportParts {
  readonly log: Pick<RecordStream, 'heads' | 'records'>;
  readonly records: CustodyRecords;
}

/**
 * The records that match, chain after chain in the order of their positions, up to the ends that the chains have when it
 * begins; memory stays flat. A record of the intent is in the log before the first one is given, and one of the outcome
 * follows however it ends: to the last record, by an error, or because the reader has enough.
 */
export async function* exportRecords(
  parts: ExportParts,
  checked: CheckedExport,
): AsyncGenerator<AuditRecord, void, undefined> {
  const { request, filters } = checked;
  const heads = await wantedHeads(parts.log, filters.chain);
  const total = heads.reduce((sum, { position }) => sum + Math.max(0, position - (request.afterPosition ?? 0)), 0);
  if (request.recorded === false) {
    yield* matching(parts.log, checked, heads, total);
    return;
  }
  const account = { draft: draftOf(checked), facts: { positions: total } };
  yield* recordedExport(parts.records, account, matching(parts.log, checked, heads, total));
}

async function* matching(
  log: ExportParts['log'],
  { request, matches }: CheckedExport,
  heads: readonly ChainHead[],
  total: number,
): AsyncGenerator<AuditRecord, void, undefined> {
  const { afterPosition = 0, onDamaged, onProgress } = request;
  let before = 0;
  for (const { chain, position: through } of heads) {
    for await (const page of log.records(chain, { from: afterPosition + 1, through })) {
      for (const stored of page) {
        const record = readable(stored, matches, onDamaged);
        if (record !== undefined) {
          yield record;
        }
      }
      onProgress?.(before + (page.at(-1)?.seal.position ?? 0) - afterPosition, total);
    }
    before += Math.max(0, through - afterPosition);
  }
}

/** @returns `undefined` for a record that is not meant, or that cannot be read and is left out */
function readable(
  stored: StoredRecord,
  matches: CheckedExport['matches'],
  onDamaged: ((error: RecordDamagedError) => void) | undefined,
): AuditRecord | undefined {
  try {
    const facts = readFacts(stored);
    return matches(facts) ? mergedRecord(stored, facts) : undefined;
  } catch (error) {
    // A filter looks into facts that every event has; what has none of them was never written by us.
    const { chain, position } = stored.seal;
    const damaged =
      error instanceof RecordDamagedError ? error : new RecordDamagedError(chain, position, { cause: error });
    if (onDamaged === undefined) {
      throw damaged;
    }
    onDamaged(damaged);
    return undefined;
  }
}

/** A mistyped chain is not an empty one. */
async function wantedHeads(log: ExportParts['log'], wanted: ExportRequest['chain']): Promise<readonly ChainHead[]> {
  const heads = await log.heads();
  const names = typeof wanted === 'string' ? [wanted] : wanted;
  const chosen = names === undefined ? heads : heads.filter(({ chain }) => names.includes(chain));
  const missing = names?.find((name) => !heads.some(({ chain }) => chain === name));
  if (missing !== undefined) {
    const known = heads.map(({ chain }) => chain).join(', ');
    throw new CustodyInputError(
      'chain',
      `is "${missing}", and there is no such chain`,
      known === '' ? 'The log is empty.' : `There are: ${known}.`,
    );
  }
  return chosen;
}

function draftOf({ request, filters }: CheckedExport): AuditDraft {
  return exportDraft({ ...filters, afterPosition: request.afterPosition }, request);
}
