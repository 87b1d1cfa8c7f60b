import type { AuditEvent } from '../event/audit-event.js';
import type { ChainHead, StoredRecord } from '../event/audit-record.js';
import { GENESIS_HASH } from '../event/audit-record.js';
import type { ChainVerdict, IntegrityFault, IntegrityFaultKind } from './integrity-fault.js';
import { INTEGRITY_SCHEMES } from './integrity-schemes.js';
import { checkPersonalPart } from './personal-check.js';

/** How far around its place a record is looked for before it is called edited instead of reordered. */
const REORDER_WINDOW = 1000;
/** The search for reordered records is work an attacker could multiply; so many faults get it. */
const REORDER_SEARCHES = 200;

/** Names the search columns that disagree with the sealed event; empty when all agree. */
export type ColumnCheck = (record: StoredRecord, event: AuditEvent) => readonly string[];

/**
 * Verifies one chain, record by record in the order of positions; nothing is kept but the last link.
 * Feed `check` with every record, then `finish` with the stored head.
 */
export class ChainVerifier {
  private previousHash = GENESIS_HASH;
  /** False after a broken record: its hash proves nothing about the next link. */
  private linkKnown = true;
  private lastPosition = 0;
  private records = 0;
  private erased = 0;
  private searches = 0;

  constructor(
    private readonly chain: string,
    private readonly report: (fault: IntegrityFault) => void,
    private readonly mismatchedColumns: ColumnCheck = () => [],
  ) {}

  check(record: StoredRecord): void {
    const { position } = record.seal;
    this.records++;
    if (!Number.isSafeInteger(position) || position <= this.lastPosition) {
      this.fault('inserted', position, `stands after position ${this.lastPosition}, where the chain has no place for it`);
      return;
    }
    if (position > this.lastPosition + 1) {
      const missing = position - this.lastPosition - 1;
      this.fault('deleted', this.lastPosition + 1, `${missing} record(s) missing before position ${position}`);
      this.linkKnown = false;
    }
    const intact = this.checkHash(record);
    if (intact) {
      this.checkLink(record);
      this.checkParts(record);
    }
    this.linkKnown = intact;
    this.lastPosition = position;
    this.previousHash = record.seal.hash;
  }

  /** @param head the stored head; `null` when the chain has none */
  finish(head: ChainHead | null): ChainVerdict {
    if (head === null) {
      if (this.records > 0) {
        this.fault('head', this.lastPosition, 'the chain has records but no head');
      }
    } else if (head.position > this.lastPosition) {
      const missing = head.position - this.lastPosition;
      this.fault('truncated', this.lastPosition + 1, `${missing} record(s) missing at the end; the head is at ${head.position}`);
    } else if (head.position < this.lastPosition) {
      this.fault('head', head.position, `the head is at ${head.position}, but records reach to ${this.lastPosition}`);
    } else if (this.linkKnown && head.hash !== this.previousHash) {
      this.fault('head', head.position, 'the hash of the head is not the hash of the last record');
    }
    return { chain: this.chain, records: this.records, position: this.lastPosition, erased: this.erased };
  }

  private checkHash({ seal, body }: StoredRecord): boolean {
    const scheme = INTEGRITY_SCHEMES.get(seal.scheme);
    if (scheme === undefined) {
      this.fault('scheme', seal.position, `unknown scheme ${JSON.stringify(seal.scheme)}; a newer version may know it`);
      return false;
    }
    if (scheme.hash(seal, body) === seal.hash) {
      return true;
    }
    const sealedFor = this.positionSealedFor(seal, (candidate) => scheme.hash(candidate, body));
    if (sealedFor === undefined) {
      this.fault('edited', seal.position, 'the content does not give the hash of the record');
    } else {
      this.fault('reordered', seal.position, `the record was sealed for position ${sealedFor}`);
    }
    return false;
  }

  private positionSealedFor(
    seal: StoredRecord['seal'],
    hashAt: (seal: StoredRecord['seal']) => string,
  ): number | undefined {
    if (this.searches >= REORDER_SEARCHES) {
      return undefined;
    }
    this.searches++;
    for (let distance = 1; distance <= REORDER_WINDOW; distance++) {
      for (const position of [seal.position - distance, seal.position + distance]) {
        if (position > 0 && hashAt({ ...seal, position }) === seal.hash) {
          return position;
        }
      }
    }
    return undefined;
  }

  private checkLink({ seal }: StoredRecord): void {
    if (this.linkKnown && seal.previousHash !== this.previousHash) {
      this.fault('forked', seal.position, 'the record is intact, but continues another record than the one before it');
    }
  }

  private checkParts(record: StoredRecord): void {
    const { position } = record.seal;
    const event = parsedEvent(record.body);
    if (event === undefined) {
      this.fault('malformed', position, 'the content is not the JSON of an event');
      return;
    }
    const columns = this.mismatchedColumns(record, event);
    if (columns.length > 0) {
      this.fault('column', position, `column(s) ${columns.join(', ')} differ from the sealed content`);
    }
    const personal = checkPersonalPart(record, event.personal);
    if (personal === 'erased') {
      this.erased++;
    } else if (personal !== 'ok') {
      this.fault('personal', position, personal);
    }
  }

  private fault(kind: IntegrityFaultKind, position: number, message: string): void {
    this.report({ kind, chain: this.chain, position, message });
  }
}

function parsedEvent(body: string): AuditEvent | undefined {
  try {
    const event: unknown = JSON.parse(body);
    return typeof event === 'object' && event !== null && 'actor' in event && 'transport' in event && 'origin' in event
      ? (event as AuditEvent)
      : undefined;
  } catch {
    // Not JSON: the caller names it as a fault.
    return undefined;
  }
}
