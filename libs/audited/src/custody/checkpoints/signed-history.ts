import type { ChainId } from '../../event/audit-record.js';
import { NoteMalformedError } from '../../event/proof.error.js';
import { originOf, parseCheckpoint } from '../../integrity/notes/checkpoint.js';
import type { KeyRing } from '../../integrity/notes/key-ring.js';
import { parseNote } from '../../integrity/notes/signed-note.js';
import type { Hash } from '../../integrity/tree/merkle-hash.js';
import type { CheckpointReader } from '../../storage/tree-store.js';

/** What was signed over a chain at one time. */
export interface SignedHead {
  readonly size: number;
  readonly root: Hash;
  /** Milliseconds since the epoch, as it says itself. */
  readonly time: number;
  /** Ids of the keys that signed, as 8 hex digits each, ascending. */
  readonly keyIds: readonly string[];
  /** Whether a key that this application knows signed it. */
  readonly isTrusted: boolean;
}

/** Stored checkpoints that are looked at, on each side of the chain's end: those of several processes at one time. */
const LOOKED_AT = 20;

/**
 * What was signed last over each chain, whoever wants it forgotten: the checkpoints that are stored, those that this
 * process signed, and those in the file of an earlier one. A row that somebody deleted or made up changes nothing.
 */
export class SignedHistory {
  private readonly known = new Map<ChainId, SignedHead>();

  constructor(
    private readonly reader: CheckpointReader,
    private readonly logName: string,
    private readonly ring: KeyRing,
  ) {}

  /** Takes note of a checkpoint that was signed now, or that stands in the file. Others' are ignored. */
  remember(chain: ChainId, note: string): void {
    const head = this.read(chain, note);
    const last = this.known.get(chain);
    if (head?.isTrusted === true && (last === undefined || isLater(head, last))) {
      this.known.set(chain, head);
    }
  }

  /** As {@link remember}, of notes of any chain. */
  rememberAll(notes: readonly string[]): void {
    for (const note of notes) {
      const chain = this.chainOf(note);
      if (chain !== undefined) {
        this.remember(chain, note);
      }
    }
  }

  /**
   * What a new checkpoint of a chain must continue: the newest stored one, of those that a known key signed where there
   * are any, and the newest that this process knows without the database. The newer comes first.
   *
   * Both, because somebody may have had the one signed by a process that did not know of the other.
   *
   * @param position of the last record: also what claims to cover more counts
   */
  async last(chain: ChainId, position: number): Promise<readonly SignedHead[]> {
    const stored = [
      ...(await this.reader.checkpoints({ chain, maxSize: position, limit: LOOKED_AT })),
      ...(await this.reader.checkpoints({ chain, minSize: position + 1, limit: LOOKED_AT })),
    ];
    const remembered = this.known.get(chain);
    const heads = stored.flatMap(({ note }) => this.read(chain, note) ?? []);
    const trusted = heads.filter(({ isTrusted }) => isTrusted);
    const [newest] = (trusted.length > 0 ? trusted : heads).toSorted(byTime);
    if (remembered === undefined || newest === undefined || isSame(remembered, newest)) {
      return [remembered ?? newest ?? []].flat();
    }
    return newest.isTrusted ? [remembered, newest].toSorted(byTime) : [remembered];
  }

  /** `undefined` for what is no checkpoint of this chain, or a forged one. */
  private read(chain: ChainId, note: string): SignedHead | undefined {
    const origin = originOf(this.logName, chain);
    const { state } = this.ring.check(note, origin);
    if (state !== 'trusted' && state !== 'unknown-key') {
      return undefined;
    }
    try {
      const { size, root, time = '' } = parseCheckpoint(note);
      const ids = parseNote(note).signatures.filter(({ name }) => name === origin);
      return {
        size,
        root,
        time: Date.parse(time) || 0,
        keyIds: [...new Set(ids.map(({ keyId }) => keyId))].sort(),
        isTrusted: state === 'trusted',
      };
    } catch (error) {
      if (error instanceof NoteMalformedError) {
        return undefined;
      }
      throw error;
    }
  }

  private chainOf(note: string): ChainId | undefined {
    const [origin = ''] = note.split('\n', 1);
    return origin.startsWith(`${this.logName}/`) ? origin.slice(this.logName.length + 1) : undefined;
  }
}

function isLater(head: SignedHead, than: SignedHead): boolean {
  return byTime(head, than) < 0;
}

/** The newest first, of one time the largest. */
function byTime(left: SignedHead, right: SignedHead): number {
  return right.time - left.time || right.size - left.size;
}

function isSame(left: SignedHead, right: SignedHead): boolean {
  return left.time === right.time && left.size === right.size && Buffer.compare(left.root, right.root) === 0;
}
