import type { StoredRecord } from '../event/audit-record.js';
import { personalCommitment } from './personal-commitment.js';

/**
 * Whether the personal part beside a record is the one it was sealed with.
 *
 * @param commitment what the sealed event holds; `undefined` when it was sealed without personal part
 * @returns `ok`, `erased` (part and salt are both gone: fine), or a sentence that says what is wrong
 */
export function checkPersonalPart(
  { personal, salt }: Pick<StoredRecord, 'personal' | 'salt'>,
  commitment: string | undefined,
): string {
  if (commitment === undefined) {
    return personal === null && salt === null
      ? 'ok'
      : 'a personal part stands beside a record that was sealed without one';
  }
  if (personal === null && salt === null) {
    return 'erased';
  }
  if (personal === null || salt === null) {
    return 'only one of personal part and salt is there';
  }
  if (!/^[0-9a-f]{32}$/.test(salt)) {
    return 'the salt is not 32 hex digits';
  }
  return personalCommitment(salt, personal) === commitment
    ? 'ok'
    : 'the personal part does not give the commitment that was sealed';
}
