import * as crypto from 'node:crypto';
import { sha256Scheme } from '../../integrity/sha256.scheme.js';
import { PLANNED_COLUMNS } from './column-plan.js';
import { ColumnScanner } from './column-scanner.js';
import { NOWHERE } from './json-bytes.js';

/** A row as it is read to be checked quickly. */
export interface QuickRow {
  /** JSON array of {@link QUICK_COLUMNS}, as the database writes it. */
  readonly columns: string;
  readonly body: unknown;
  readonly personal: unknown;
}

const SEAL_COLUMNS: readonly string[] = [
  'sequence',
  'chain',
  'position',
  'previous_hash',
  'hash',
  'scheme',
  'mac',
  'salt',
];

/** Columns that are read as one JSON array, in this order. */
export const QUICK_COLUMNS: readonly string[] = SEAL_COLUMNS.concat(PLANNED_COLUMNS);

/** What a sound record is linked with. */
export interface QuickSeal {
  readonly sequence: number;
  readonly position: number;
  readonly hash: string;
}

/** Larger texts go to the exact check; copying them would not pay. */
const MAX_CHARACTERS = 64_000;
const SCRATCH_BYTES = MAX_CHARACTERS * 3 + 1024;
const SALT_BYTES = 16;
const HASH_HEX_BYTES = 64;
const REPLACEMENT = '\ufffd';
/** Only names that JSON writes as they are; every chain of this package has one. */
const QUICK_CHAIN = /^[A-Za-z0-9._:-]{1,64}$/;
const NIBBLES = nibbles();

/**
 * Says of most good records that they are good, at a fraction of what the exact check costs: one hash over the sealed
 * text, one over the personal part, one pass over both that compares them with the search columns. Nothing is parsed.
 *
 * It only ever says "good" or "not sure". Whoever gets the second answer asks the exact check.
 */
export class QuickCheck {
  /** `[prefix body suffix columns salt personal]`, one after another. */
  private readonly scratch = Buffer.alloc(SCRATCH_BYTES);
  private readonly scanner: ColumnScanner;
  private readonly bodyAt: number;
  private readonly isUsable: boolean;

  /** @param separator what the database writes between two items of a JSON array */
  constructor(
    private readonly chain: string,
    private readonly separator: ',' | ', ' = ',',
  ) {
    this.isUsable = QUICK_CHAIN.test(chain);
    this.bodyAt = this.isUsable ? this.scratch.write(`{"chain":"${chain}","event":`) : 0;
    this.scanner = new ColumnScanner(this.scratch, separator.length);
  }

  /**
   * @param position where the record is expected to stand
   * @param previousHash what it is expected to continue
   * @returns `undefined` when it is not sure that the record is good, and the one that is expected
   */
  check(row: QuickRow, position: number, previousHash: string): QuickSeal | undefined {
    const { body, personal, columns } = row;
    if (!this.isUsable || typeof body !== 'string' || (personal !== null && typeof personal !== 'string')) {
      return undefined;
    }
    if (
      body.length + columns.length + (personal?.length ?? 0) > MAX_CHARACTERS ||
      !isExactText(body) ||
      (personal !== null && !isExactText(personal))
    ) {
      return undefined;
    }
    const { scratch, bodyAt, separator } = this;
    const bodyEnd = bodyAt + scratch.write(body, bodyAt);
    const suffix = `,"position":${position},"previous":"${previousHash}","scheme":"${sha256Scheme.id}"}`;
    const columnsAt = bodyEnd + scratch.write(suffix, bodyEnd);
    const hash = crypto.hash('sha256', scratch.subarray(0, columnsAt), 'hex');

    const sequenceEnd = columns.indexOf(separator);
    const sequence = Number(columns.slice(1, sequenceEnd));
    const seal = sealList(separator, this.chain, position, previousHash, hash);
    if (!columns.startsWith(seal, sequenceEnd) || !Number.isSafeInteger(sequence)) {
      return undefined;
    }
    const columnsEnd = columnsAt + scratch.write(columns, columnsAt);
    const saltAt = columnsAt + sequenceEnd + seal.length;
    return this.checkContent({ bodyEnd, columnsEnd, saltAt }, personal) ? { sequence, position, hash } : undefined;
  }

  private checkContent(
    { bodyEnd, columnsEnd, saltAt }: Readonly<Record<'bodyEnd' | 'columnsEnd' | 'saltAt', number>>,
    personal: string | null,
  ): boolean {
    const { scratch, scanner, bodyAt, separator } = this;
    const hasSalt = scratch[saltAt] === 0x22;
    const saltLength = hasSalt ? SALT_BYTES * 2 + 2 : 'null'.length;
    if (scanner.scanEvent(bodyAt, saltAt + saltLength + separator.length) !== bodyEnd) {
      return false;
    }
    const { commitmentAt } = scanner;
    if (commitmentAt === NOWHERE || personal === null) {
      // An erased person is none of this check's business: others must look for the record that says so.
      return commitmentAt === NOWHERE && personal === null && !hasSalt && scanner.hasNoPersonalColumns();
    }
    const personalAt = columnsEnd + SALT_BYTES;
    const personalEnd = personalAt + scratch.write(personal, personalAt);
    if (!hasSalt || scratch[saltAt + saltLength - 1] !== 0x22 || !this.decodeSalt(saltAt + 1, columnsEnd)) {
      return false;
    }
    const commitment = crypto.hash('sha256', scratch.subarray(columnsEnd, personalEnd), 'hex');
    return (
      scratch.toString('latin1', commitmentAt, commitmentAt + HASH_HEX_BYTES + 1) === `${commitment}"` &&
      scanner.scanPersonal(personalAt) === personalEnd
    );
  }

  private decodeSalt(from: number, to: number): boolean {
    const { scratch } = this;
    for (let index = 0; index < SALT_BYTES; index++) {
      const high = NIBBLES[scratch[from + index * 2] ?? 0] ?? -1;
      const low = NIBBLES[scratch[from + index * 2 + 1] ?? 0] ?? -1;
      if (high < 0 || low < 0) {
        return false;
      }
      scratch[to + index] = high * 16 + low;
    }
    return true;
  }
}

/** Bytes that are no UTF-8 are read as U+FFFD, and must not pass for a U+FFFD that was sealed; nor may half a character. */
function isExactText(text: string): boolean {
  return !text.includes(REPLACEMENT) && text.isWellFormed();
}

/** The list of columns from behind the sequence up to the salt, of a sound record. */
function sealList(separator: string, chain: string, position: number, previousHash: string, hash: string): string {
  const [s, id] = [separator, sha256Scheme.id];
  return `${s}"${chain}"${s}${position}${s}"${previousHash}"${s}"${hash}"${s}"${id}"${s}null${s}`;
}

function nibbles(): Int8Array {
  const values = new Int8Array(256).fill(-1);
  Buffer.from('0123456789abcdef').forEach((digit, value) => {
    values[digit] = value;
  });
  return values;
}
