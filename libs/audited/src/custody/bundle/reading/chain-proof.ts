import { ProofMalformedError } from '../../../event/proof.error.js';
import type { PositionSpan } from '../../../integrity/position-ranges.js';
import { HASH_BYTES, type Hash } from '../../../integrity/tree/merkle-hash.js';
import { sliceRoot } from '../../../integrity/tree/slice-check.js';
import { proofFile } from '../bundle-format.js';
import type { BundleManifest, ManifestChain } from '../bundle-manifest.js';
import type { BundleChainVerdict, BundleFaults } from '../bundle-report.js';
import { ChainCheck } from './chain-check.js';
import type { RecordLines } from './record-lines.js';
import { chunksOf, FileProblem } from './safe-file.js';

/** One chain of a bundle, and where it is read from. */
export interface ChainToProve {
  readonly folder: string;
  readonly manifest: BundleManifest;
  readonly entry: ManifestChain;
  readonly spans: readonly PositionSpan[];
  readonly lines: RecordLines;
  readonly faults: BundleFaults;
  readonly checkpointTime: string | undefined;
}

/** Checks the records of a chain, and that they and the nodes beside them give the root. */
export async function proveChain(chain: ChainToProve): Promise<BundleChainVerdict> {
  const { entry, manifest, spans, lines, faults, checkpointTime } = chain;
  const hasGap = checkRange(chain);
  const check = new ChainCheck(entry, spans, manifest, faults);
  const leaves = check.leaves(lines);
  const problem = await rootProblem(chain, leaves);
  // A proof that ends early leaves records that were not looked at yet.
  await drained(leaves);
  checkFigures(chain, check);
  if (problem !== undefined && check.isSound && !faults.toldAbout(problem.file ?? '')) {
    faults.add({ ...problem, chain: entry.chain });
  }
  return {
    chain: entry.chain,
    size: entry.size,
    root: entry.root,
    ...(checkpointTime === undefined ? {} : { checkpointTime }),
    records: check.records,
    ...(check.first === undefined || check.last === undefined ? {} : { first: check.first, last: check.last }),
    isProved: problem === undefined && check.isComplete && !hasGap,
    erased: check.erased,
    macsUnchecked: check.macsUnchecked,
  };
}

type RootProblem = { readonly kind: 'checkpoint' | 'proof'; readonly message: string; readonly file?: string };

async function rootProblem(
  { folder, entry, spans }: ChainToProve,
  leaves: AsyncGenerator<Hash, void, void>,
): Promise<RootProblem | undefined> {
  const file = proofFile(entry.chain);
  const nodes = nodesOf(folder, file);
  try {
    const ranges = spans.map(([from, through]) => [from - 1, through] as const);
    const root = await sliceRoot(entry.size, ranges, leaves, nodes);
    return Buffer.from(root).toString('hex') === entry.root
      ? undefined
      : { kind: 'checkpoint', message: 'records and tree nodes do not give the root of the checkpoint' };
  } catch (error) {
    if (error instanceof ProofMalformedError || error instanceof FileProblem) {
      return { kind: 'proof', file, message: error.message };
    }
    throw error;
  } finally {
    await nodes.return();
  }
}

async function* nodesOf(folder: string, file: string): AsyncGenerator<Hash, void, void> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunksOf(folder, file)) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    for (; at + HASH_BYTES <= bytes.length; at += HASH_BYTES) {
      yield bytes.subarray(at, at + HASH_BYTES);
    }
    rest = bytes.subarray(at);
  }
  if (rest.length > 0) {
    throw new ProofMalformedError(`its file ends in the middle of a hash`);
  }
}

async function drained(leaves: AsyncGenerator<Hash, void, void>): Promise<void> {
  while ((await leaves.next()).done !== true) {
    // What is checked is checked while the leaf is made.
  }
}

/** A bundle that claims to be whole has one run of positions; each hole in it is a record that its writer did not find. */
function checkRange(chain: ChainToProve): boolean {
  const { manifest, entry, spans, faults } = chain;
  if (manifest.method === 'slice') {
    return false;
  }
  const lacksEnd = checkEnds(chain);
  for (const [index, [from]] of spans.entries()) {
    const through = spans[index - 1]?.[1];
    if (through !== undefined) {
      const message = `${from - through - 1} record(s) were missing in the log when the bundle was written`;
      faults.add({ kind: 'deleted', chain: entry.chain, position: through + 1, message });
    }
  }
  return lacksEnd || spans.length > 1;
}

/**
 * Where it is known what was asked for, a record that is missing before the first one or behind the last one shows too.
 * Not so in an interval of time; and what stands before the first one of a whole chain may have been pruned.
 */
function checkEnds({ manifest: { selection }, entry, spans, faults }: ChainToProve): boolean {
  const { chain, size } = entry;
  const { from, through } = selection.positions ?? { from: undefined, through: size };
  const [first, last] = [spans[0]?.[0], spans.at(-1)?.[1] ?? (from ?? 1) - 1];
  const isWhole = selection.from === undefined && selection.to === undefined;
  const lacksFirst = from !== undefined && first !== undefined && first > from;
  const lacksLast = isWhole && last < through;
  if (lacksFirst) {
    const message = `${first - from} record(s) were missing in the log when the bundle was written`;
    faults.add({ kind: 'deleted', chain, position: from, message });
  }
  if (lacksLast) {
    const message =
      `${through - last} record(s) were missing in the log when the bundle was written: ` +
      `${through} were asked for, and the tree covers ${size}`;
    faults.add({ kind: 'truncated', chain, position: last + 1, message });
  }
  return lacksFirst || lacksLast;
}

/** The figures in the manifest must be those of its own positions. */
function checkFigures({ entry, spans, faults }: ChainToProve, check: ChainCheck): void {
  const count = spans.reduce((sum, [from, through]) => sum + through - from + 1, 0);
  const isRight =
    entry.first === spans[0]?.[0] && entry.last === spans.at(-1)?.[1] && (spans.at(-1)?.[1] ?? 0) <= entry.size;
  // A record too many or too few is named already.
  if (!isRight || (entry.count !== count && check.isSound)) {
    const message =
      `the manifest says ${entry.count} record(s), ${entry.first ?? 'none'} to ${entry.last ?? 'none'} of ${entry.size}; ` +
      `its positions are ${count}, and the file holds ${check.records}`;
    faults.add({ kind: 'manifest', chain: entry.chain, message });
  }
}
