import type { AuditEvent } from '../../event/audit-event.js';
import type { ChainEvidence } from '../chain-evidence.js';
import { explanationOf, type StatedExplanation } from '../fault-explanations.js';
import type { IntegrityFault, PrunedPrefix } from '../integrity-fault.js';
import { originOf } from '../notes/checkpoint.js';
import { STATEMENT_TYPES, type CustodyStatement, type PruneStatement } from '../notes/custody-statement.js';
import { checkStatement, readStatement } from '../notes/statement-note.js';
import { parseRanges } from '../position-ranges.js';
import type { ErasureWatch } from './erasure-watch.js';
import { RecentHashes } from './recent-hashes.js';

/** A prune that was accepted. */
export interface StatedPrune extends Omit<PrunedPrefix, 'through'> {
  readonly statement: PruneStatement;
}

/** A record that may carry a statement. */
export interface Witness {
  readonly position: number;
  readonly hash: string;
  readonly event: AuditEvent;
  /** Whether it continues another record than the one before it: then only a re-anchor may speak. */
  readonly isForked: boolean;
  /** The position from which on seals are weaker: the same, until that is explained. */
  readonly downgradedAt?: number | undefined;
}

/** What a statement book needs. */
export interface StatementBookParts {
  readonly chain: string;
  readonly evidence: Pick<ChainEvidence, 'ring' | 'origin'> | undefined;
  readonly erasures: ErasureWatch;
  readonly report: (fault: Omit<IntegrityFault, 'chain'>) => void;
}

/**
 * Collects the statements of custody that stand in a chain, as far as they may be believed. A statement speaks only about
 * positions before its own, and only when its record is the one the chain goes on from.
 */
export class StatementBook {
  readonly explanations: StatedExplanation[] = [];
  /** Prunes by the last position that each removes; of several the first. */
  private readonly prunes = new Map<number, StatedPrune>();
  private readonly recent = new RecentHashes();
  private lastPosition = 0;
  /** Statements at the last position: which record there is genuine is not known before the next one. */
  private pending: Witness[] = [];

  constructor(private readonly parts: StatementBookParts) {}

  /**
   * A record takes its place, in the order of positions.
   *
   * @param links `undefined` when it is broken, or one of several
   */
  pass(position: number, links: { readonly hash: string; readonly previousHash: string } | undefined): void {
    if (position > this.lastPosition + 1) {
      // What is missing before it is known from it alone.
      this.recent.note(position - 1, links?.previousHash);
    } else if (links !== undefined && links.previousHash !== this.recent.hashAt(position - 1)) {
      // A fork is named. Whoever repairs it goes on from a head that contradicts the record.
      this.recent.note(position - 1, undefined);
    }
    this.recent.note(position, links?.hash);
    this.lastPosition = position;
  }

  /** Takes note of a record that is intact. */
  propose(witness: Witness): void {
    if (mayCarryStatement(witness.event)) {
      this.pending.push(witness);
    }
  }

  /**
   * The last position is done with.
   *
   * @param hash of the record that is genuine; `undefined` when nobody can tell
   */
  settle(hash: string | undefined): void {
    if (this.pending.length === 0) {
      return;
    }
    const { pending } = this;
    this.pending = [];
    pending.filter((witness) => witness.hash === hash).forEach((witness) => this.accept(witness));
  }

  /** The prune that explains why a chain starts behind a position: the one that removed the fewest. */
  pruneOf(position: number): StatedPrune | undefined {
    const through = [...this.prunes.keys()].filter((last) => last >= position).sort((a, b) => a - b)[0];
    return through === undefined ? undefined : this.prunes.get(through);
  }

  private accept(witness: Witness): void {
    const { evidence, chain } = this.parts;
    const details = readStatement(witness.event);
    if (details === undefined) {
      return;
    }
    const { statement } = details;
    const problem =
      misdirection(statement, chain, evidence?.origin) ??
      this.displacement(statement, witness) ??
      checkStatement(details, evidence?.ring, evidence?.origin);
    if (problem !== 'accepted') {
      const message = `${problem} So it counts for nothing.`;
      this.parts.report({ kind: 'signature', position: witness.position, message });
    } else if (statement.kind === 'reanchor' || !this.isDoubtful(witness)) {
      this.keep(statement, witness);
    }
  }

  /** A genuine statement that was made elsewhere: in a history that was lost since, or earlier, and copied to here. */
  private displacement({ kind, after }: CustodyStatement, { position }: Witness): string | undefined {
    return after === undefined || this.recent.mayFollow(position, after)
      ? undefined
      : `The ${kind} statement was made for another place: behind position ${after.position} of another history.`;
  }

  private isDoubtful({ isForked, downgradedAt }: Witness): boolean {
    const isDowngrade =
      downgradedAt !== undefined &&
      explanationOf({ kind: 'scheme', position: downgradedAt }, this.explanations) === undefined;
    return isForked || isDowngrade;
  }

  private keep(statement: CustodyStatement, { position, event }: Witness): void {
    // A copy further on says no more than the statement did where it was made.
    const reach = Math.min(position, (statement.after?.position ?? Infinity) + 1);
    if (statement.kind === 'erasure') {
      this.parts.erasures.state(parseRanges(statement.positions), statement.events ?? [], reach);
    } else if (statement.kind === 'reanchor') {
      this.explanations.push({ position, reach, cause: statement.cause, at: statement.at, faults: statement.faults });
    } else if (statement.through < reach && !this.prunes.has(statement.through)) {
      this.prunes.set(statement.through, { statement, statedAt: position, at: statement.at, by: nameOf(event.actor) });
    }
  }
}

/** Whether the type of an event is one whose records carry statements. Nobody checked the types of what was sealed. */
export function mayCarryStatement({ type }: AuditEvent): boolean {
  return typeof type === 'string' && Object.hasOwn(STATEMENT_TYPES, type);
}

function nameOf({ id, kind }: AuditEvent['actor']): string {
  return [id, kind].find((name) => typeof name === 'string') ?? 'unknown';
}

/** A statement that is about something else than the chain it stands in. */
function misdirection(statement: CustodyStatement, chain: string, expected: string | undefined): string | undefined {
  const { kind, origin } = statement;
  if (statement.chain !== chain) {
    return `The ${kind} statement is about another chain: ${JSON.stringify(statement.chain)}.`;
  }
  const isOfLog = expected === undefined ? origin?.endsWith(originOf('', chain)) : origin === expected;
  return origin === undefined || isOfLog === true
    ? undefined
    : `The ${kind} statement is one of another log: ${JSON.stringify(origin)}.`;
}
