import { ProofMalformedError } from '../../event/proof.error.js';
import { CompactRange } from './compact-range.js';
import { HASH_BYTES, nodeHash, type Hash } from './merkle-hash.js';
import { rangesProblem, sliceParts, type LeafRange, type SlicePart } from './slice-parts.js';

/**
 * The root that a tree of `size` leaves must have if the given ones stand at the given places. Streams: memory does not
 * grow with the number of leaves.
 *
 * A root does not fix the size of its tree: compare it with a checkpoint of exactly this `size`.
 *
 * @param ranges half-open ranges of leaf indexes, ascending, without overlap
 * @param leaves leaf hashes of exactly these, in order
 * @param nodes hashes of the subtrees between them, from left to right, as `TileTree.sliceProof` gives them
 * @throws ProofMalformedError when there are too few or too many of either, or one is no hash
 */
export async function sliceRoot(
  size: number,
  ranges: readonly LeafRange[],
  leaves: AsyncIterator<Hash>,
  nodes: AsyncIterator<Hash>,
): Promise<Hash> {
  const problem = Number.isSafeInteger(size) && size >= 0 ? rangesProblem(size, ranges) : 'it names no tree size';
  if (problem !== undefined) {
    throw new ProofMalformedError(problem);
  }
  const tree = CompactRange.empty();
  let edge: Hash | undefined;
  for (const part of sliceParts(size, ranges)) {
    if (part.isSelected) {
      for (let index = part.begin; index < part.end; index++) {
        tree.append(await nextHash(leaves, 'leaves'));
      }
    } else if (isComplete(part)) {
      tree.join(CompactRange.of(part.begin, part.end, [await nextHash(nodes, 'nodes')]));
    } else {
      // Only the right edge of the tree is not complete, so this is the last part.
      edge = await nextHash(nodes, 'nodes');
    }
  }
  await expectEnd(leaves, 'leaves');
  await expectEnd(nodes, 'nodes');
  return edge === undefined ? tree.root() : tree.hashes.reduceRight((right, left) => nodeHash(left, right), edge);
}

/** Parts begin where a subtree of their size may begin, so only the size says whether they are complete. */
function isComplete({ begin, end }: SlicePart): boolean {
  return Number.isInteger(Math.log2(end - begin)) && 2 ** Math.log2(end - begin) === end - begin;
}

async function nextHash(hashes: AsyncIterator<Hash>, what: string): Promise<Hash> {
  const { done, value } = await hashes.next();
  if (done === true) {
    throw new ProofMalformedError(`it has too few ${what}`);
  }
  if (!(value instanceof Uint8Array) || value.length !== HASH_BYTES) {
    throw new ProofMalformedError(`one of its ${what} is no hash of ${HASH_BYTES} bytes`);
  }
  return value;
}

async function expectEnd(hashes: AsyncIterator<Hash>, what: string): Promise<void> {
  const { done } = await hashes.next();
  if (done !== true) {
    throw new ProofMalformedError(`it has too many ${what}`);
  }
}
