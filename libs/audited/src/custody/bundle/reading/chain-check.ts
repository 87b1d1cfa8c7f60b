import type { AuditEvent } from '../../../event/audit-event.js';
import { GENESIS_HASH, type StoredRecord } from '../../../event/audit-record.js';
import type { PositionSpan } from '../../../integrity/position-ranges.js';
import { checkMac } from '../../../integrity/mac-check.js';
import { checkPersonalPart } from '../../../integrity/personal-check.js';
import { leafHash, type Hash } from '../../../integrity/tree/merkle-hash.js';
import { eventIn } from '../../../integrity/verifying/record-content.js';
import { RecordExaminer } from '../../../integrity/verifying/record-flaw.js';
import type { BundleManifest, ManifestChain } from '../bundle-manifest.js';
import type { BundleFaultKind, BundleFaults } from '../bundle-report.js';
import { isInInterval, isSelected } from '../bundle-selection.js';
import { ExpectedPositions } from './expected-positions.js';
import type { RecordLines } from './record-lines.js';

/**
 * Checks the records of one chain of a bundle, one by one, and gives their leaves to whoever computes the root. What
 * follows from a fault is not reported as another.
 */
export class ChainCheck {
  records = 0;
  erased = 0;
  macsUnchecked = 0;
  first: number | undefined;
  last: number | undefined;
  private readonly expected: ExpectedPositions;
  private readonly examiner: RecordExaminer;
  /** The record before: what the next position must continue; without hash when it proves nothing. */
  private before: { readonly position: number; readonly hash: string | undefined } = {
    position: 0,
    hash: GENESIS_HASH,
  };
  private complete = true;
  private sound = true;
  private selectedLast = true;

  constructor(
    private readonly entry: ManifestChain,
    spans: readonly PositionSpan[],
    private readonly manifest: BundleManifest,
    private readonly faults: BundleFaults,
  ) {
    this.expected = new ExpectedPositions(spans);
    this.examiner = new RecordExaminer(
      entry.chain,
      manifest.chains.map(({ chain }) => chain),
    );
  }

  /** False when records are missing, so that no root can be computed. */
  get isComplete(): boolean {
    return this.complete;
  }

  /** False when a record is missing, too many, or not what its seal says: then a wrong root is no news. */
  get isSound(): boolean {
    return this.sound && this.complete;
  }

  /** Leaf hashes of the expected records, in order; ends early when one is missing, and still checks the others. */
  async *leaves(lines: RecordLines): AsyncGenerator<Hash, void, void> {
    const { chain } = this.entry;
    for (let record = await lines.next(chain); record !== undefined; record = await lines.next(chain)) {
      this.records++;
      if (this.takesPlace(record) && this.complete) {
        yield leafHash(Buffer.from(record.seal.hash, 'hex'));
      }
    }
    const rest = this.expected.rest();
    if (rest !== undefined) {
      this.reportMissing(rest.firstMissing, rest.missing, 'at the end');
    }
    if (!this.selectedLast && this.last !== undefined) {
      this.fault('selection', this.last, 'the last record of the range lies outside the interval that was selected');
    }
  }

  /** @returns whether the record is one that the manifest names */
  private takesPlace(record: StoredRecord): boolean {
    const { position } = record.seal;
    const found = this.expected.meet(position);
    if (found.is === 'strange') {
      this.sound = false;
      this.fault('inserted', position, 'the manifest names no such position, or the record came already');
      return false;
    }
    if (found.is === 'late') {
      this.reportMissing(found.firstMissing, found.missing, `before position ${position}`);
    }
    this.examine(record);
    return true;
  }

  private examine(record: StoredRecord): void {
    const { position, hash, previousHash } = record.seal;
    const flaw = this.examiner.flawOf(record);
    if (flaw !== undefined) {
      this.sound = false;
      const [kind, message]: readonly [BundleFaultKind, string] =
        flaw.kind === 'misplaced'
          ? ['reordered', 'the record was sealed for another place']
          : [flaw.kind, flaw.message];
      this.fault(kind, position, message);
    } else {
      const { before } = this;
      if (before.position === position - 1 && before.hash !== undefined && before.hash !== previousHash) {
        this.fault('forked', position, 'the record is intact, but continues another record than the one before it');
      }
      this.checkContent(record);
    }
    this.before = { position, hash: flaw === undefined ? hash : undefined };
    this.first ??= position;
    this.last = position;
  }

  private checkContent(record: StoredRecord): void {
    const { position } = record.seal;
    const event = eventIn(record.body);
    if (event === undefined) {
      this.fault('malformed', position, 'the content is not the JSON of an event');
      return;
    }
    const mac = checkMac(record, undefined);
    if (mac === 'wrong') {
      this.fault('mac', position, 'the mac is none that was ever written, or stands where none belongs');
    }
    this.macsUnchecked += mac === 'unchecked' ? 1 : 0;
    const personal = checkPersonalPart(record, event.personal);
    if (personal.state === 'faulty') {
      this.fault('personal', position, personal.problem);
    }
    this.erased += personal.state === 'erased' ? 1 : 0;
    this.checkSelection(event, position);
  }

  /** A range is the smallest that holds the interval: in between, other times may stand, but not at its ends. */
  private checkSelection(event: AuditEvent, position: number): void {
    const { method, selection } = this.manifest;
    const isRight = method === 'slice' ? isSelected(selection, event) : isInInterval(selection, event);
    if (method === 'slice' && !isRight) {
      this.fault('selection', position, 'the record is not one that was selected');
    } else if (method === 'range' && !isRight && this.first === undefined) {
      this.fault('selection', position, 'the first record of the range lies outside the interval that was selected');
    }
    this.selectedLast = method === 'slice' || isRight;
  }

  private reportMissing(first: number, count: number, where: string): void {
    this.complete = false;
    this.fault('deleted', first, `${count} record(s) missing ${where}`);
  }

  private fault(kind: BundleFaultKind, position: number, message: string): void {
    this.faults.add({ kind, chain: this.entry.chain, position, message });
  }
}
