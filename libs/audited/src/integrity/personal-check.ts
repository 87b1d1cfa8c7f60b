import type { PersonalPart, StoredRecord } from '../event/audit-record.js';
import { personalCommitment } from './personal-commitment.js';

/**
 * What stands beside a record: the part it was sealed with (`none` when it was sealed without one), nothing any more
 * because it was erased (fine), or something that was tampered with.
 */
export type PersonalVerdict =
  | { readonly state: 'none' | 'erased' }
  | { readonly state: 'intact'; readonly part: PersonalPart }
  | { readonly state: 'faulty'; readonly problem: string };

/**
 * Whether the personal part beside a record is the one it was sealed with.
 *
 * @param commitment what the sealed event holds; `undefined` when it was sealed without personal part
 */
export function checkPersonalPart(
  { personal, salt }: Pick<StoredRecord, 'personal' | 'salt'>,
  commitment: string | undefined,
): PersonalVerdict {
  if (commitment === undefined) {
    return personal === null && salt === null
      ? { state: 'none' }
      : faulty('a personal part stands beside a record that was sealed without one');
  }
  if (personal === null && salt === null) {
    return { state: 'erased' };
  }
  if (personal === null || salt === null) {
    return faulty('only one of personal part and salt is there');
  }
  if (!isText(personal) || !isText(salt)) {
    return faulty('the personal part or its salt is no text');
  }
  if (!/^[0-9a-f]{32}$/.test(salt)) {
    return faulty('the salt is not 32 hex digits');
  }
  if (personalCommitment(salt, personal) !== commitment) {
    return faulty('the personal part does not give the commitment that was sealed');
  }
  const part = parsedPart(personal);
  return part === undefined
    ? faulty('the personal part is not a JSON object, although it was sealed so')
    : { state: 'intact', part };
}

function faulty(problem: string): PersonalVerdict {
  return { state: 'faulty', problem };
}

/** A column holds what was put into it, whatever the types say. */
function isText(value: unknown): boolean {
  return typeof value === 'string' && value.isWellFormed();
}

function parsedPart(text: string): PersonalPart | undefined {
  try {
    const part: unknown = JSON.parse(text);
    return typeof part === 'object' && part !== null && !Array.isArray(part) ? (part as PersonalPart) : undefined;
  } catch {
    // Not JSON: the caller names it as a fault.
    return undefined;
  }
}
