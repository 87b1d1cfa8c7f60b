import type { ChainHead } from '../../event/audit-record.js';
import { FaultList, type FaultSummary } from '../../integrity/fault-list.js';
import type { ChainVerdict, IntegrityFault, IntegrityReport } from '../../integrity/integrity-fault.js';
import type { SealKeys } from '../../integrity/seal-keys.js';
import type { VerifyProgress } from '../../storage/audit-reader.js';
import { chainEvidence, type EvidenceStore } from './chain-evidence-reader.js';
import { ChainReading } from './chain-reading.js';
import type { ColumnText } from './column-check.js';
import type { SiftedPart } from './record-sifter.js';
import { StoredFrontiers } from './stored-frontiers.js';
import { TileWatch } from './tile-watch.js';
import { VerificationProgress } from './verification-progress.js';
import type { VerifySettings } from './verify-settings.js';

/** A chain by its name. */
export interface ChainName {
  readonly name: string;
  /** The bytes of the name: in a database that was tampered with they need not be valid UTF-8. */
  readonly bytes: Buffer;
}

/** One consistent moment of a database, to be verified. */
export interface VerifiableDatabase {
  readonly columnText: ColumnText;
  readonly evidence: EvidenceStore;
  heads(): Promise<ReadonlyMap<string, ChainHead>>;
  /** Names of all chains that have a head or records, in the order of their bytes. */
  chainNames(headNames: readonly string[]): Promise<readonly ChainName[]>;
  /** Position of the first record of a chain; `undefined` when there is none with a position. */
  firstPosition(chain: ChainName): Promise<number | undefined>;
  /** Every record of a chain in the order of positions, then sequences. */
  sifted(chain: ChainName): AsyncIterable<readonly SiftedPart[]>;
  /**
   * The same by several threads, of which each sees a moment of its own: only good enough to find that nothing is wrong
   * with the records up to the head. `undefined` when it cannot be done for this chain.
   */
  readonly siftedInThreads?: (chain: ChainName, head: ChainHead) => AsyncIterable<readonly SiftedPart[]> | undefined;
  /** What is wrong with records that belong to no chain. */
  readonly strays?: () => Iterable<IntegrityFault>;
}

/** What a verification is told beside the database. */
export interface VerificationParts {
  readonly settings: VerifySettings;
  readonly sealKeys: SealKeys | undefined;
  readonly onProgress?: ((progress: VerifyProgress) => void) | undefined;
}

interface ChainToRead {
  readonly chain: ChainName;
  readonly head: ChainHead | null;
  /** Position of the first record. */
  readonly first: number | undefined;
}

/** One chain, read once. */
interface ReadChain {
  readonly verdict: ChainVerdict;
  readonly faults: FaultSummary;
}

/** Verifies the chains of one database. Streams: some hundred records are held at a time. */
export class DatabaseVerification {
  private knownChains: readonly string[] = [];

  constructor(
    private readonly database: VerifiableDatabase,
    private readonly parts: VerificationParts,
  ) {}

  async run(): Promise<IntegrityReport> {
    const startedAt = performance.now();
    const chains = await this.chainsToVerify();
    const total = chains.reduce((sum, { head, first }) => sum + expected(head, first), 0);
    const progress = new VerificationProgress(total, this.parts.onProgress);
    const report = (await this.verifiedInThreads(chains, progress)) ?? (await this.verified(chains, progress));
    progress.end();
    return { ...report, durationMs: Math.round(performance.now() - startedAt) };
  }

  private async chainsToVerify(): Promise<readonly ChainToRead[]> {
    const { database, parts } = this;
    const heads = await database.heads();
    const stored = await database.chainNames([...heads.keys()]);
    this.knownChains = stored.map(({ name }) => name);
    const { chain: only, given } = parts.settings;
    // A chain that is gone altogether is known from a checkpoint that was kept outside.
    const gone = new Set(given.map(({ chain }) => chain).filter((name) => !this.knownChains.includes(name)));
    const names = only === undefined ? [...stored, ...[...gone].map(chainNamed)] : [chainNamed(only)];
    const chains: ChainToRead[] = [];
    for (const chain of names) {
      chains.push({ chain, head: heads.get(chain.name) ?? null, first: await database.firstPosition(chain) });
    }
    return chains;
  }

  /**
   * Several threads only ever say that all is well: each reads a moment of its own, so whatever looks wrong is looked at
   * again, in one moment and one thread.
   */
  private async verifiedInThreads(
    chains: readonly ChainToRead[],
    progress: VerificationProgress,
  ): Promise<IntegrityReport | undefined> {
    const { siftedInThreads } = this.database;
    if (siftedInThreads === undefined || this.parts.settings.threads < 2) {
      return undefined;
    }
    const report = await this.verified(chains, progress, (chain, head) =>
      head === null ? undefined : siftedInThreads(chain, head),
    );
    if (!report.ok) {
      progress.restart();
    }
    return report.ok ? report : undefined;
  }

  /** @param elsewhere gives the records of a chain in another way; whoever gives it gives up at the first fault */
  private async verified(
    chains: readonly ChainToRead[],
    progress: VerificationProgress,
    elsewhere?: (chain: ChainName, head: ChainHead | null) => AsyncIterable<readonly SiftedPart[]> | undefined,
  ): Promise<IntegrityReport> {
    const { settings } = this.parts;
    const faults = new FaultList(settings.maxFaults);
    for (const stray of settings.chain === undefined ? (this.database.strays?.() ?? []) : []) {
      faults.add(stray);
    }
    const verdicts: ChainVerdict[] = [];
    for (const toRead of chains) {
      const read = await this.chainRead(toRead, progress, elsewhere?.(toRead.chain, toRead.head));
      verdicts.push(read.verdict);
      faults.addSummary(read.faults);
      if (elsewhere !== undefined && read.faults.faultCount > 0) {
        break;
      }
    }
    const { explainedCount: _explained, ...summary } = faults.summary();
    const records = verdicts.reduce((sum, verdict) => sum + verdict.records, 0);
    return { ...summary, records, chains: verdicts, durationMs: 0 };
  }

  private async chainRead(
    toRead: ChainToRead,
    progress: VerificationProgress,
    elsewhere: AsyncIterable<readonly SiftedPart[]> | undefined,
  ): Promise<ReadChain> {
    const frontiers = new StoredFrontiers(toRead.chain.name, this.database.evidence);
    // Where the beginning was pruned: known before anything is read.
    frontiers.get((toRead.first ?? 1) - 1);
    await frontiers.loadMissed();
    const read = await this.readOnce(toRead, frontiers, progress, elsewhere);
    if (elsewhere !== undefined || !(await frontiers.loadMissed())) {
      return read;
    }
    // Records are missing, and the stored tree knows their hashes: what comes behind them can be compared after all.
    progress.restart();
    return this.readOnce(toRead, frontiers, progress, undefined);
  }

  private async readOnce(
    { chain, head }: ChainToRead,
    frontiers: StoredFrontiers,
    progress: VerificationProgress,
    elsewhere: AsyncIterable<readonly SiftedPart[]> | undefined,
  ): Promise<ReadChain> {
    const { database, knownChains } = this;
    const { settings, sealKeys } = this.parts;
    const faults = new FaultList(settings.maxFaults);
    let isSound = true;
    const report = (fault: IntegrityFault): void => {
      isSound = false;
      faults.add(fault);
    };
    const { name } = chain;
    const { columnText, evidence: store } = database;
    const evidence = await chainEvidence(name, frontiers, { store, settings, sealKeys, report });
    const reading = new ChainReading({ chain: name, head, knownChains, evidence, columnText }, report);
    const tiles = new TileWatch(name, store);
    for await (const sifted of elsewhere ?? database.sifted(chain)) {
      sifted.forEach((part) => reading.take(part));
      if (evidence.checkpoints.length > 0) {
        await tiles.look(sifted);
      }
      progress.add(sifted.reduce((sum, part) => sum + recordsIn(part), 0));
      if (elsewhere !== undefined && !isSound) {
        break;
      }
    }
    const verdict = reading.finish();
    if (!reading.hasFaults) {
      // Where the records are in doubt, nothing is known about what was derived from them.
      [...tiles.faults()].forEach(report);
    }
    faults.explain(name, reading.explanations);
    return { verdict, faults: faults.summary() };
  }
}

function chainNamed(name: string): ChainName {
  return { name, bytes: Buffer.from(name) };
}

function recordsIn(part: SiftedPart): number {
  return 'run' in part ? part.run.count : 1;
}

function expected(head: ChainHead | null, first: number | undefined): number {
  const through = head?.position;
  return Number.isSafeInteger(through) ? Math.max(0, (through ?? 0) - (first ?? 1) + 1) : 0;
}
