import type { ChainHead, ChainId } from '../../event/audit-record.js';
import type { Clock } from '../../event/clock.js';
import { HistoryChangedError } from '../../event/custody.error.js';
import { KeyRing } from '../../integrity/notes/key-ring.js';
import type { NoteSigner } from '../../integrity/notes/note-signer.js';
import type { TrustedKey } from '../../integrity/notes/trusted-key.js';
import type { TreeGrowth } from '../../integrity/tree/tree-growth.js';
import type { RecordStream } from '../../storage/record-stream.js';
import type { CheckpointReader, StoredCheckpoint, TreeStore } from '../../storage/tree-store.js';
import type { CustodyRecords } from '../custody-records.js';
import type { CheckpointFile } from './checkpoint-file.js';
import { hasNews } from './chain-news.js';
import { ChainSigner } from './chain-signer.js';
import { explainedBreak } from './explained-break.js';
import { SignedHistory } from './signed-history.js';
import { TreeGrower } from './tree-grower.js';

/** What whoever asks for a checkpoint decides by. */
export interface CheckpointNeed {
  /** Milliseconds since the last checkpoint, by whomever. */
  readonly ageMs: number;
  /** How many records came since. */
  readonly records: number;
  /** Whether anything happened since, besides checkpoints. Reads a few records at most. */
  readonly hasNews: () => Promise<boolean>;
}

/** When to sign. */
export interface CheckpointRequest {
  /** Also when nothing happened since the last checkpoint. @default false */
  readonly force?: boolean;
  /** Whether to sign a chain that was signed before. @default when anything happened since the last checkpoint */
  readonly isDue?: (need: CheckpointNeed) => boolean | Promise<boolean>;
}

/** What a checkpointer is made of. */
export interface CheckpointerParts {
  /** The log, its tree and its checkpoints. */
  readonly custody: RecordStream & TreeStore & CheckpointReader;
  readonly records: CustodyRecords;
  /** Every one of them signs. None: only the tree is grown. */
  readonly signers: readonly NoteSigner[];
  /** Name of the log; needed by whoever signs. */
  readonly logName?: string | undefined;
  /** Keys of earlier days; those of the signers are trusted anyway. @default none */
  readonly trustedKeys?: readonly TrustedKey[];
  readonly file?: CheckpointFile | undefined;
  readonly clock: Clock;
}

/**
 * Signs what is in the log: brings the tree of a chain up to its last record, makes sure that it continues what was signed
 * before, signs its root, stores that with the tiles, and writes it into the chain.
 *
 * One checkpoint is made at a time. Several processes may sign one log: each looks first at what the others signed.
 */
export class Checkpointer {
  private readonly grower: TreeGrower;
  private readonly signing: { readonly history: SignedHistory; readonly signer: ChainSigner } | undefined;
  private queue: Promise<unknown> = Promise.resolve();
  private newestOne: StoredCheckpoint | undefined;
  private madeCount = 0;

  constructor(private readonly parts: CheckpointerParts) {
    const { custody, signers, logName, trustedKeys = [], file } = parts;
    this.grower = new TreeGrower(custody);
    if (signers.length > 0 && logName !== undefined) {
      const ring = new KeyRing([...signers.map(({ publicKey }) => ({ publicKey })), ...trustedKeys]);
      const history = new SignedHistory(custody, logName, ring);
      const whenSigned = (checkpoint: StoredCheckpoint): void => {
        history.remember(checkpoint.chain, checkpoint.note);
        this.newestOne = checkpoint;
        this.madeCount++;
      };
      const signer = new ChainSigner({ ...parts, grower: this.grower, logName, ring, file, whenSigned });
      this.signing = { history, signer };
    }
  }

  /** Whether anything is signed at all. */
  get signs(): boolean {
    return this.signing !== undefined;
  }

  /** The newest checkpoint that this process made; `undefined` before the first. */
  get newest(): StoredCheckpoint | undefined {
    return this.newestOne;
  }

  /** How many checkpoints this process made. */
  get made(): number {
    return this.madeCount;
  }

  /** What an earlier process left in the checkpoint file counts as signed, whatever the database says. */
  rememberNotes(notes: readonly string[]): void {
    this.signing?.history.rememberAll(notes);
  }

  /**
   * Signs the present end of one chain or of all. Every chain is tried; then the gravest error is thrown.
   *
   * @returns what was signed; empty when there is no key (then the trees are grown), or when it was not due
   * @throws HistoryChangedError, SigningFailedError, KeyInvalidError, CheckpointFileError, what the store says
   */
  checkpoint(chain?: ChainId, request: CheckpointRequest = {}): Promise<readonly StoredCheckpoint[]> {
    return this.inTurn(async () => {
      const signed: StoredCheckpoint[] = [];
      const problems: unknown[] = [];
      for (const head of await this.heads(chain)) {
        try {
          const checkpoint = await this.checkpointOf(head, request);
          signed.push(...(checkpoint === undefined ? [] : [checkpoint]));
        } catch (error) {
          problems.push(error);
        }
      }
      if (problems.length > 0) {
        throw problems.find((problem) => problem instanceof HistoryChangedError) ?? problems[0];
      }
      return signed;
    });
  }

  /**
   * Brings the stored tree up to the last record of a chain, without signing.
   *
   * @returns how many records it covers now; 0 for an empty chain
   */
  growTree(chain: ChainId): Promise<number> {
    return this.inTurn(async () => {
      const [head] = await this.heads(chain);
      return head === undefined ? 0 : this.grow(head);
    });
  }

  /** What is under way is not stored and not written any more. */
  close(): void {
    this.signing?.signer.close();
  }

  private async checkpointOf(head: ChainHead, request: CheckpointRequest): Promise<StoredCheckpoint | undefined> {
    if (this.signing === undefined) {
      await this.grow(head);
      return undefined;
    }
    const { chain } = head;
    const { history, signer } = this.signing;
    const { force = false, isDue = ({ hasNews: news }: CheckpointNeed) => news() } = request;
    const before = await history.last(chain, head.position);
    const [last] = before;
    const need = {
      // A clock that was set back must not stop the log from being signed.
      ageMs: Math.abs(this.parts.clock.now() - (last?.time ?? 0)),
      records: head.position - (last?.size ?? 0),
      hasNews: () => hasNews(this.parts.custody, head, last?.size ?? 0),
    };
    const isWanted =
      force || last === undefined || need.records < 0 || signer.hasOtherKeys(chain, last) || (await isDue(need));
    return isWanted ? signer.sign(chain, before, force) : undefined;
  }

  private async grow({ chain, position }: ChainHead): Promise<number> {
    const growth = await this.grownUnsigned(chain, position);
    await this.parts.custody.save(chain, growth.takeChangedTiles());
    return growth.size;
  }

  private async grownUnsigned(chain: ChainId, position: number): Promise<TreeGrowth> {
    try {
      return await this.grower.growUnsigned(chain, position);
    } catch (error) {
      const explained =
        error instanceof HistoryChangedError
          ? await explainedBreak(this.parts.custody, { chain }, undefined)
          : undefined;
      if (explained === undefined) {
        throw error;
      }
      return this.grower.growUnsigned(chain, position, explained.missing);
    }
  }

  private async heads(chain: ChainId | undefined): Promise<readonly ChainHead[]> {
    const heads = await this.parts.custody.heads();
    return chain === undefined ? heads : heads.filter((head) => head.chain === chain);
  }

  private inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.queue.then(work, work);
    this.queue = turn.catch(() => {
      // Whoever asked is told; the next one in the queue has nothing to do with it.
    });
    return turn;
  }
}
