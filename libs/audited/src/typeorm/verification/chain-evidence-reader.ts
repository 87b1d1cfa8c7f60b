import type { ChainEvidence } from '../../integrity/chain-evidence.js';
import type { IntegrityFault } from '../../integrity/integrity-fault.js';
import type { SealKeys } from '../../integrity/seal-keys.js';
import { originOf } from '../../integrity/notes/checkpoint.js';
import type { CheckpointReader, StoredCheckpoint, TreeStore } from '../../storage/tree-store.js';
import { judgeCheckpoints } from './known-checkpoints.js';
import type { StoredFrontiers } from './stored-frontiers.js';
import type { VerifySettings } from './verify-settings.js';

/** Where checkpoints and trees are read. */
export type EvidenceStore = CheckpointReader & Pick<TreeStore, 'tiles'>;

/** What evidence is made of. */
export interface EvidenceParts {
  readonly store: EvidenceStore;
  readonly settings: VerifySettings;
  readonly sealKeys: SealKeys | undefined;
  readonly report: (fault: IntegrityFault) => void;
}

const CHECKPOINTS_PER_READ = 5000;

/**
 * Gathers what is known about a chain besides its records: checkpoints, stored and given; keys; and the stored tree where
 * records are missing. Checkpoints that count for nothing are reported as faults.
 */
export async function chainEvidence(
  chain: string,
  frontiers: StoredFrontiers,
  { store, settings, sealKeys, report }: EvidenceParts,
): Promise<ChainEvidence> {
  const { ring, logName } = settings;
  const expected = logName === undefined ? undefined : originOf(logName, chain);
  const stored = await storedCheckpoints(chain, store);
  const given = settings.given.filter((checkpoint) => checkpoint.chain === chain);
  const { known, origin = expected, faults } = judgeCheckpoints({ chain, stored, given, ring, expected });
  faults.forEach(report);
  return {
    checkpoints: known,
    frontier: (size) => frontiers.get(size),
    isTrusted: ring !== undefined,
    ...(ring !== undefined && { ring }),
    ...(origin !== undefined && { origin }),
    ...(sealKeys !== undefined && { sealKeys }),
  };
}

/** All of them: each proves something about another part of the chain. */
async function storedCheckpoints(chain: string, store: EvidenceStore): Promise<readonly StoredCheckpoint[]> {
  if (!chain.isWellFormed()) {
    return [];
  }
  const found = new Map<string, StoredCheckpoint>();
  let maxSize: number | undefined;
  for (;;) {
    const query = { chain, limit: CHECKPOINTS_PER_READ, ...(maxSize !== undefined && { maxSize }) };
    const page = await store.checkpoints(query);
    const known = found.size;
    page.forEach((checkpoint) => found.set(`${checkpoint.size} ${checkpoint.root} ${checkpoint.note}`, checkpoint));
    const smallest = page.at(-1)?.size;
    if (page.length < CHECKPOINTS_PER_READ || smallest === undefined) {
      return [...found.values()];
    }
    // Several may have one size; when a whole page has, the others of that size say nothing more.
    maxSize = found.size > known ? smallest : smallest - 1;
  }
}
