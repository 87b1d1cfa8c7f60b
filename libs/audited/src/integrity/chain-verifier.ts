import type { AuditEvent } from '../event/audit-event.js';
import type { ChainHead, StoredRecord } from '../event/audit-record.js';
import { GENESIS_HASH } from '../event/audit-record.js';
import type { ChainVerdict, IntegrityFault, IntegrityFaultKind } from './integrity-fault.js';
import { MisplacedRun, type Misplacement } from './misplaced-run.js';
import { checkPersonalPart, type PersonalVerdict } from './personal-check.js';
import { RecordExaminer, type RecordFlaw } from './record-flaw.js';

/** So many intact records are remembered for one position; more than one means that records were inserted. */
const MAX_RIVALS = 8;

/**
 * Names the search columns that disagree with the sealed event; empty when all agree. Columns that repeat personal facts
 * prove nothing when `personal` is `faulty`: the part they repeat is itself in doubt.
 */
export type ColumnCheck = (record: StoredRecord, event: AuditEvent, personal: PersonalVerdict) => readonly string[];

/** What a verifier needs to know of a chain before it reads the first record. */
export interface ChainToVerify {
  readonly chain: string;
  /** The stored head; `null` when the chain has none. */
  readonly head: ChainHead | null;
  /** Names of the chains in the same store: where a record that does not belong here may come from. */
  readonly knownChains?: readonly string[];
  readonly mismatchedColumns?: ColumnCheck;
}

/**
 * Verifies one chain, record by record; nothing is kept but the last link. Feed `check` with every record of the chain in
 * the order of positions (of one position: in the order of storing), then call `finish`.
 *
 * One act of tampering is one fault wherever that can be told: what follows from a fault is not reported as another.
 * The rules, with their order, are in `docs/record-format.md`.
 */
export class ChainVerifier {
  private readonly chain: string;
  private readonly examiner: RecordExaminer;
  private readonly misplaced: MisplacedRun;
  /** Hashes that the next record may continue; empty when the record before proves nothing. */
  private links: string[] = [GENESIS_HASH];
  private lastPosition = 0;
  /** The first position after the last one that nothing stands at. */
  private vacant = 1;
  /** How many positions after the last one misplaced records stand at, and the last of them. */
  private squatted = 0;
  private lastSquatted = 0;
  private headRefuted = false;
  private records = 0;
  private erased = 0;

  constructor(
    private readonly target: ChainToVerify,
    private readonly report: (fault: IntegrityFault) => void,
  ) {
    this.chain = target.chain;
    this.examiner = new RecordExaminer(target.chain, target.knownChains ?? []);
    this.misplaced = new MisplacedRun(target.chain, report);
    this.headRefuted = target.head !== null && !isHead(target.head);
  }

  check(record: StoredRecord): void {
    this.records++;
    const flaw = this.examiner.flawOf(record);
    const { position } = record.seal;
    if (!Number.isSafeInteger(position)) {
      this.fault('malformed', this.vacant, 'the position of a record is no whole number');
    } else if (flaw?.kind === 'misplaced') {
      this.noteMisplaced(record, flaw);
    } else if (position <= this.lastPosition) {
      this.checkRival(record, flaw);
    } else if (this.isBehindHead(position)) {
      this.fault('inserted', position, 'stands behind the head of the chain, which knows no such record');
    } else {
      this.take(record, flaw);
    }
  }

  finish(): ChainVerdict {
    this.leavePosition();
    this.misplaced.end();
    this.checkEnd();
    return {
      chain: this.chain,
      records: this.records,
      position: this.lastPosition,
      erased: this.erased,
      checkpoints: { agreed: 0, beyond: 0, coveredThrough: 0, isTrusted: false },
      macs: { checked: 0, unchecked: 0 },
    };
  }

  /** The record holds its position; everything that it says is checked. */
  private take(record: StoredRecord, flaw: Exclude<RecordFlaw, Misplacement> | undefined): void {
    const { position, hash } = record.seal;
    this.leavePosition();
    const squattedBefore = this.lastSquatted === position ? this.squatted - 1 : this.squatted;
    const missing = position - this.lastPosition - 1 - squattedBefore;
    if (missing > 0) {
      this.fault('deleted', this.vacant, `${missing} record(s) missing before position ${position}`);
    }
    if (position > this.lastPosition + 1) {
      this.links = [];
    }
    if (flaw === undefined) {
      this.checkLink(record);
      this.checkContent(record);
    } else {
      this.fault(flaw.kind, position, flaw.message);
    }
    this.lastPosition = position;
    this.vacant = position + 1;
    this.squatted = 0;
    this.links = flaw === undefined ? [hash] : [];
  }

  private checkLink({ seal }: StoredRecord): void {
    if (this.links.length > 0 && !this.links.includes(seal.previousHash)) {
      const message =
        'the record is intact, but continues another record than the one before it: ' +
        'one of the two was replaced, or the history from here on was';
      this.fault('forked', seal.position, message);
    }
  }

  /** A record that was sealed for another place holds none here, so the chain is checked as if it were not there. */
  private noteMisplaced({ seal }: StoredRecord, flaw: Misplacement): void {
    const { position } = seal;
    this.misplaced.add(position, flaw);
    if (position > Math.max(this.lastPosition, this.lastSquatted) && !this.isBehindHead(position)) {
      this.squatted++;
      this.lastSquatted = position;
      if (position === this.vacant) {
        this.vacant++;
      }
    }
  }

  /** Another record stands at this position already. */
  private checkRival({ seal }: StoredRecord, flaw: RecordFlaw | undefined): void {
    const isAtLast = seal.position === this.lastPosition;
    if (isAtLast && flaw === undefined && this.links.length === 0) {
      // The record before it at this position is named as a fault already; this one is the one the chain is about.
      this.links = [seal.hash];
      return;
    }
    this.fault('inserted', seal.position, 'stands where the chain has no place for it');
    if (isAtLast && flaw === undefined && this.links.length < MAX_RIVALS) {
      // Which of the two is the forged one is not known here; the next record and the head tell.
      this.links.push(seal.hash);
    }
  }

  /** Called when no more records of the last position can come: only then all that stand there are known. */
  private leavePosition(): void {
    const { head } = this.target;
    if (head === null || this.headRefuted || head.position !== this.lastPosition || this.links.length === 0) {
      return;
    }
    if (!this.links.includes(head.hash)) {
      this.headRefuted = true;
      this.fault('head', head.position, `the hash of the head is not the hash of the record at ${head.position}`);
    }
  }

  private isBehindHead(position: number): boolean {
    const { head } = this.target;
    return head !== null && !this.headRefuted && position > head.position && this.headHolds(head);
  }

  /** False when the head stands at the last position and names another hash: the head is wrong, not the records. */
  private headHolds(head: ChainHead): boolean {
    return head.position !== this.lastPosition || this.links.length === 0 || this.links.includes(head.hash);
  }

  private checkEnd(): void {
    const { head } = this.target;
    if (head === null) {
      if (this.lastPosition > 0) {
        this.fault('head', this.lastPosition, 'the chain has records but no head');
      }
      return;
    }
    if (!isHead(head)) {
      this.fault(
        'head',
        this.lastPosition,
        'the head is damaged: its position or hash is no value that was ever written',
      );
      return;
    }
    const missing = head.position - this.lastPosition - this.squatted;
    if (this.headRefuted || missing <= 0) {
      return;
    }
    if (this.lastPosition > 0 && this.links.includes(head.hash)) {
      this.fault(
        'head',
        head.position,
        `the head names position ${head.position}, but the hash of record ${this.lastPosition}`,
      );
    } else {
      this.fault('truncated', this.vacant, `${missing} record(s) missing at the end; the head is at ${head.position}`);
    }
  }

  private checkContent(record: StoredRecord): void {
    const { position } = record.seal;
    const event = parsedEvent(record.body);
    if (event === undefined) {
      this.fault('malformed', position, 'the content is not the JSON of an event');
      return;
    }
    const personal = checkPersonalPart(record, event.personal);
    if (personal.state === 'erased') {
      this.erased++;
    } else if (personal.state === 'faulty') {
      this.fault('personal', position, personal.problem);
    }
    const columns = this.target.mismatchedColumns?.(record, event, personal) ?? [];
    if (columns.length > 0) {
      this.fault('column', position, `column(s) ${columns.join(', ')} differ from the sealed content`);
    }
  }

  private fault(kind: IntegrityFaultKind, position: number, message: string): void {
    this.misplaced.end();
    this.report({ kind, chain: this.chain, position, message });
  }
}

function isHead(head: ChainHead): boolean {
  return Number.isSafeInteger(head.position) && head.position > 0 && typeof head.hash === 'string';
}

/** The parts that every reader takes for granted must be there; what they say is covered by the hash. */
function parsedEvent(body: string): AuditEvent | undefined {
  try {
    const event: unknown = JSON.parse(body);
    const parts = isObject(event) ? [event['actor'], event['transport'], event['origin']] : [undefined];
    return parts.every(isObject) ? (event as AuditEvent) : undefined;
  } catch {
    // Not JSON: the caller names it as a fault.
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
