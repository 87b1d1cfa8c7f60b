import { sha256Scheme } from '../sha256.scheme.js';
import type { SoundRecord } from './sound-record.js';

/**
 * Sound records at consecutive positions, each continuing the one before it, sealed without a key and with nothing
 * erased: what almost all of a log consists of. Plain values, as they come from another thread.
 */
export interface SoundRun {
  /** Position of the first record. */
  readonly from: number;
  /** What the first record continues. */
  readonly previousHash: string;
  /** How many records there are; at least one. */
  readonly count: number;
  /** Their hashes, one after another: one long text crosses threads faster than many. */
  readonly hashes: string;
  /** Their sequences in the store. */
  readonly sequences: Float64Array;
}

/** Hex digits of a hash. */
const HASH_LENGTH = 64;

/** The records of a run, one by one. */
export function* recordsOf({ from, previousHash, count, hashes, sequences }: SoundRun): Generator<SoundRecord> {
  let previous = previousHash;
  for (let index = 0; index < count; index++) {
    const hash = hashes.slice(index * HASH_LENGTH, (index + 1) * HASH_LENGTH);
    const seal = { position: from + index, previousHash: previous, hash, scheme: sha256Scheme.id };
    yield { seal, mac: 'none', sequence: sequences[index] ?? 0 };
    previous = hash;
  }
}
