import { EMPTY_ROOT, equalHashes, HASH_BYTES, nodeHash, type Hash } from './merkle-hash.js';

/** A leaf, and the hashes that lead from it to the root: lowest first (RFC 6962 section 2.1.1). */
export interface InclusionProof {
  /** Of the leaf, from 0: the position of the record less 1. */
  readonly index: number;
  /** Leaves of the tree. */
  readonly size: number;
  /** Leaf hash, not the entry. */
  readonly leaf: Hash;
  readonly proof: readonly Hash[];
}

/** Two sizes of one tree, and the hashes that show that the larger continues the smaller (RFC 6962 section 2.1.2). */
export interface ConsistencyProof {
  readonly fromSize: number;
  readonly toSize: number;
  readonly fromRoot: Hash;
  readonly toRoot: Hash;
  readonly proof: readonly Hash[];
}

/**
 * The root that a tree must have for the proof to be right (RFC 9162 section 2.1.3.2, which verifies RFC 6962's proofs).
 *
 * A root does not fix the size of its tree: compare it with a checkpoint of exactly this `size`, never with a root alone.
 *
 * @returns `undefined` when index, size and number of hashes do not fit together
 */
export function inclusionRoot({ index, size, leaf, proof }: InclusionProof): Hash | undefined {
  if (!isSize(size) || !isSize(index) || index >= size || !areHashes([leaf, ...proof])) {
    return undefined;
  }
  let [node, last, hash] = [index, size - 1, leaf];
  for (const sibling of proof) {
    if (last === 0) {
      return undefined;
    }
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sibling, hash);
      // A node at the right edge has no sibling at the levels where the tree is not that wide.
      while (node % 2 === 0 && node !== 0) {
        node /= 2;
        last = Math.floor(last / 2);
      }
    } else {
      hash = nodeHash(hash, sibling);
    }
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 ? hash : undefined;
}

/** Whether the leaf stands at its index in the tree of this size and root. False for malformed proofs; never throws. */
export function verifyInclusion({ root, ...proof }: InclusionProof & { readonly root: Hash }): boolean {
  const computed = inclusionRoot(proof);
  return computed !== undefined && equalHashes(computed, root);
}

/**
 * Whether the tree of `toSize` begins with the leaves of the tree of `fromSize` (RFC 9162 section 2.1.4.2). Every tree
 * continues the empty one; for it, and for equal sizes, the proof is empty. False for malformed proofs; never throws.
 */
export function verifyConsistency({ fromSize, toSize, fromRoot, toRoot, proof }: ConsistencyProof): boolean {
  if (!isSize(fromSize) || !isSize(toSize) || fromSize > toSize || !areHashes([fromRoot, toRoot, ...proof])) {
    return false;
  }
  if (fromSize === 0 || fromSize === toSize) {
    const expected = fromSize === 0 ? EMPTY_ROOT : toRoot;
    const isEmptyTree = toSize === 0;
    return proof.length === 0 && equalHashes(fromRoot, expected) && (!isEmptyTree || equalHashes(toRoot, EMPTY_ROOT));
  }
  return foldConsistency(fromSize, toSize, fromRoot, toRoot, proof);
}

function foldConsistency(
  fromSize: number,
  toSize: number,
  fromRoot: Hash,
  toRoot: Hash,
  proof: readonly Hash[],
): boolean {
  let [node, last] = [fromSize - 1, toSize - 1];
  while (node % 2 === 1) {
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  // A smaller tree that is complete is a node of the larger one itself, and is not repeated in the proof.
  const [start, ...siblings] = node === 0 ? [fromRoot, ...proof] : proof;
  if (start === undefined) {
    return false;
  }
  let [smaller, larger] = [start, start];
  for (const sibling of siblings) {
    if (last === 0) {
      return false;
    }
    if (node % 2 === 1 || node === last) {
      smaller = nodeHash(sibling, smaller);
      larger = nodeHash(sibling, larger);
      while (node % 2 === 0 && node !== 0) {
        node /= 2;
        last = Math.floor(last / 2);
      }
    } else {
      larger = nodeHash(larger, sibling);
    }
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && equalHashes(smaller, fromRoot) && equalHashes(larger, toRoot);
}

function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function areHashes(values: readonly Hash[]): boolean {
  return values.every((value) => value.length === HASH_BYTES);
}
