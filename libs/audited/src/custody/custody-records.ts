import type { AuditDraft } from '../event/audit-draft.js';
import type { AuditEvent } from '../event/audit-event.js';
import type { ChainId } from '../event/audit-record.js';
import type { JsonObject } from '../event/json-value.js';
import type { ComposedEvent } from '../recording/composing/event-composer.js';
import type { AppendableEvent, AuditStore } from '../storage/audit-store.js';

/** Where a record of custody went. */
export interface CustodyRecord {
  readonly event: AuditEvent;
  readonly chain: ChainId;
  readonly position: number;
}

/** What writing records of custody needs. */
export interface CustodyRecordsParts {
  readonly store: AuditStore;
  /** Makes an event of a draft, redaction included; the facts become members of `details` to the letter. */
  readonly compose: (draft: AuditDraft, facts?: JsonObject) => ComposedEvent;
  /** Told what was stored: the journal, for instance. */
  readonly whenStored?: (events: readonly AppendableEvent[]) => void;
}

/**
 * Writes the records of custody: straight into the chain they are about and never into the spool, because what follows
 * (a removal, say) must not happen before the record is in the log.
 */
export class CustodyRecords {
  constructor(private readonly parts: CustodyRecordsParts) {}

  /**
   * Resolves when the record is durable; rejects with what the store says.
   *
   * @param facts what the kit itself states: positions, hashes, notes, signatures. Nobody from outside has a say in them
   * and a verifier reads every character, so they become members of `details` unredacted and uncut
   */
  async append(chain: ChainId, draft: AuditDraft, facts?: JsonObject): Promise<CustodyRecord> {
    const { store, compose, whenStored } = this.parts;
    const { event, body, personal, salt } = compose(draft, facts);
    const appendable = personal === undefined || salt === undefined ? { body } : { body, personal, salt };
    const { firstPosition } = await store.append(chain, [appendable]);
    whenStored?.([appendable]);
    return { event, chain, position: firstPosition };
  }
}
