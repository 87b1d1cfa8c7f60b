import type { StoredRecord } from '../../event/audit-record.js';
import type { SealKeys } from '../../integrity/seal-keys.js';
import { soundRecord, type SoundRecord } from '../../integrity/verifying/sound-record.js';
import type { SoundRun } from '../../integrity/verifying/sound-run.js';
import type { AuditRecordRow } from '../audit-record.entity.js';
import { storedRecord } from '../server/record-row.js';
import { mismatchedColumns, type ColumnText } from './column-check.js';
import { QuickCheck, type QuickRow } from './quick-check.js';

/** What is left of records once each was looked at by itself, in their order. Plain values: they cross threads. */
export type SiftedPart =
  | { readonly run: SoundRun }
  | { readonly sound: SoundRecord }
  /** Something is wrong with it, or it speaks about others: the verifier must see it whole. */
  | { readonly row: AuditRecordRow };

/** What a sifter needs to know. */
export interface SifterParts {
  readonly chain: string;
  /** What the database writes between two items of a JSON array. */
  readonly separator: ',' | ', ';
  readonly columnText: ColumnText;
  readonly sealKeys: SealKeys | undefined;
}

const MAX_RUN = 1000;
const HASH_HEX = /^[0-9a-f]{64}$/;

/** What the next record should be, if all is well. */
interface Expectation {
  readonly position: number;
  readonly previousHash: string;
}

/**
 * Looks at the records of a chain one by one, in their order, each by itself, and gathers those that nothing is wrong
 * with. What their places in the chain mean is for `ChainVerifier`.
 */
export class RecordSifter {
  private readonly quick: QuickCheck;
  private parts: SiftedPart[] = [];
  private expected: Expectation | undefined;
  private from = 0;
  private previousHash = '';
  private hashes: string[] = [];
  private sequences: number[] = [];

  constructor(private readonly given: SifterParts) {
    this.quick = new QuickCheck(given.chain, given.separator);
  }

  /** @returns false when the row has to be read whole and given to `addWhole` */
  add(row: QuickRow): boolean {
    if (this.addExpected(row)) {
      return true;
    }
    // The first one, or one behind a gap: it says itself where it stands.
    this.endRun();
    this.expected = placeIn(row);
    return this.expected !== undefined && this.addExpected(row);
  }

  addWhole(row: AuditRecordRow): void {
    this.endRun();
    const record: StoredRecord = storedRecord(row);
    const { chain, columnText, sealKeys } = this.given;
    const sound = soundRecord(record, {
      chain,
      mismatchedColumns: (_record, event, personal) => mismatchedColumns(row, event, personal, columnText),
      ...(sealKeys !== undefined && { sealKeys }),
    });
    this.parts.push(sound === undefined ? { row } : { sound: { ...sound, sequence: row.sequence } });
    this.expected = sound && { position: sound.seal.position + 1, previousHash: sound.seal.hash };
  }

  /** What was gathered since the last call. */
  take(): readonly SiftedPart[] {
    this.endRun();
    const { parts } = this;
    this.parts = [];
    return parts;
  }

  private addExpected(row: QuickRow): boolean {
    const { expected } = this;
    const seal = expected && this.quick.check(row, expected.position, expected.previousHash);
    if (expected === undefined || seal === undefined) {
      return false;
    }
    if (this.hashes.length === 0) {
      this.from = expected.position;
      this.previousHash = expected.previousHash;
    }
    this.hashes.push(seal.hash);
    this.sequences.push(seal.sequence);
    this.expected = { position: seal.position + 1, previousHash: seal.hash };
    if (this.hashes.length >= MAX_RUN) {
      this.endRun();
    }
    return true;
  }

  private endRun(): void {
    const { from, previousHash, hashes, sequences } = this;
    if (hashes.length > 0) {
      const run = { from, previousHash, count: hashes.length, hashes: hashes.join('') };
      this.parts.push({ run: { ...run, sequences: Float64Array.from(sequences) } });
      this.hashes = [];
      this.sequences = [];
    }
  }
}

function placeIn({ columns }: QuickRow): Expectation | undefined {
  let list: unknown;
  try {
    list = JSON.parse(columns);
  } catch {
    // No list: then the row is read whole.
    return undefined;
  }
  const [, , position, previousHash] = Array.isArray(list) ? (list as readonly unknown[]) : [];
  return Number.isSafeInteger(position) && typeof previousHash === 'string' && HASH_HEX.test(previousHash)
    ? { position: position as number, previousHash }
    : undefined;
}
