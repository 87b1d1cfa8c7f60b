import type { AuditSeal, StoredRecord } from '../../event/audit-record.js';
import { INTEGRITY_SCHEMES } from '../integrity-schemes.js';
import { checkMac, type MacVerdict } from '../mac-check.js';
import type { SealKeys } from '../seal-keys.js';
import { contentOf, type ColumnCheck } from './record-content.js';
import { damagedField } from './record-flaw.js';
import { mayCarryStatement } from './statement-book.js';

/**
 * What is left of a record when nothing is wrong with it by itself: what its place in the chain is checked with. Plain
 * values, so that the work of finding out can be done in another thread, in any order.
 */
export interface SoundRecord {
  readonly seal: Pick<AuditSeal, 'position' | 'previousHash' | 'hash' | 'scheme'>;
  readonly mac: Exclude<MacVerdict, 'wrong'>;
  /** Id of the event, when its personal part is gone. */
  readonly erasedId?: string;
  /** The order of storing, in stores that have one; whoever looks at it is told by `checkSound`. */
  readonly sequence?: number;
}

/** What a record is examined with. */
export interface SoundnessParts {
  readonly chain: string;
  readonly mismatchedColumns?: ColumnCheck;
  readonly sealKeys?: SealKeys;
}

/**
 * Examines one record by itself.
 *
 * @returns `undefined` when the verifier must see the record itself: something is wrong with it, or it carries a
 *   statement about others
 */
export function soundRecord(record: StoredRecord, parts: SoundnessParts): SoundRecord | undefined {
  const { seal, body } = record;
  if (damagedField(record) !== undefined || seal.chain !== parts.chain) {
    return undefined;
  }
  if (INTEGRITY_SCHEMES.get(seal.scheme)?.hash(seal, body) !== seal.hash) {
    return undefined;
  }
  const mac = checkMac(record, parts.sealKeys);
  if (mac === 'wrong') {
    return undefined;
  }
  const { event, erasedId, faults } = contentOf(record, parts.mismatchedColumns);
  if (event === undefined || faults.length > 0 || mayCarryStatement(event)) {
    return undefined;
  }
  const { position, previousHash, hash, scheme } = seal;
  return {
    seal: { position, previousHash, hash, scheme },
    mac,
    ...(erasedId !== undefined && { erasedId }),
  };
}
