import type { ChainHead, ChainId } from '../../../event/audit-record.js';
import { BundleRefusedError } from '../../../event/bundle.error.js';
import { NoteMalformedError } from '../../../event/proof.error.js';
import { originOf, parseCheckpoint } from '../../../integrity/notes/checkpoint.js';
import { TileTree } from '../../../integrity/tree/tile-tree.js';
import type { PositionRange, RecordStream } from '../../../storage/record-stream.js';
import type { CheckpointReader, StoredCheckpoint, TreeStore } from '../../../storage/tree-store.js';
import { eventOf } from '../../stored-events.js';
import { isInInterval, type CheckedSelection } from '../bundle-selection.js';

/** The log, its tree and its checkpoints, in one object. */
export type BundleSource = RecordStream & TreeStore & CheckpointReader;

/** What goes into a bundle of one chain, and what it is proved against. */
export interface ChainPlan {
  readonly chain: ChainId;
  /** Records that the tree covers. */
  readonly size: number;
  /** Hex. */
  readonly root: string;
  /** The signed checkpoint; absent in a log that signs none. */
  readonly note?: string;
  /** Where to look for records; absent: nothing is there to be found. */
  readonly range?: Required<PositionRange>;
}

/** Names the bundle in messages, and the log. */
export interface PlanContext {
  readonly source: BundleSource;
  readonly folder: string;
  /** Absent: the root of the tree is taken as it is, without a checkpoint. */
  readonly logName?: string | undefined;
}

/**
 * Decides what is written: of each chain the records that its newest checkpoint covers.
 *
 * @throws BundleRefusedError when a chain is unknown or a checkpoint is missing
 */
export async function planChains(context: PlanContext, selection: CheckedSelection): Promise<readonly ChainPlan[]> {
  const wanted = selection.positions?.chain ?? selection.chain;
  const heads = await context.source.heads();
  const chosen = wanted === undefined ? heads : heads.filter(({ chain }) => chain === wanted);
  if (wanted !== undefined && chosen.length === 0) {
    const names = heads.map(({ chain }) => chain).join(', ');
    throw new BundleRefusedError(
      context.folder,
      `there is no chain "${wanted}"`,
      names === '' ? 'The log is empty.' : `There are: ${names}.`,
    );
  }
  const plans: ChainPlan[] = [];
  for (const head of chosen) {
    plans.push(await planChain(context, selection, head));
  }
  return plans;
}

async function planChain(context: PlanContext, selection: CheckedSelection, head: ChainHead): Promise<ChainPlan> {
  const { source, folder } = context;
  const { chain } = head;
  const { positions } = selection;
  const last = positions?.through ?? 1;
  if (last > head.position) {
    throw new BundleRefusedError(
      folder,
      `position ${last} is behind the end of chain "${chain}" (${head.position})`,
      'Choose positions that are there.',
    );
  }
  const proof = await provenSize(context, head, last, positions?.through ?? head.position);
  if (positions !== undefined) {
    return { chain, ...proof, range: { from: positions.from, through: positions.through } };
  }
  const whole = { from: 1, through: proof.size };
  const hasInterval = selection.from !== undefined || selection.to !== undefined;
  // A slice is looked at record by record when it is written; only a range has to be known before.
  const range =
    hasInterval && selection.tenantId === undefined ? await smallestRange(source, chain, whole, selection) : whole;
  return { chain, ...proof, ...(range === undefined ? {} : { range }) };
}

/** The newest checkpoint that covers `last`; in a log that signs nothing, the tree of `unsignedSize` records. */
async function provenSize(
  { source, folder, logName }: PlanContext,
  { chain }: ChainHead,
  last: number,
  unsignedSize: number,
): Promise<Pick<ChainPlan, 'size' | 'root' | 'note'>> {
  if (logName === undefined) {
    const tree = new TileTree(unsignedSize, (wanted) => source.tiles(chain, wanted));
    return { size: unsignedSize, root: Buffer.from(await tree.root()).toString('hex') };
  }
  const stored = await source.checkpoints({ chain, minSize: last });
  const own = stored.find((checkpoint) => isOf(checkpoint, originOf(logName, chain)));
  if (own === undefined) {
    throw new BundleRefusedError(
      folder,
      `no checkpoint of "${logName}" covers position ${last} of chain "${chain}"`,
      'Make a checkpoint first (`audited checkpoint`).',
    );
  }
  return { size: own.size, root: own.root, note: own.note };
}

/** A log may have been renamed; and what is stored may be damaged. Whether the signature holds is for the verifier. */
function isOf({ note, size, root }: StoredCheckpoint, origin: string): boolean {
  try {
    const signed = parseCheckpoint(note);
    return signed.origin === origin && signed.size === size && Buffer.from(signed.root).toString('hex') === root;
  } catch (error) {
    if (error instanceof NoteMalformedError) {
      return false;
    }
    throw error;
  }
}

/** From the first record of the interval to the last: times of events need not rise with their positions. */
async function smallestRange(
  source: RecordStream,
  chain: ChainId,
  whole: Required<PositionRange>,
  selection: CheckedSelection,
): Promise<Required<PositionRange> | undefined> {
  let range: Required<PositionRange> | undefined;
  for await (const records of source.records(chain, whole)) {
    for (const record of records) {
      const event = eventOf(record);
      if (event !== undefined && isInInterval(selection, event)) {
        range = { from: range?.from ?? record.seal.position, through: record.seal.position };
      }
    }
  }
  return range;
}
