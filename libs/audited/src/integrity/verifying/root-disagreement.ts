import type { KnownCheckpoint } from '../chain-evidence.js';
import type { FaultExplanation, IntegrityFault } from '../integrity-fault.js';

/** A checkpoint whose root is not that of the records. */
export interface Disagreement {
  readonly checkpoint: KnownCheckpoint;
  /** Size of the last checkpoint before it that agrees; 0: none. */
  readonly agreedThrough: number;
  /** A position behind that one whose hash is doubtful, because of a fault that is named. */
  readonly doubt?: number;
}

/** Who explained that a checkpoint does not fit, if anybody did. */
export type ExplainCheckpoint = (checkpoint: KnownCheckpoint) => FaultExplanation | undefined;

/**
 * Checkpoints by what explains them (the position of the statement; `undefined`: nothing), as whoever rewrites a record
 * changes every root after it, and that is one fault.
 *
 * @param found in the order of their sizes
 */
export function byExplanation<Found>(
  found: readonly Found[],
  explanationOf: (found: Found) => FaultExplanation | undefined,
): readonly (readonly [FaultExplanation | undefined, readonly [Found, ...Found[]]])[] {
  const groups = new Map<number | undefined, [FaultExplanation | undefined, [Found, ...Found[]]]>();
  for (const one of found) {
    const explanation = explanationOf(one);
    const group = groups.get(explanation?.position);
    if (group === undefined) {
      groups.set(explanation?.position, [explanation, [one]]);
    } else {
      group[1].push(one);
    }
  }
  return [...groups.values()];
}

/** The faults for checkpoints whose root the records do not give. */
export function disagreements(
  found: readonly Disagreement[],
  explain: ExplainCheckpoint,
): readonly Omit<IntegrityFault, 'chain'>[] {
  return byExplanation(found, ({ checkpoint }) => explain(checkpoint)).map(([explainedBy, group]) => ({
    ...faultOf(group),
    ...(explainedBy !== undefined && { explainedBy }),
  }));
}

function faultOf(group: readonly [Disagreement, ...Disagreement[]]): Omit<IntegrityFault, 'chain'> {
  const [{ checkpoint, agreedThrough }] = group;
  const { size, source } = checkpoint;
  const lastSize = group.at(-1)?.checkpoint.size ?? size;
  const since = agreedThrough > 0 ? `behind position ${agreedThrough}, where a checkpoint agrees, and ` : '';
  const further = group.length > 1 ? `; ${group.length - 1} more checkpoint(s) disagree, up to size ${lastSize}` : '';
  const message =
    `the records up to position ${size} do not give the root of the ${source} checkpoint of size ${size}: ` +
    `the history ${since}at or before ${size} was rewritten${further}`;
  return { kind: 'checkpoint', position: size, ...(lastSize > size && { through: lastSize }), message };
}
