import type { ChainId } from '../event/audit-record.js';
import { checkpointText, originOf } from '../integrity/notes/checkpoint.js';
import type { NoteSigner } from '../integrity/notes/note-signer.js';
import { signNote } from '../integrity/notes/signed-note.js';
import { HASH_BYTES } from '../integrity/tree/merkle-hash.js';
import { TreeGrowth } from '../integrity/tree/tree-growth.js';
import type { StoredCheckpoint, TreeStore } from '../storage/tree-store.js';

const HASHES_AT_A_TIME = 4096;

/** Grows the tree of a chain to its last record, without signing. @returns size and root */
export async function grownTree(store: TreeStore, chain: ChainId): Promise<{ size: number; root: Uint8Array }> {
  const growth = await TreeGrowth.load(0, () => Promise.resolve([]));
  for (;;) {
    const hashes = await store.recordHashes(chain, growth.size + 1, HASHES_AT_A_TIME);
    for (let at = 0; at < hashes.length; at += HASH_BYTES) {
      growth.append(hashes.subarray(at, at + HASH_BYTES));
    }
    if (hashes.length === 0) {
      break;
    }
  }
  await store.save(chain, growth.takeChangedTiles());
  return { size: growth.size, root: growth.root() };
}

/** Grows the tree of a chain that was never pruned and stores a signed checkpoint of it. */
export async function aStoredCheckpoint(
  store: TreeStore,
  chain: ChainId,
  { signers, logName, time }: { signers: readonly NoteSigner[]; logName: string; time: string },
): Promise<StoredCheckpoint> {
  const { size, root } = await grownTree(store, chain);
  const origin = originOf(logName, chain);
  const note = await signNote(checkpointText({ origin, size, root, time }), origin, signers);
  const stored = { chain, size, root: Buffer.from(root).toString('hex'), signedAt: time, note };
  await store.save(chain, [], stored);
  return stored;
}
