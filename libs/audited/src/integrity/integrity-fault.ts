/**
 * What is wrong with a chain.
 *
 * - `edited`: the record's content does not give its hash
 * - `column`: a search column says something else than the sealed content
 * - `personal`: the personal part does not match its commitment
 * - `deleted`: one or more positions are missing
 * - `inserted`: a record stands where the chain has no place for it
 * - `reordered`: an intact record stands at another position than it was sealed for
 * - `forked`: an intact record continues another history than the one before it
 * - `truncated`: the end of the chain is missing: the head knows more records
 * - `head`: the head does not match the last record
 * - `scheme`: the seal names a scheme that this version does not know
 * - `malformed`: the row is no record: the content is not canonical JSON, or a field is missing
 */
export type IntegrityFaultKind =
  | 'edited'
  | 'column'
  | 'personal'
  | 'deleted'
  | 'inserted'
  | 'reordered'
  | 'forked'
  | 'truncated'
  | 'head'
  | 'scheme'
  | 'malformed';

/** One fault, named exactly. */
export interface IntegrityFault {
  readonly kind: IntegrityFaultKind;
  readonly chain: string;
  /** Position where the fault shows; for `deleted` and `truncated` the first missing one. */
  readonly position: number;
  /** A sentence for the operator: what was expected, what was found. */
  readonly message: string;
}

/** The verdict on one chain. */
export interface ChainVerdict {
  readonly chain: string;
  /** How many records were read. */
  readonly records: number;
  /** Position of the last record read; 0 for an empty chain. */
  readonly position: number;
  /** How many records lost their personal part to an erasure; that is no fault. */
  readonly erased: number;
}

/** The verdict on a store. */
export interface IntegrityReport {
  readonly ok: boolean;
  readonly records: number;
  readonly chains: readonly ChainVerdict[];
  /** The first faults, in chain order; at most `maxFaults` of them. */
  readonly faults: readonly IntegrityFault[];
  /** How many faults there are in all. */
  readonly faultCount: number;
  readonly durationMs: number;
}
