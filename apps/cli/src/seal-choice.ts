import type { AuditReader } from 'nestjs-audited';
import { InputError } from './input-error.js';

/**
 * The key that the next record is to be sealed with: that of the newest one. A record without a key behind keyed ones is a
 * fault, and so is the first unkeyed one behind a keyed one that a tool added.
 *
 * @param known ids of the keys that were given
 * @returns `undefined` where records are sealed without a key
 * @throws InputError when the key was not given
 */
export async function currentSealKey(
  reader: Pick<AuditReader, 'find'>,
  known: readonly string[],
): Promise<string | undefined> {
  const mac = await newestMac(reader);
  const id = mac?.slice(0, mac.indexOf(':'));
  if (id !== undefined && !known.includes(id)) {
    throw new InputError(
      `--seal-key is missing: records of this log are sealed with the key "${id}", and one without it would be a fault. ` +
        `Give --seal-key ${id}=<file>.`,
    );
  }
  return id;
}

async function newestMac(reader: Pick<AuditReader, 'find'>): Promise<string | undefined> {
  try {
    const { records } = await reader.find({ limit: 1 });
    return records[0]?.seal.mac;
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === 'AUDIT_RECORD_DAMAGED') {
      return undefined; // A log with a damaged end can still be explained.
    }
    throw error;
  }
}
