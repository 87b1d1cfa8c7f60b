import type { ChainHead } from '../../event/audit-record.js';
import type { SealKeys } from '../../integrity/seal-keys.js';
import type { CustodyDialect } from '../custody/custody-database.js';
import type { EvidenceStore } from '../verification/chain-evidence-reader.js';
import type { ChainName, VerifiableDatabase } from '../verification/database-verification.js';
import { RecordSifter, type SiftedPart } from '../verification/record-sifter.js';
import { snapshotEvidence } from '../verification/snapshot-evidence.js';
import type { QuickBatch, Snapshot } from './server-database.js';
import { SqlConditions } from './server-dialect.js';

/** One consistent moment of a log on a server, to be verified. Some hundred rows are held at a time. */
export class ServerSnapshot implements VerifiableDatabase {
  readonly evidence: EvidenceStore;

  constructor(
    private readonly snapshot: Snapshot,
    private readonly dialect: CustodyDialect,
    private readonly sealKeys: SealKeys | undefined,
  ) {
    this.evidence = snapshotEvidence(dialect, snapshot.query);
  }

  readonly columnText = (text: string): string => this.dialect.columnText(text);

  async heads(): Promise<ReadonlyMap<string, ChainHead>> {
    const rows = await this.snapshot.query(`SELECT chain, position, hash FROM ${this.dialect.table('audit_heads')}`);
    return new Map(
      rows.map(({ chain, position, hash }) => [
        String(chain),
        { chain: String(chain), position: Number(position), hash: hash as string },
      ]),
    );
  }

  /** Chains are also looked for in records and checkpoints: removing a head, or all records, must not hide its chain. */
  async chainNames(headNames: readonly string[]): Promise<readonly ChainName[]> {
    const names = [
      ...headNames,
      ...(await this.namesIn('audit_records')),
      ...(await this.namesIn('audit_checkpoints')),
    ];
    return [...new Set(names)]
      .map((name) => ({ name, bytes: Buffer.from(name) }))
      .sort((a, b) => Buffer.compare(a.bytes, b.bytes));
  }

  private async namesIn(table: 'audit_records' | 'audit_checkpoints'): Promise<readonly string[]> {
    const names: string[] = [];
    // From name to name through the index: there are few chains, and many records in each.
    for (;;) {
      const last = names.at(-1);
      const conditions = new SqlConditions(this.dialect);
      if (last !== undefined) {
        conditions.compare('chain', '>', last);
      }
      const sql = `SELECT chain FROM ${this.dialect.table(table)} ${conditions.where} ORDER BY chain LIMIT 1`;
      const [next] = await this.snapshot.query(sql, conditions.values);
      if (next === undefined) {
        return names;
      }
      names.push(String(next['chain']));
    }
  }

  async firstPosition({ name }: ChainName): Promise<number | undefined> {
    if (!name.isWellFormed()) {
      return undefined;
    }
    const conditions = new SqlConditions(this.dialect);
    conditions.equals('chain', name);
    const sql = `SELECT position FROM ${this.dialect.table('audit_records')} ${conditions.where} ORDER BY position LIMIT 1`;
    const [first] = await this.snapshot.query(sql, conditions.values);
    return first === undefined ? undefined : Number(first['position']);
  }

  async *sifted({ name }: ChainName): AsyncGenerator<readonly SiftedPart[]> {
    // What is no text was never stored; a driver would ask for something else instead.
    if (!name.isWellFormed()) {
      return;
    }
    const { snapshot, columnText, sealKeys } = this;
    const chain = columnText(name);
    const sifter = new RecordSifter({ chain: name, separator: ', ', columnText, sealKeys });
    if (snapshot.quickBatches === undefined) {
      for await (const rows of snapshot.recordBatches(chain)) {
        rows.forEach((row) => sifter.addWhole(row));
        yield sifter.take();
      }
      return;
    }
    for await (const batch of snapshot.quickBatches(chain)) {
      yield await siftQuickly(batch, sifter);
    }
  }
}

/** From the first row on that is not surely good, a batch is read again, whole. */
async function siftQuickly({ rows, wholeFrom }: QuickBatch, sifter: RecordSifter): Promise<readonly SiftedPart[]> {
  const unsure = rows.findIndex((row) => !sifter.add(row));
  if (unsure >= 0) {
    const whole = await wholeFrom(unsure);
    whole.forEach((row) => sifter.addWhole(row));
  }
  return sifter.take();
}
