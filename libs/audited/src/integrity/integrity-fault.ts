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
 * - `scheme`: the seal names a scheme that this version does not know, or a weaker one than the records before it
 * - `mac`: the keyed seal was not made with the key that it names
 * - `erasure`: a personal part is gone, and no erasure record says so
 * - `checkpoint`: the records do not give the root that was signed: history before it was rewritten
 * - `signature`: a checkpoint or statement is not signed by a trusted key, or is one of another log
 * - `tree`: a stored tile disagrees with the records
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
  | 'mac'
  | 'erasure'
  | 'checkpoint'
  | 'signature'
  | 'tree'
  | 'malformed';

/** One fault, named exactly. */
export interface IntegrityFault {
  readonly kind: IntegrityFaultKind;
  readonly chain: string;
  /** Position where the fault shows; for `deleted` and `truncated` the first missing one. */
  readonly position: number;
  /** The last position that the fault is about; absent when it is `position` alone. */
  readonly through?: number;
  /** A sentence for the operator: what was expected, what was found. */
  readonly message: string;
  /** The record in which an operator explained this very fault (re-anchor). Absent: nobody did. */
  readonly explainedBy?: FaultExplanation;
}

/** Who explained a fault, and where. */
export interface FaultExplanation {
  /** Position of the `audit.reanchor` record. */
  readonly position: number;
  readonly cause: string;
  readonly at: string;
}

/** A prefix that retention removed, as the chain itself says. */
export interface PrunedPrefix {
  /** The last position that is gone. */
  readonly through: number;
  /** Position of the `audit.prune` record that says so. */
  readonly statedAt: number;
  readonly at: string;
  /** Who pruned: id of the actor, or its kind where it has none. */
  readonly by: string;
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
  /** Absent: the chain is there from its first record. */
  readonly pruned?: PrunedPrefix;
  /** Checkpoints that the records were compared with. */
  readonly checkpoints: CheckpointVerdict;
  /** Keyed seals: how many were checked, and how many could not be, because their key was not given. */
  readonly macs: { readonly checked: number; readonly unchecked: number };
}

/** What checkpoints prove about one chain. */
export interface CheckpointVerdict {
  /** How many agree with the records. */
  readonly agreed: number;
  /** How many could not be compared: what they cover is pruned or missing, and no stored tree fills the gap. */
  readonly beyond: number;
  /** Size of the largest that agrees; records after it are held by the chain alone. 0: none. */
  readonly coveredThrough: number;
  /** Whether their signatures were checked with a key that the caller trusts. */
  readonly isTrusted: boolean;
}

/**
 * `intact`: no fault. `explained`: there are faults, and an operator explained each of them in a sealed record; whether
 * that is the truth is for people to decide. `broken`: at least one fault that nobody explained.
 */
export type IntegrityState = 'intact' | 'explained' | 'broken';

/** The verdict on a store. */
export interface IntegrityReport {
  /** True exactly when `state` is `intact`. */
  readonly ok: boolean;
  readonly state: IntegrityState;
  readonly records: number;
  readonly chains: readonly ChainVerdict[];
  /** The first faults, in chain order; at most `maxFaults` of them. */
  readonly faults: readonly IntegrityFault[];
  /** How many faults there are in all. */
  readonly faultCount: number;
  readonly durationMs: number;
}
