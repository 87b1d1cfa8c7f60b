import type { AuditDraft } from '../../event/audit-draft.js';
import type { JsonObject } from '../../event/json-value.js';
import type { StoredCheckpoint } from '../../storage/tree-store.js';

/** Type of the records that checkpoints leave in the chain. */
export const CHECKPOINT_TYPE = 'audit.checkpoint';
/** Type of the record that says that other keys sign from now on. */
export const CONFIG_TYPE = 'audit.config_changed';
/** Member of `details` by which a change of keys is told from other changes of the configuration. */
export const KEY_CHANGE = 'checkpointKeys';

/** What a record says, and the facts in it that are kept to the letter. */
export interface DraftWithFacts {
  readonly draft: AuditDraft;
  readonly facts: JsonObject;
}

const SYSTEM = { kind: 'system' } as const;

/** The record of a checkpoint: with its note, so that every destination of the log becomes a witness. */
export function signedDraft(origin: string, { chain, size, root, signedAt, note }: StoredCheckpoint): DraftWithFacts {
  return {
    draft: {
      type: CHECKPOINT_TYPE,
      outcome: 'success',
      actor: SYSTEM,
      action: `Signed a checkpoint over ${size} records of chain ${chain}`,
      resource: { type: 'audit.chain', id: chain },
    },
    facts: { origin, size, root, time: signedAt, note },
  };
}

/** The record of a refusal: nothing was signed, because the log is not what was signed before. */
export function refusedDraft(
  origin: string,
  chain: string,
  signedSize: number | undefined,
  error: Error,
): DraftWithFacts {
  return {
    draft: {
      type: CHECKPOINT_TYPE,
      outcome: 'failure',
      actor: SYSTEM,
      action: `Refused to sign a checkpoint over chain ${chain}`,
      resource: { type: 'audit.chain', id: chain },
      error,
    },
    facts: signedSize === undefined ? { origin } : { origin, signedSize },
  };
}

/** The record of a change of keys, by their ids in this chain. */
export function keyChangeDraft(
  origin: string,
  chain: string,
  before: readonly string[],
  after: readonly string[],
): DraftWithFacts {
  return {
    draft: {
      type: CONFIG_TYPE,
      outcome: 'success',
      actor: SYSTEM,
      action: `Other keys sign the checkpoints of chain ${chain}`,
      resource: { type: 'audit.chain', id: chain },
    },
    facts: { [KEY_CHANGE]: { origin, before: [...before], after: [...after] } },
  };
}
