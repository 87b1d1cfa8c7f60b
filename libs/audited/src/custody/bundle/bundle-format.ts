import type { ChainId } from '../../event/audit-record.js';

/** What this version writes, and the only thing it reads. Specified in `docs/bundle-format.md`. */
export const BUNDLE_FORMAT = 'audited-bundle/1';
/** Second line of the note that signs a manifest. */
export const MANIFEST_NOTE_KIND = 'audited/bundle/v1';

/** What the bundle holds, and the digests of its files. */
export const MANIFEST_FILE = 'manifest.json';
/** The signature over the manifest; only in signed bundles. */
export const MANIFEST_NOTE_FILE = 'manifest.note';
/** The records, a line each. */
export const RECORDS_FILE = 'records.jsonl.gz';
/** Their personal parts; outside the digests, so that a person can be erased. */
export const PERSONAL_FILE = 'personal.jsonl.gz';
/** Public keys, as C2SP verifier keys; only in signed bundles. Nobody should trust them because they are here. */
export const KEYS_FILE = 'keys.txt';
/** Folder of the slice proofs. */
export const PROOFS_FOLDER = 'proofs';
/** Folder of the checkpoints that the proofs lead to. */
export const CHECKPOINTS_FOLDER = 'checkpoints';

/** Added to the name of what is still being written. */
export const PARTIAL_SUFFIX = '.partial';

/** Longest line of a bundle, in bytes. Redaction keeps events far below. */
export const MAX_LINE_BYTES = 32 * 1024 * 1024;
/** Largest manifest; the runs of positions of a tenant that is everywhere take 8 to 20 bytes each. */
export const MAX_MANIFEST_BYTES = 128 * 1024 * 1024;
/** Largest note, and largest file of keys. */
export const MAX_NOTE_BYTES = 1024 * 1024;

/** File of the nodes that prove the records of a chain. */
export function proofFile(chain: ChainId): string {
  return `${PROOFS_FOLDER}/${chainFileName(chain)}.nodes`;
}

/** File of the signed checkpoint of a chain. */
export function checkpointFile(chain: ChainId): string {
  return `${CHECKPOINTS_FOLDER}/${chainFileName(chain)}.txt`;
}

/**
 * Two chains never share a name, not even where case does not count, and none leads out of the folder: everything but
 * `a-z 0-9 _ -` is written as `%` and two hex digits.
 */
function chainFileName(chain: ChainId): string {
  return chain.replace(/[^a-z0-9_-]/g, (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
