import type { AuditActor } from '../../event/audit-event.js';
import type { AuditRecord } from '../../event/audit-record.js';
import type { RecordStream } from '../../storage/record-stream.js';
import type { CustodyRecords } from '../custody-records.js';
import { exportDraft, recordedExport } from './recorded-export.js';

/** What the record of an export says. */
export interface FoundExportRequest {
  /** What was asked for; the record repeats it. */
  readonly query: object;
  /** What the records are exported as: `cef`. */
  readonly format?: string;
  /** Who exports. @default the system */
  readonly by?: AuditActor;
  readonly reason?: string;
  /** `false`: nothing in the log says that it was exported, and an account that may only SELECT is enough. @default true */
  readonly recorded?: boolean;
}

/** What an export of found records needs of a log. */
export interface FoundExportParts {
  readonly log: Pick<RecordStream, 'heads'>;
  readonly records: CustodyRecords;
}

/** So many that came later, one after the other: whoever appends faster than somebody reads must not keep him reading. */
const LATER_IN_A_ROW = 1000;

/**
 * Gives out records that were found, and says so in the log. Those that were appended after it began are left out, the
 * export's own among them.
 */
export async function* exportFound(
  parts: FoundExportParts,
  found: AsyncIterable<AuditRecord>,
  request: FoundExportRequest,
): AsyncGenerator<AuditRecord, void, undefined> {
  const ends = new Map((await parts.log.heads()).map(({ chain, position }) => [chain, position]));
  const source = untilThen(found, ({ seal }) => seal.position <= (ends.get(seal.chain) ?? 0));
  if (request.recorded === false) {
    yield* source;
    return;
  }
  yield* recordedExport(parts.records, { draft: exportDraft(request.query, request), facts: {} }, source);
}

async function* untilThen(
  found: AsyncIterable<AuditRecord>,
  wasThere: (record: AuditRecord) => boolean,
): AsyncGenerator<AuditRecord, void, undefined> {
  let later = 0;
  for await (const record of found) {
    if (wasThere(record)) {
      later = 0;
      yield record;
    } else if (++later === LATER_IN_A_ROW) {
      return;
    }
  }
}
