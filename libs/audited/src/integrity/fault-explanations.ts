import type { KnownCheckpoint } from './chain-evidence.js';
import type { FaultExplanation, IntegrityFault, IntegrityFaultKind } from './integrity-fault.js';
import type { ReanchorStatement } from './notes/custody-statement.js';
import type { PositionSpan } from './position-ranges.js';

/** A re-anchor that was accepted while a chain was read. Plain values: it may come from another thread. */
export interface StatedExplanation extends FaultExplanation {
  /** The first position that the statement says nothing about: its own, or that after the end it was made at. */
  readonly reach: number;
  /** The faults that the operator explained, as the statement lists them. */
  readonly faults: ReanchorStatement['faults'];
}

/** What a fault is about. */
export type FaultPlace = Pick<IntegrityFault, 'kind' | 'position' | 'through'>;

/**
 * Says who explained a fault. Faults that a checkpoint shows (`checkpoint`, `truncated`) come with their explanation from
 * the verifier, which knows the checkpoint; see {@link explanationOfCheckpoint}.
 *
 * @returns the first explanation that covers the whole fault, or `undefined`
 */
export function explanationOf(
  { kind, position, through = position }: FaultPlace,
  explanations: readonly StatedExplanation[],
): FaultExplanation | undefined {
  const stated = explanations.find((explanation) =>
    explainedSpans(kind, [explanation]).some(([from, to]) => from <= position && through <= to),
  );
  return stated === undefined ? undefined : withoutFaults(stated);
}

/**
 * Says who explained that the records do not give the root of a checkpoint, or end before it: somebody who did so after
 * it was signed. What was signed later must agree, or an explanation would hide whatever is done after it.
 */
export function explanationOfCheckpoint(
  { size, signedAt }: Pick<KnownCheckpoint, 'size' | 'signedAt'>,
  explanations: readonly StatedExplanation[],
): FaultExplanation | undefined {
  const stated = explanations.find(({ reach, at, faults }) =>
    faults.some(
      ({ kind, from, through }) =>
        CHECKPOINT_KINDS.has(kind) && from <= reach && from <= size && size <= through && isLater(at, signedAt),
    ),
  );
  return stated === undefined ? undefined : withoutFaults(stated);
}

/** Kinds that leave it open which hash a position had. */
const DOUBTFUL_KINDS: readonly IntegrityFaultKind[] = ['edited', 'malformed', 'scheme', 'inserted', 'head'];

/** Whether somebody explained a fault because of which the hash of the record at a position is doubtful. */
export function isDoubtExplained(position: number, explanations: readonly StatedExplanation[]): boolean {
  const places = DOUBTFUL_KINDS.map((kind): FaultPlace => ({ kind, position }));
  return [...places, { kind: 'forked', position: position + 1 } as const].some(
    (place) => explanationOf(place, explanations) !== undefined,
  );
}

/** Positions at which faults of a kind are explained; in no order. */
export function explainedSpans(
  kind: IntegrityFaultKind,
  explanations: readonly StatedExplanation[],
): readonly PositionSpan[] {
  return explanations.flatMap(({ reach, faults }) =>
    faults.flatMap((entry) => {
      const span = spanOf(kind, entry, reach);
      return span === undefined || span[0] > span[1] ? [] : [span];
    }),
  );
}

/** An end that was lost shows in the checkpoints that covered it, and in those of its positions that are given again. */
const CHECKPOINT_KINDS: ReadonlySet<IntegrityFaultKind> = new Set(['checkpoint', 'truncated']);

function spanOf(
  kind: IntegrityFaultKind,
  entry: StatedExplanation['faults'][number],
  statedAt: number,
): PositionSpan | undefined {
  if (CHECKPOINT_KINDS.has(kind)) {
    return undefined;
  }
  if (entry.kind === 'head' && kind === 'forked') {
    // The store continues what the head says: a head that was wrong makes the next record a fork.
    return entry.through < statedAt ? [entry.through + 1, entry.through + 1] : undefined;
  }
  if (entry.kind === 'truncated' && kind === 'deleted') {
    // The store goes on behind the head: an end that was lost without it becomes a gap before the statement.
    return entry.through < statedAt ? [entry.from, entry.through] : undefined;
  }
  // Nobody explains what has not happened yet.
  return entry.kind === kind ? [entry.from, Math.min(entry.through, statedAt - 1)] : undefined;
}

/** A time that cannot be read is later than none. */
function isLater(at: string, signedAt: string | undefined): boolean {
  return signedAt !== undefined && Date.parse(at) >= Date.parse(signedAt);
}

function withoutFaults({ position, cause, at }: StatedExplanation): FaultExplanation {
  return { position, cause, at };
}
