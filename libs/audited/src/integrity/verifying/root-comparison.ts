import type { ChainEvidence, KnownCheckpoint } from '../chain-evidence.js';
import type { CheckpointVerdict, IntegrityFault } from '../integrity-fault.js';
import { CompactRange } from '../tree/compact-range.js';
import { leafHash } from '../tree/merkle-hash.js';
import { disagreements, type Disagreement, type ExplainCheckpoint } from './root-disagreement.js';

/** The record at the end of the tree: its leaf is decided when the next one says what it continues. */
interface OpenLeaf {
  readonly position: number;
  readonly hashes: readonly string[];
  /** False when the record does not give its hash: then only the next one knows what stood there. */
  readonly isSound: boolean;
}

const HASH_HEX = /^[0-9a-f]{64}$/;

/**
 * Compares the records with the roots that were signed. The tree is computed only as far as there are checkpoints.
 *
 * What a broken record was is taken from the one after it, so that one fault does not make every later checkpoint
 * disagree. Where that is not known, the tree goes on from the stored one; where that is not known either, checkpoints
 * cannot be compared: a fault says so already.
 */
export class RootComparison {
  private readonly checkpoints: readonly KnownCheckpoint[];
  private next = 0;
  private tree: CompactRange | undefined = CompactRange.empty();
  private open: OpenLeaf | undefined;
  /** The last position whose hash is in doubt because of a fault that is named. */
  private doubtfulThrough = 0;
  private readonly disagreeing: Disagreement[] = [];
  private unreached: readonly KnownCheckpoint[] = [];
  private agreed = 0;
  private beyond = 0;
  private coveredThrough = 0;
  /** Size of the first checkpoint that needs the stored tree of the pruned records, where it is missing. */
  private lacksTree: number | undefined;

  constructor(private readonly evidence: ChainEvidence | undefined) {
    const known = (evidence?.checkpoints ?? []).filter(({ size }) => Number.isSafeInteger(size) && size >= 0);
    this.checkpoints = known.toSorted((a, b) => a.size - b.size);
    this.compare(0);
  }

  /** The checkpoint that covers the most records. */
  get largest(): KnownCheckpoint | undefined {
    return this.checkpoints.at(-1);
  }

  get verdict(): CheckpointVerdict {
    const { agreed, beyond, coveredThrough } = this;
    return { agreed, beyond, coveredThrough, isTrusted: this.evidence?.isTrusted ?? false };
  }

  /** The next record holds its place. Positions between the last one and it are missing. */
  take(position: number, hash: string, previousHash: string, isSound: boolean): void {
    if (this.next >= this.checkpoints.length) {
      return;
    }
    const last = this.open?.position ?? 0;
    const hint = isSound && HASH_HEX.test(previousHash) ? previousHash : undefined;
    if (position === last + 1) {
      this.close(hint);
    } else {
      this.close(undefined);
      this.passGap(last, position, hint);
    }
    this.open = { position, hashes: [hash], isSound };
  }

  /** Another intact record stands at the last position. */
  addRival(hash: string): void {
    const { open } = this;
    if (open !== undefined) {
      // One that does not give its hash is no rival: the other is the one that the chain is about.
      this.open = { position: open.position, hashes: open.isSound ? [...open.hashes, hash] : [hash], isSound: true };
    }
  }

  /**
   * All records were read.
   *
   * @param headHash what the head says the last record is; `undefined` when it says nothing of use
   */
  end(headHash: string | undefined): void {
    if (this.next < this.checkpoints.length) {
      this.close(headHash);
    }
    this.unreached = this.checkpoints.slice(this.next);
    this.beyond += this.unreached.length;
    this.next = this.checkpoints.length;
  }

  /** Checkpoints that cover more records than there are, in the order of their sizes; known when `end` was called. */
  get missed(): readonly KnownCheckpoint[] {
    return this.unreached;
  }

  /**
   * What is wrong, when `end` was called.
   *
   * @param isExplained whether an operator explained the fault that makes the hash at a position doubtful; if not, a
   *   disagreement that may follow from it is not another fault
   */
  faults(
    explain: ExplainCheckpoint,
    isExplained: (position: number) => boolean,
  ): readonly Omit<IntegrityFault, 'chain'>[] {
    const found = this.disagreeing.filter(({ doubt }) => doubt === undefined || isExplained(doubt));
    this.beyond += this.disagreeing.length - found.length;
    const faults = disagreements(found, explain);
    if (this.lacksTree === undefined) {
      return faults;
    }
    const message =
      `the stored tree over the missing beginning is missing too or incomplete, so the checkpoint of size ` +
      `${this.lacksTree} cannot be compared with the records that are left`;
    return [{ kind: 'tree', position: this.lacksTree, message }, ...faults];
  }

  /** Decides the leaf of the last position. */
  private close(hint: string | undefined): void {
    const { open } = this;
    if (open === undefined) {
      return;
    }
    const { position, hashes, isSound } = open;
    const [first = ''] = hashes;
    const isSettled = isSound ? isKnown(hashes, hint) : hint !== undefined;
    if (!isSettled) {
      this.doubtfulThrough = position;
    }
    this.append(hint !== undefined && (!isSound || hashes.includes(hint)) ? hint : first, position);
  }

  private append(hash: string, position: number): void {
    // A column holds what was put into it, whatever the types say.
    if (typeof hash === 'string' && HASH_HEX.test(hash)) {
      this.tree?.append(leafHash(Buffer.from(hash, 'hex')));
    } else {
      this.tree = undefined;
    }
    this.compare(position);
  }

  private passGap(last: number, position: number, hint: string | undefined): void {
    if (position === last + 2 && hint !== undefined) {
      this.append(hint, position - 1);
      return;
    }
    const size = position - 1;
    const needed = this.checkpoints.find((checkpoint) => checkpoint.size >= size);
    this.tree = undefined;
    this.compare(size - 1);
    this.tree = needed === undefined ? undefined : this.storedTree(size);
    if (last === 0 && this.tree === undefined && this.evidence?.frontier !== undefined) {
      this.lacksTree = needed?.size;
    }
    this.compare(size);
  }

  private storedTree(size: number): CompactRange | undefined {
    const stored = this.evidence?.frontier?.(size);
    return stored?.begin === 0 && stored.end === size ? stored.copy() : undefined;
  }

  /** Compares the checkpoints up to a size, which is that of the tree. */
  private compare(size: number): void {
    for (
      let checkpoint = this.checkpoints[this.next];
      checkpoint !== undefined && checkpoint.size <= size;
      checkpoint = this.checkpoints[++this.next]
    ) {
      if (this.tree?.end !== checkpoint.size) {
        this.beyond++;
      } else if (Buffer.from(this.tree.root()).toString('hex') === checkpoint.root) {
        this.agreed++;
        this.coveredThrough = checkpoint.size;
      } else {
        const { coveredThrough, doubtfulThrough } = this;
        const doubt = doubtfulThrough > coveredThrough ? { doubt: doubtfulThrough } : {};
        this.disagreeing.push({ checkpoint, agreedThrough: coveredThrough, ...doubt });
      }
    }
  }
}

/** Whether there is no doubt which of the records is the one that the chain goes on from. */
function isKnown(hashes: readonly string[], hint: string | undefined): boolean {
  return hint === undefined ? hashes.length === 1 : hashes.includes(hint);
}
