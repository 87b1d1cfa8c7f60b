import type { ChainId } from '../../event/audit-record.js';
import { ClosedError } from '../../event/audit.error.js';
import type { Clock } from '../../event/clock.js';
import { HistoryChangedError } from '../../event/custody.error.js';
import { checkpointText, originOf } from '../../integrity/notes/checkpoint.js';
import type { KeyRing } from '../../integrity/notes/key-ring.js';
import type { NoteSigner } from '../../integrity/notes/note-signer.js';
import { keyId, signNote } from '../../integrity/notes/signed-note.js';
import type { TreeGrowth } from '../../integrity/tree/tree-growth.js';
import type { RecordStream } from '../../storage/record-stream.js';
import type { StoredCheckpoint, TreeStore } from '../../storage/tree-store.js';
import type { CustodyRecords } from '../custody-records.js';
import { keyChangeDraft, refusedDraft, signedDraft } from './checkpoint-drafts.js';
import type { CheckpointFile } from './checkpoint-file.js';
import { explainedBreak, type ExplainedBreak } from './explained-break.js';
import { Refusals } from './refusals.js';
import type { SignedHead } from './signed-history.js';
import type { TreeGrower } from './tree-grower.js';

/** What signing needs. */
export interface ChainSignerParts {
  readonly custody: RecordStream & TreeStore;
  readonly grower: TreeGrower;
  readonly records: CustodyRecords;
  /** At least one. */
  readonly signers: readonly NoteSigner[];
  readonly logName: string;
  readonly ring: KeyRing;
  readonly file: CheckpointFile | undefined;
  readonly clock: Clock;
  /** Told as soon as a checkpoint is stored. */
  readonly whenSigned: (checkpoint: StoredCheckpoint) => void;
}

/** Signs one chain at a time, if it continues what was signed before, and says in the chain what it did. */
export class ChainSigner {
  private readonly refusals = new Refusals();
  /** Whose keys were replaced, by chain: told once, also where an older process goes on signing for a while. */
  private readonly announced = new Map<ChainId, string>();
  private isClosed = false;

  constructor(private readonly parts: ChainSignerParts) {}

  /** Whether other keys sign now than did last. */
  hasOtherKeys(chain: ChainId, { keyIds }: SignedHead): boolean {
    return this.keyIds(chain).join() !== keyIds.join() && this.announced.get(chain) !== keyIds.join();
  }

  /**
   * @param signed what was signed before, the newest first; the tree must continue all of it
   * @param looksAgain examine the log even if it was found changed a moment ago
   * @throws HistoryChangedError, SigningFailedError, KeyInvalidError, CheckpointFileError, what the store says
   */
  async sign(chain: ChainId, signed: readonly SignedHead[], looksAgain: boolean): Promise<StoredCheckpoint> {
    const { records, clock } = this.parts;
    const [last] = signed;
    try {
      if (!looksAgain) {
        this.refusals.check(chain, last, clock.now());
      }
      if (last !== undefined && this.hasOtherKeys(chain, last)) {
        const { draft, facts } = keyChangeDraft(this.origin(chain), chain, last.keyIds, this.keyIds(chain));
        await records.append(chain, draft, facts);
        this.announced.set(chain, last.keyIds.join());
      }
      const checkpoint = await this.signed(chain, await this.extension(chain, signed));
      this.refusals.forget(chain);
      await this.publish(checkpoint);
      return checkpoint;
    } catch (error) {
      if (error instanceof HistoryChangedError && this.refusals.add(chain, last, error, clock.now())) {
        await this.tellRefusal(chain, last, error);
      }
      throw error;
    }
  }

  /** What a slow key service still answers is thrown away: the store is closed by then. */
  close(): void {
    this.isClosed = true;
  }

  private async extension(chain: ChainId, signed: readonly SignedHead[]): Promise<TreeGrowth> {
    try {
      return await this.grown(chain, signed);
    } catch (error) {
      const { custody, ring } = this.parts;
      const explained =
        error instanceof HistoryChangedError
          ? await explainedBreak(custody, { chain, origin: this.origin(chain) }, ring)
          : undefined;
      if (explained === undefined) {
        throw error;
      }
      const binding = signed.filter(({ time }) => time > explained.at);
      return this.grown(chain, binding, explained.missing);
    }
  }

  private async grown(
    chain: ChainId,
    signed: readonly SignedHead[],
    explained?: ExplainedBreak['missing'],
  ): Promise<TreeGrowth> {
    const { custody, grower } = this.parts;
    const position = (await custody.heads()).find((head) => head.chain === chain)?.position ?? 0;
    const largest = Math.max(0, ...signed.map(({ size }) => size));
    if (largest > position) {
      throw new HistoryChangedError(chain, `there are ${position} records, and ${largest} were signed`);
    }
    return grower.grow(chain, position, signed, explained);
  }

  private async signed(chain: ChainId, growth: TreeGrowth): Promise<StoredCheckpoint> {
    const { custody, signers, clock, whenSigned } = this.parts;
    const [size, root, origin] = [growth.size, growth.root(), this.origin(chain)];
    const signedAt = new Date(clock.now()).toISOString();
    const note = await signNote(checkpointText({ origin, size, root, time: signedAt }), origin, signers);
    if (this.isClosed) {
      throw new ClosedError();
    }
    const checkpoint = { chain, size, root: Buffer.from(root).toString('hex'), signedAt, note };
    await custody.save(chain, growth.takeChangedTiles(), checkpoint);
    whenSigned(checkpoint);
    return checkpoint;
  }

  /** Into the file and into the chain; that one of them fails does not keep it from the other. */
  private async publish(checkpoint: StoredCheckpoint): Promise<void> {
    const { file, records } = this.parts;
    const written = file?.append(checkpoint) ?? Promise.resolve();
    const { draft, facts } = signedDraft(this.origin(checkpoint.chain), checkpoint);
    const recorded = records.append(checkpoint.chain, draft, facts);
    const results = await Promise.allSettled([recorded, written]);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) {
      throw failed.reason;
    }
  }

  private async tellRefusal(chain: ChainId, last: SignedHead | undefined, error: Error): Promise<void> {
    const { draft, facts } = refusedDraft(this.origin(chain), chain, last?.size, error);
    try {
      await this.parts.records.append(chain, draft, facts);
    } catch {
      // Why nothing was signed is thrown next and told to the operator; that it could not be recorded adds nothing.
    }
  }

  private keyIds(chain: ChainId): readonly string[] {
    return this.parts.signers.map(({ publicKey }) => keyId(this.origin(chain), publicKey)).sort();
  }

  private origin(chain: ChainId): string {
    return originOf(this.parts.logName, chain);
  }
}
