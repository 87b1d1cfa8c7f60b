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
  /** Hashes of the records, at least one. */
  readonly hashes: readonly string[];
  /** Their sequences in the store; as many as there are hashes. */
  readonly sequences: readonly number[];
}

/** The records of a run, one by one. */
export function* recordsOf({ from, previousHash, hashes, sequences }: SoundRun): Generator<SoundRecord> {
  let previous = previousHash;
  for (const [index, hash] of hashes.entries()) {
    const seal = { position: from + index, previousHash: previous, hash, scheme: sha256Scheme.id };
    yield { seal, mac: 'none', sequence: sequences[index] ?? 0 };
    previous = hash;
  }
}
