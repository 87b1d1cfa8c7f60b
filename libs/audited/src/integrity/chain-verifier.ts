import type { ChainHead, StoredRecord } from '../event/audit-record.js';
import { GENESIS_HASH } from '../event/audit-record.js';
import type { ChainEvidence } from './chain-evidence.js';
import { explanationOfCheckpoint, isDoubtExplained, type StatedExplanation } from './fault-explanations.js';
import type { ChainVerdict, IntegrityFault } from './integrity-fault.js';
import { MisplacedRun, type Misplacement } from './verifying/misplaced-run.js';
import { RecordExaminer, type RecordFlaw } from './verifying/record-flaw.js';
import { SoundCandidate, StoredCandidate, type Candidate } from './verifying/candidate.js';
import { endFaults, isHead } from './verifying/chain-end.js';
import { ErasureWatch } from './verifying/erasure-watch.js';
import { deletion, judgeBeginning, type LateStart } from './verifying/late-start.js';
import type { ColumnCheck } from './verifying/record-content.js';
import { RootComparison } from './verifying/root-comparison.js';
import type { ExplainCheckpoint } from './verifying/root-disagreement.js';
import { SealWatch } from './verifying/seal-watch.js';
import type { SoundRecord } from './verifying/sound-record.js';
import { StatementBook } from './verifying/statement-book.js';

export type { ColumnCheck };

/** So many intact records are remembered for one position; more than one means that records were inserted. */
const MAX_RIVALS = 8;

/** What a verifier needs to know of a chain before it reads the first record. */
export interface ChainToVerify {
  readonly chain: string;
  /** The stored head; `null` when the chain has none. */
  readonly head: ChainHead | null;
  /** Names of the chains in the same store: where a record that does not belong here may come from. */
  readonly knownChains?: readonly string[];
  readonly mismatchedColumns?: ColumnCheck;
  /** What is known besides the records: checkpoints, keys. */
  readonly evidence?: ChainEvidence;
}

/**
 * Verifies one chain, record by record; nothing is kept but the last link and what is counted in ranges. Feed `check`
 * (or `checkSound`) with every record of the chain in the order of positions (of one position: in the order of storing),
 * then call `finish`.
 *
 * One act of tampering is one fault wherever that can be told: what follows from a fault is not reported as another.
 * Faults come roughly in the order of positions; those that only the end of the chain decides (a missing beginning,
 * erasures, checkpoints) come last: `FaultList` puts them in order. The rules are in `docs/record-format.md`.
 */
export class ChainVerifier {
  private readonly chain: string;
  private readonly examiner: RecordExaminer;
  private readonly misplaced: MisplacedRun;
  private readonly seals: SealWatch;
  private readonly erasures: ErasureWatch;
  private readonly statements: StatementBook;
  private readonly roots: RootComparison;
  /** Hashes that the next record may continue; empty when the record before proves nothing. */
  private links: string[] = [GENESIS_HASH];
  private lastPosition = 0;
  /** The first position after the last one that nothing stands at. */
  private vacant = 1;
  /** How many positions after the last one misplaced records stand at, and the last of them. */
  private squatted = 0;
  private lastSquatted = 0;
  private lateStart: LateStart | undefined;
  private headRefuted = false;
  private records = 0;

  constructor(
    private readonly target: ChainToVerify,
    private readonly report: (fault: IntegrityFault) => void,
  ) {
    const { chain, head, knownChains = [], evidence } = target;
    const named = (fault: Omit<IntegrityFault, 'chain'>): void => this.fault(fault);
    this.chain = chain;
    this.examiner = new RecordExaminer(chain, knownChains);
    this.misplaced = new MisplacedRun(chain, report);
    this.seals = new SealWatch(named);
    this.erasures = new ErasureWatch(named);
    this.statements = new StatementBook({ chain, evidence, erasures: this.erasures, report: named });
    this.roots = new RootComparison(evidence);
    this.headRefuted = head !== null && !isHead(head);
  }

  /** Explanations of operators that stand in the chain; complete when `finish` was called. */
  get explanations(): readonly StatedExplanation[] {
    return this.statements.explanations;
  }

  check(record: StoredRecord): void {
    const { mismatchedColumns, evidence } = this.target;
    const candidate = new StoredCandidate(record, evidence?.sealKeys, mismatchedColumns);
    this.place(candidate, this.examiner.flawOf(record));
  }

  /**
   * The same for a record that `soundRecord` found nothing wrong with.
   *
   * @param whenHeld told when the record holds its place in the chain
   */
  checkSound(record: SoundRecord, whenHeld?: (record: SoundRecord) => void): void {
    this.place(new SoundCandidate(record, whenHeld), undefined);
  }

  /** Reports what only the end of the chain decides. No record can be checked after it. */
  finish(): ChainVerdict {
    const { chain, target, records, lastPosition } = this;
    const headHash = target.head?.position === lastPosition ? target.head.hash : undefined;
    this.leavePosition();
    this.statements.settle(this.genuineLink(headHash));
    this.misplaced.end();
    this.seals.end();
    this.roots.end(headHash);
    const pruned = this.checkBeginning();
    const explain: ExplainCheckpoint = (checkpoint) => explanationOfCheckpoint(checkpoint, this.explanations);
    const isExplained = (position: number): boolean => isDoubtExplained(position, this.explanations);
    this.roots.faults(explain, isExplained).forEach((fault) => this.fault(fault));
    this.erasures.finish();
    this.checkEnd(explain);
    return {
      chain,
      records,
      position: lastPosition,
      erased: this.erasures.count,
      ...(pruned !== undefined && { pruned }),
      checkpoints: this.roots.verdict,
      macs: this.seals.counts,
    };
  }

  private place(candidate: Candidate, flaw: RecordFlaw | undefined): void {
    this.records++;
    const { position } = candidate.seal;
    if (!Number.isSafeInteger(position)) {
      const message = 'the position of a record is no whole number';
      this.fault({ kind: 'malformed', position: this.vacant, message });
    } else if (flaw?.kind === 'misplaced') {
      this.noteMisplaced(position, flaw);
    } else if (position <= this.lastPosition) {
      this.checkRival(candidate, flaw);
    } else if (this.isBehindHead(position)) {
      const message = 'stands behind the head of the chain, which knows no such record';
      this.fault({ kind: 'inserted', position, message });
    } else {
      this.take(candidate, flaw);
    }
  }

  /** The record holds its position; everything that it says is checked. */
  private take(candidate: Candidate, flaw: Exclude<RecordFlaw, Misplacement> | undefined): void {
    const { position, hash, previousHash } = candidate.seal;
    this.leavePosition();
    this.statements.settle(this.genuineLink(position === this.lastPosition + 1 ? previousHash : undefined));
    this.checkGap(position, flaw === undefined ? previousHash : undefined);
    this.statements.pass(position, flaw === undefined ? { hash, previousHash } : undefined);
    this.roots.take(position, hash, previousHash, flaw === undefined);
    if (flaw === undefined) {
      this.checkContent(candidate, this.checkLink(candidate.seal));
    } else {
      this.fault({ kind: flaw.kind, position, message: flaw.message });
    }
    this.lastPosition = position;
    this.vacant = position + 1;
    this.squatted = 0;
    this.links = flaw === undefined ? [hash] : [];
  }

  private checkGap(position: number, previousHash: string | undefined): void {
    const { lastPosition, vacant } = this;
    const squattedBefore = this.lastSquatted === position ? this.squatted - 1 : this.squatted;
    const missing = position - lastPosition - 1 - squattedBefore;
    if (missing > 0 && lastPosition === 0) {
      // Whether the beginning was pruned is said further on in the chain.
      this.lateStart = { position, missing, vacant, previousHash };
    } else if (missing > 0) {
      this.fault(deletion(position, missing, vacant));
    }
    if (position > lastPosition + 1) {
      this.links = [];
    }
  }

  /** @returns whether the record continues the one before it, as far as is known */
  private checkLink({ position, previousHash }: Candidate['seal']): boolean {
    if (this.links.length === 0 || this.links.includes(previousHash)) {
      return true;
    }
    const message =
      'the record is intact, but continues another record than the one before it: ' +
      'one of the two was replaced, or the history from here on was';
    this.fault({ kind: 'forked', position, message });
    return false;
  }

  private checkContent(candidate: Candidate, isLinked: boolean): void {
    const { seal } = candidate;
    const { position, hash } = seal;
    const { event, erasedId, mac, faults } = candidate.content();
    faults.forEach((fault) => this.fault({ ...fault, position }));
    const downgradedAt = this.seals.add(seal, mac);
    if (erasedId !== undefined) {
      this.erasures.add(position, erasedId);
    }
    if (event !== undefined && mac !== 'wrong') {
      this.statements.propose({ position, hash, event, isForked: !isLinked, downgradedAt });
    }
  }

  /** A record that was sealed for another place holds none here, so the chain is checked as if it were not there. */
  private noteMisplaced(position: number, flaw: Misplacement): void {
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
  private checkRival(candidate: Candidate, flaw: RecordFlaw | undefined): void {
    const { position, hash } = candidate.seal;
    const isCandidate = position === this.lastPosition && flaw === undefined;
    // Where the record before it at this position is named as a fault already, this one is the one the chain is about.
    if (!isCandidate || this.links.length > 0) {
      this.fault({ kind: 'inserted', position, message: 'stands where the chain has no place for it' });
    }
    if (isCandidate && this.links.length < MAX_RIVALS) {
      // Which of them is the forged one is not known here; the next record and the head tell.
      this.links.push(hash);
      this.roots.addRival(hash);
      this.statements.pass(position, undefined);
      const event = candidate.rivalEvent();
      if (event !== undefined) {
        this.statements.propose({ position, hash, event, isForked: false });
      }
    }
  }

  /** Which of the records at the last position the chain goes on from. */
  private genuineLink(hint: string | undefined): string | undefined {
    const { links } = this;
    return links.length === 1 ? links[0] : links.find((hash) => hash === hint);
  }

  /** Called when no more records of the last position can come: only then all that stand there are known. */
  private leavePosition(): void {
    const { head } = this.target;
    if (head === null || this.headRefuted || head.position !== this.lastPosition || this.links.length === 0) {
      return;
    }
    if (!this.links.includes(head.hash)) {
      this.headRefuted = true;
      const message = `the hash of the head is not the hash of the record at ${head.position}`;
      this.fault({ kind: 'head', position: head.position, message });
    }
  }

  /** A head that stands before what a checkpoint covers was moved back: then it is the head that is wrong. */
  private isBehindHead(position: number): boolean {
    const { head } = this.target;
    const covered = this.roots.largest?.size ?? 0;
    return (
      head !== null && !this.headRefuted && position > head.position && covered <= head.position && this.headHolds(head)
    );
  }

  /** False when the head stands at the last position and names another hash: the head is wrong, not the records. */
  private headHolds(head: ChainHead): boolean {
    return head.position !== this.lastPosition || this.links.length === 0 || this.links.includes(head.hash);
  }

  private checkBeginning(): ChainVerdict['pruned'] {
    const { lateStart } = this;
    const { pruned, fault } = lateStart === undefined ? {} : judgeBeginning(lateStart, this.statements);
    if (fault !== undefined) {
      this.fault(fault);
    }
    return pruned;
  }

  private checkEnd(explain: ExplainCheckpoint): void {
    const { links, vacant, squatted } = this;
    const { head } = this.target;
    const end = { head, isHeadRefuted: this.headRefuted, last: this.lastPosition, links, vacant, squatted };
    endFaults({ ...end, missed: this.roots.missed, explain }).forEach((fault) => this.fault(fault));
  }

  private fault(fault: Omit<IntegrityFault, 'chain'>): void {
    this.misplaced.end();
    const { kind, ...rest } = fault;
    this.report({ kind, chain: this.chain, ...rest });
  }
}
