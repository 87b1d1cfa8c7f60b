import type { AuditEvent } from '../../event/audit-event.js';
import type { AuditSeal, StoredRecord } from '../../event/audit-record.js';
import { checkMac, type MacVerdict } from '../mac-check.js';
import type { SealKeys } from '../seal-keys.js';
import { contentOf, eventIn, type ColumnCheck, type RecordContent } from './record-content.js';
import type { SoundRecord } from './sound-record.js';

/** What was found in a record that holds its place. */
export interface CandidateContent extends Pick<RecordContent, 'faults'> {
  readonly mac: MacVerdict;
  /** Id of the event, when its personal part is gone. */
  readonly erasedId?: string | undefined;
  /** Absent when the record carries no statement for sure. */
  readonly event?: AuditEvent | undefined;
}

/** A record that is to be placed in its chain; what stands in it is looked at only when it gets a place. */
export interface Candidate {
  readonly seal: Omit<AuditSeal, 'chain'>;
  content(): CandidateContent;
  /** The event of a record that may turn out to be the genuine one of several at its position. */
  rivalEvent(): AuditEvent | undefined;
}

/** A record as it is stored. */
export class StoredCandidate implements Candidate {
  constructor(
    private readonly record: StoredRecord,
    private readonly sealKeys: SealKeys | undefined,
    private readonly mismatchedColumns: ColumnCheck | undefined,
  ) {}

  get seal(): AuditSeal {
    return this.record.seal;
  }

  content(): CandidateContent {
    const { event, erasedId, faults } = contentOf(this.record, this.mismatchedColumns);
    return { event, erasedId, faults, mac: checkMac(this.record, this.sealKeys) };
  }

  rivalEvent(): AuditEvent | undefined {
    return checkMac(this.record, this.sealKeys) === 'wrong' ? undefined : eventIn(this.record.body);
  }
}

/** A record that was examined before. */
export class SoundCandidate implements Candidate {
  /** @param whenHeld told when it gets a place */
  constructor(
    private readonly record: SoundRecord,
    private readonly whenHeld?: (record: SoundRecord) => void,
  ) {}

  get seal(): SoundRecord['seal'] {
    return this.record.seal;
  }

  content(): CandidateContent {
    const { mac, erasedId } = this.record;
    this.whenHeld?.(this.record);
    return { faults: [], mac, erasedId };
  }

  rivalEvent(): undefined {
    return undefined;
  }
}
