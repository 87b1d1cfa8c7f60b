import type { ChainHead } from '../../event/audit-record.js';
import type { KnownCheckpoint } from '../chain-evidence.js';
import type { IntegrityFault } from '../integrity-fault.js';
import { byExplanation, type ExplainCheckpoint } from './root-disagreement.js';

type Fault = Omit<IntegrityFault, 'chain'>;

/** Where a chain ends, as its records, its head and the checkpoints say. */
export interface ChainEnd {
  readonly head: ChainHead | null;
  /** Whether the hash of the head was refuted, and that was reported. */
  readonly isHeadRefuted: boolean;
  /** Position of the last record. */
  readonly last: number;
  /** Hashes that the next record could continue. */
  readonly links: readonly string[];
  /** The first position behind the last one that nothing stands at. */
  readonly vacant: number;
  /** How many positions behind the last one misplaced records stand at. */
  readonly squatted: number;
  /** Checkpoints that cover more records than there are, in the order of their sizes. */
  readonly missed: readonly KnownCheckpoint[];
  readonly explain: ExplainCheckpoint;
}

/** Whether a head holds values that a store writes. */
export function isHead(head: ChainHead): boolean {
  return Number.isSafeInteger(head.position) && head.position > 0 && typeof head.hash === 'string';
}

/** What is wrong with the end of a chain, when all its records were read. */
export function endFaults(end: ChainEnd): readonly Fault[] {
  const headFault = headFaultOf(end);
  // A head that is wrong does not say what is missing.
  const headEnd = headFault !== undefined || end.isHeadRefuted ? 0 : (end.head?.position ?? 0);
  return [...(headFault === undefined ? [] : [headFault]), ...truncations(end, headEnd)];
}

function headFaultOf({ head, isHeadRefuted, last, links }: ChainEnd): Fault | undefined {
  if (head === null) {
    return last > 0 ? { kind: 'head', position: last, message: 'the chain has records but no head' } : undefined;
  }
  if (!isHead(head)) {
    const message = 'the head is damaged: its position or hash is no value that was ever written';
    return { kind: 'head', position: last, message };
  }
  const { position, hash } = head;
  if (!isHeadRefuted && position < last) {
    const message = `the head was moved back: it names position ${position}, but a checkpoint covers records behind it`;
    return { kind: 'head', position, message };
  }
  if (!isHeadRefuted && position > last && last > 0 && links.includes(hash)) {
    return { kind: 'head', position, message: `the head names position ${position}, but the hash of record ${last}` };
  }
  return undefined;
}

/** What one explanation covers is one fault, as is what none covers. */
function truncations(end: ChainEnd, headEnd: number): readonly Fault[] {
  const groups = byExplanation(end.missed, end.explain).map(([explainedBy, group]) => ({
    explainedBy,
    largest: group.at(-1),
  }));
  const [unexplained] = groups.filter(({ explainedBy }) => explainedBy === undefined);
  const fault = truncation(end, headEnd, unexplained?.largest);
  const explained = groups.flatMap(({ explainedBy, largest }) => {
    const explainedFault = explainedBy === undefined ? undefined : truncation(end, 0, largest);
    return explainedBy === undefined || explainedFault === undefined ? [] : [{ ...explainedFault, explainedBy }];
  });
  return fault === undefined ? explained : [fault, ...explained];
}

function truncation(
  { last, vacant, squatted }: ChainEnd,
  headEnd: number,
  checkpoint: KnownCheckpoint | undefined,
): Fault | undefined {
  const checkpointEnd = checkpoint?.size ?? 0;
  const through = Math.max(headEnd, checkpointEnd);
  const missing = through - last - squatted;
  if (missing <= 0) {
    return undefined;
  }
  const witness =
    checkpointEnd > headEnd
      ? `the ${checkpoint?.source} checkpoint of size ${checkpointEnd} covers them`
      : `the head is at ${headEnd}`;
  const message = `${missing} record(s) missing at the end; ${witness}`;
  return { kind: 'truncated', position: vacant, ...(through > vacant && { through }), message };
}
