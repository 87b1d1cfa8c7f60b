import type { AuditDraft } from '../event/audit-draft.js';
import type { AuditActor } from '../event/audit-event.js';
import { MAIN_CHAIN, type AuditRecord, type ChainId } from '../event/audit-record.js';
import type { IntegrityReport } from '../integrity/integrity-fault.js';
import type { VerifyOptions } from '../storage/audit-reader.js';
import type { ErasureSelection } from '../storage/custody-store.js';
import type { CheckpointQuery, StoredCheckpoint } from '../storage/tree-store.js';
import type { BundleSelection } from './bundle/bundle-selection.js';
import { writeBundle, type BundleOptions, type BundleSummary } from './bundle/bundle-writer.js';
import { proveEvent, type EventProof, type EventProofOptions } from './bundle/event-proof.js';
import type { CustodyAct } from './custody-act.js';
import { bundleParts, erasureOf, reanchorParts, retentionOf, verifyLog } from './custody-duties.js';
import type { CustodyParts } from './custody-parts.js';
import type { Erasure } from './erasure/erasure.js';
import type { ErasureOptions, ErasureReport } from './erasure/erasure-report.js';
import { checkExport, type ExportRequest } from './export/export-request.js';
import { exportFound, type FoundExportRequest } from './export/found-export.js';
import { readingDraft, type ReadingNote } from './export/reading-note.js';
import { exportRecords } from './export/record-export.js';
import type { HoldSelection, LegalHold } from './holds/legal-hold.js';
import { reanchor, type Reanchored, type ReanchorRequest } from './reanchor/reanchor.js';
import type { ChainPrunePlan } from './retention/prune-plan.js';
import type { ChainPruned, PruneOptions, Retention } from './retention/retention.js';

/** How to write a bundle. */
export interface BundleRequest extends BundleSelection {
  /** Write one without signature where there is no key. @default false */
  readonly unsigned?: boolean;
  /** Who has it made, for the record of the export. @default the system */
  readonly by?: AuditActor;
  readonly reason?: string;
  readonly onProgress?: NonNullable<BundleOptions['onProgress']>;
}

/**
 * Keeping the log: checkpoints, proofs, bundles, legal holds, erasure, retention. Whatever it does to the log, it says so
 * in the log.
 *
 * In an application it is provided by `AuditModule`: inject it by class. Elsewhere, `openCustody` opens one.
 */
export class AuditCustody {
  private readonly erasure: Erasure;
  private readonly retention: Retention;

  constructor(private readonly parts: CustodyParts) {
    this.erasure = erasureOf(parts);
    this.retention = retentionOf(parts);
  }

  /** Whether there is a key, so that checkpoints and statements are signed. */
  get signs(): boolean {
    return this.parts.checkpointer.signs;
  }

  /**
   * Public keys that verify this log, as PEM or C2SP verifier keys: those that sign now, then those of earlier days. Give
   * them to whoever verifies, by another way than the log.
   */
  get trustedKeys(): readonly string[] {
    return this.parts.signing.trustedKeys;
  }

  /**
   * Signs the present end of one chain, or of all.
   *
   * @param options `force: false` leaves out chains in which nothing happened since their last checkpoint
   * @returns what was signed; nothing where there is no key: then only the tree is brought up to date
   * @throws HistoryChangedError when the log does not continue what was signed before; SigningFailedError
   */
  checkpoint(
    chain?: ChainId,
    { force = true }: { readonly force?: boolean } = {},
  ): Promise<readonly StoredCheckpoint[]> {
    return this.parts.checkpointer.checkpoint(chain, { force });
  }

  /** What was signed so far: the largest size first, of one size the newest first. */
  checkpoints(query: CheckpointQuery = {}): Promise<readonly StoredCheckpoint[]> {
    return this.parts.log.checkpoints(query);
  }

  /**
   * Makes the proof of one event: a small file that anybody verifies with nothing but a public key. Where no checkpoint
   * covers the event yet, one is signed first.
   *
   * @throws ProofUnavailableError, TreeIncompleteError; what signing throws
   */
  async prove(eventId: string, options: EventProofOptions = {}): Promise<EventProof> {
    const { store: reader, log: source } = this.parts;
    const seal = (await reader.get(eventId))?.seal;
    if (seal !== undefined && this.signs) {
      const [covering] = await source.checkpoints({ chain: seal.chain, minSize: seal.position, limit: 1 });
      if (covering === undefined) {
        await this.checkpoint(seal.chain);
      }
    }
    return proveEvent({ reader, source }, eventId, options);
  }

  /**
   * Verifies the log. Signatures must be those of this log's own keys, unless others are named.
   */
  verify(options: VerifyOptions = {}): Promise<IntegrityReport> {
    return verifyLog(this.parts, options);
  }

  /**
   * Writes a bundle: records with everything that proves them, for somebody who has nothing but a public key. A checkpoint
   * is made first, so that the newest records are in it, and a record says that it was exported.
   *
   * @param folder must not exist yet
   * @throws BundleRefusedError, QueryInvalidError, HistoryChangedError; what the store and the keys say
   */
  async bundle(folder: string, request: BundleRequest = {}): Promise<BundleSummary> {
    const { unsigned = false, by, reason, onProgress, ...selection } = request;
    await this.checkpoint(selection.chain ?? selection.positions?.chain, { force: false });
    const summary = await writeBundle(bundleParts(this.parts), {
      folder,
      selection,
      allowUnsigned: unsigned,
      ...(by === undefined ? {} : { by }),
      ...(onProgress === undefined ? {} : { onProgress }),
    });
    const { manifestSha256, records, isSigned } = summary;
    const draft: AuditDraft = {
      type: 'audit.export',
      outcome: 'success',
      actor: by ?? { kind: 'system' },
      action: `Exported ${records} records as a bundle`,
      resource: { type: 'audit.bundle', id: manifestSha256 },
      ...(reason === undefined ? {} : { reason }),
      details: { selection: { ...selection } },
    };
    await this.parts.records.append(MAIN_CHAIN, draft, { manifestSha256, records, isSigned });
    return summary;
  }

  /**
   * Records one by one, to be written in another format, chain after chain in the order of their positions; memory stays
   * flat. Two records say that they were exported: one before the first is given, one when the export ends. It proves
   * nothing to whoever gets them: evidence is a {@link bundle}.
   *
   * @throws QueryInvalidError, CustodyInputError at once; while reading, RecordDamagedError and what the store says
   *
   * @example
   * ```ts
   * const records = custody.export({ chain: 'main', format: 'cef', reason: 'nightly' });
   * await pipeline(formattedDocument(createFormatter('cef'), records), createWriteStream('main.cef'));
   * ```
   */
  export(request: ExportRequest = {}): AsyncGenerator<AuditRecord, void, undefined> {
    return exportRecords(this.parts, checkExport(request));
  }

  /**
   * Gives out records that somebody found, one by one, and says so in the log as {@link export} does. That one reads whole
   * chains by position; this one leaves the finding, and the order, to a reader.
   */
  exportFound(
    found: AsyncIterable<AuditRecord>,
    request: FoundExportRequest,
  ): AsyncGenerator<AuditRecord, void, undefined> {
    return exportFound(this.parts, found, request);
  }

  /**
   * Says in the log that somebody looked into it, for tools that read without the application (which records it itself).
   * Wait for it before anything is shown.
   */
  async recordReading(reading: ReadingNote): Promise<void> {
    await this.parts.records.append(MAIN_CHAIN, readingDraft(reading));
  }

  /**
   * Removes personal data everywhere the kit keeps it: records, spool, inbox, journal, archives.
   *
   * @throws CustodyInputError, QueryInvalidError; what the store and the keys say
   */
  erase(selection: ErasureSelection, act: CustodyAct, options: ErasureOptions = {}): Promise<ErasureReport> {
    return this.erasure.erase(selection, act, options);
  }

  /** What a prune would remove now, and why no more. Changes nothing. */
  planPrune(chain?: ChainId): Promise<readonly ChainPrunePlan[]> {
    return this.retention.plan(chain);
  }

  /**
   * Removes records whose time is over, always the beginning of a chain, archived first where the policy names a folder.
   *
   * @throws CustodyInputError, PruneRefusedError; what the store and the keys say
   */
  prune(act: CustodyAct, options: PruneOptions = {}): Promise<readonly ChainPruned[]> {
    return this.retention.prune(act, options);
  }

  /**
   * Explains a legitimate break, such as a restore from a backup. Nothing turns green by it.
   *
   * @throws CustodyInputError, ReanchorNeedlessError; what the store and the keys say
   */
  reanchor(request: ReanchorRequest, act: CustodyAct): Promise<Reanchored> {
    return reanchor(reanchorParts(this.parts), request, act);
  }

  /**
   * From now on nothing that the selection matches is pruned or erased.
   *
   * @throws CustodyInputError, HoldExistsError
   */
  placeHold(name: string, selection: HoldSelection, act: CustodyAct): Promise<LegalHold> {
    return this.parts.holds.place(name, selection, act);
  }

  /** Ends a legal hold. @throws CustodyInputError, HoldUnknownError */
  liftHold(name: string, act: CustodyAct): Promise<LegalHold> {
    return this.parts.holds.lift(name, act);
  }

  /** The legal holds in force, in the order in which they were placed. */
  holds(): Promise<readonly LegalHold[]> {
    return this.parts.holds.active();
  }
}
