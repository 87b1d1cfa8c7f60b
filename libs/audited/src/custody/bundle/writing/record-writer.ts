import type { ChainId, StoredRecord } from '../../../event/audit-record.js';
import { BundleRefusedError } from '../../../event/bundle.error.js';
import { PositionSet } from '../../../integrity/position-ranges.js';
import type { RecordStream } from '../../../storage/record-stream.js';
import { eventOf } from '../../stored-events.js';
import { MAX_LINE_BYTES, PERSONAL_FILE, RECORDS_FILE } from '../bundle-format.js';
import { isSelected, type CheckedSelection } from '../bundle-selection.js';
import { personalLine, recordLine } from '../record-line.js';
import type { BundleFile } from './bundle-file.js';
import type { ChainPlan } from './chain-plan.js';
import { GzipLines } from './gzip-lines.js';
import type { PartialBundle } from './partial-bundle.js';

/** What was written of one chain. */
export interface ChainContent {
  readonly count: number;
  readonly positions: PositionSet;
  /** How many have a personal part, and how many had lost it. */
  readonly personal: number;
  readonly erased: number;
}

/** Told after each piece: the position that was reached. */
export type WriteProgress = (chain: ChainId, position: number, through: number) => void;

/** Writes records and personal parts into their two files, as fast as the disk takes them. */
export class RecordWriter {
  private constructor(
    private readonly partial: PartialBundle,
    private readonly files: { readonly records: BundleFile; readonly personal: BundleFile },
    private readonly records: GzipLines,
    private readonly personal: GzipLines,
    private readonly folder: string,
  ) {}

  static async begin(partial: PartialBundle, folder: string): Promise<RecordWriter> {
    const files = { records: await partial.create(RECORDS_FILE), personal: await partial.create(PERSONAL_FILE) };
    return new RecordWriter(partial, files, new GzipLines(files.records), new GzipLines(files.personal), folder);
  }

  /**
   * Writes the records of a plan: every one of a range, the selected ones of a slice.
   *
   * @throws BundleRefusedError when a row has no JSON
   */
  async write(
    source: RecordStream,
    { chain, range }: ChainPlan,
    selection: CheckedSelection,
    onProgress?: WriteProgress,
  ): Promise<ChainContent> {
    const positions = new PositionSet();
    const tally = { count: 0, personal: 0, erased: 0 };
    if (range === undefined) {
      return { ...tally, positions };
    }
    for await (const records of source.records(chain, range)) {
      for (const record of records) {
        if (selection.tenantId === undefined || isOfSlice(record, selection)) {
          this.add(record, positions, tally);
        }
        if (this.records.isFull) {
          await this.records.flush();
        }
        if (this.personal.isFull) {
          await this.personal.flush();
        }
      }
      onProgress?.(chain, records.at(-1)?.seal.position ?? range.from, range.through);
    }
    return { ...tally, positions };
  }

  /** Makes both files durable. */
  async finish(): Promise<void> {
    await this.records.finish();
    await this.personal.finish();
    await this.partial.end(this.files.records);
    await this.partial.end(this.files.personal);
  }

  /** Closes both files, after a failure. */
  async abandon(): Promise<void> {
    await this.records.abandon();
    await this.personal.abandon();
  }

  private add(
    record: StoredRecord,
    positions: PositionSet,
    tally: { count: number; personal: number; erased: number },
  ): void {
    const { chain, position } = record.seal;
    const line = recordLine(record);
    // In UTF-8 a UTF-16 code unit takes at most three bytes.
    if (line === undefined || line.length * 3 > MAX_LINE_BYTES) {
      throw new BundleRefusedError(
        this.folder,
        `the record at position ${String(position)} of chain "${chain}" holds what no writer puts there`,
        'Verify the log to see what is wrong with it; leave the position out of the selection.',
      );
    }
    this.records.add(line);
    tally.count++;
    // A row that stands where the chain has no place for it is written too: the verifier of the bundle names it.
    if (position > (positions.ranges().at(-1)?.[1] ?? 0)) {
      positions.add(position, position);
    }
    const personal = personalLine(record);
    if (personal !== undefined) {
      this.personal.add(personal);
      tally.personal++;
    } else if (eventOf(record)?.personal !== undefined) {
      tally.erased++;
    }
  }
}

function isOfSlice(record: StoredRecord, selection: CheckedSelection): boolean {
  const event = eventOf(record);
  return event !== undefined && isSelected(selection, event);
}
