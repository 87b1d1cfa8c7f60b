import type { ChainId, StoredRecord } from '../../../event/audit-record.js';
import type { VerifyProgress } from '../../../storage/audit-reader.js';
import { PERSONAL_FILE, RECORDS_FILE } from '../bundle-format.js';
import type { BundleManifest } from '../bundle-manifest.js';
import type { BundleFaults } from '../bundle-report.js';
import { readPersonalLine, readRecordLine } from '../record-line.js';
import { LineCursor } from './line-cursor.js';

/** A few lines more than the manifest says are read, so that each of them is named. */
const SURPLUS_LINES = 1000;
const PROGRESS_RECORDS = 10_000;

/**
 * Puts records and personal parts together again, in the order of the two files. What stands where it does not belong is
 * a fault and is passed over.
 */
export class RecordLines {
  private readonly records: LineCursor<Pick<StoredRecord, 'seal' | 'body'>>;
  private readonly personal: LineCursor<NonNullable<ReturnType<typeof readPersonalLine>>>;
  /** Number of each chain in the manifest: the order of the files. */
  private readonly order: ReadonlyMap<ChainId, number>;
  private readonly total: number;
  private done = 0;

  constructor(
    folder: string,
    { chains, records }: BundleManifest,
    private readonly faults: BundleFaults,
    private readonly onProgress?: (progress: VerifyProgress) => void,
  ) {
    this.total = records;
    const maxLines = records + SURPLUS_LINES;
    this.order = new Map(chains.map(({ chain }, index) => [chain, index]));
    this.records = new LineCursor(folder, RECORDS_FILE, readRecordLine, maxLines, faults);
    this.personal = new LineCursor(folder, PERSONAL_FILE, readPersonalLine, maxLines, faults);
  }

  /** The next record of a chain; `undefined` when the file ends, or goes on with a later chain. */
  async next(chain: ChainId): Promise<StoredRecord | undefined> {
    const present = this.order.get(chain) ?? Infinity;
    for (;;) {
      const line = await this.records.peek();
      if (line === undefined) {
        return undefined;
      }
      const { seal, body } = line.content;
      const order = this.order.get(seal.chain);
      if (order !== undefined && order > present) {
        return undefined;
      }
      this.records.advance();
      if (++this.done % PROGRESS_RECORDS === 0) {
        this.onProgress?.({ records: this.done, total: this.total });
      }
      if (order === present) {
        return { seal, body, ...(await this.personalOf(present, seal.position)) };
      }
      const message = `a record of chain "${seal.chain}", which is not one of the bundle or was over already`;
      this.faults.add({ kind: 'inserted', file: RECORDS_FILE, line: line.number, message });
    }
  }

  /** Names what is left in both files when all chains were read. */
  async finish(): Promise<void> {
    for (let line = await this.records.peek(); line !== undefined; line = await this.records.peek()) {
      const { chain, position } = line.content.seal;
      const message = 'a record behind the end of the last chain of the bundle';
      this.faults.add({ kind: 'inserted', file: RECORDS_FILE, line: line.number, chain, position, message });
      this.records.advance();
    }
    await this.personalOf(Infinity, 0);
    this.onProgress?.({ records: this.done, total: this.total });
  }

  async close(): Promise<void> {
    await this.records.close();
    await this.personal.close();
  }

  private async personalOf(
    order: number,
    position: number,
  ): Promise<{ readonly personal: string | null; readonly salt: string | null }> {
    for (;;) {
      const line = await this.personal.peek();
      const place = line === undefined ? Infinity : (this.order.get(line.content.chain) ?? -1);
      if (line === undefined || place > order || (place === order && line.content.position > position)) {
        return { personal: null, salt: null };
      }
      this.personal.advance();
      const { personal, salt, chain } = line.content;
      if (place === order && line.content.position === position) {
        return { personal, salt };
      }
      const message = 'a personal part of no record that stands there';
      const { position: stray } = line.content;
      this.faults.add({ kind: 'personal', file: PERSONAL_FILE, line: line.number, chain, position: stray, message });
    }
  }
}
