import type { AuditActor } from '../../event/audit-event.js';
import { BundleRefusedError } from '../../event/bundle.error.js';
import type { Clock } from '../../event/clock.js';
import { originOf } from '../../integrity/notes/checkpoint.js';
import type { NoteSigner } from '../../integrity/notes/note-signer.js';
import { verifierKey } from '../../integrity/notes/signed-note.js';
import type { Hash } from '../../integrity/tree/merkle-hash.js';
import { TileTree } from '../../integrity/tree/tile-tree.js';
import { systemCode } from '../../recording/spool/durable-folder.js';
import { checkpointFile, KEYS_FILE, proofFile } from './bundle-format.js';
import type { BundleManifest, ManifestChain } from './bundle-manifest.js';
import { checkSelection, type BundleSelection, type CheckedSelection } from './bundle-selection.js';
import type { BundleFile } from './writing/bundle-file.js';
import { planChains, type BundleSource, type ChainPlan } from './writing/chain-plan.js';
import { manifestOf, writeManifest, type ProvedChain } from './writing/manifest-writer.js';
import { PartialBundle } from './writing/partial-bundle.js';
import { RecordWriter, type ChainContent, type WriteProgress } from './writing/record-writer.js';

/** 64 KiB of hashes. */
const NODES_AT_A_TIME = 2048;

/** What a bundle is made from. */
export interface BundleParts {
  readonly source: BundleSource;
  /** Sign the manifest. None: see {@link BundleOptions.allowUnsigned}. */
  readonly signers: readonly NoteSigner[];
  /** Name of the log, as in its checkpoints; needed by whoever signs. */
  readonly logName?: string | undefined;
  readonly clock: Clock;
  /** Public keys (32 bytes) that signed before and are retired now; they go into `keys.txt` beside those that sign. */
  readonly retiredKeys?: readonly Uint8Array[];
}

/** How to write a bundle. */
export interface BundleOptions {
  /** Must not exist; the folders above are made. */
  readonly folder: string;
  readonly selection: BundleSelection;
  /** Who has it made; only kind and id go into the manifest. */
  readonly by?: AuditActor;
  /** Write one without signature when there is no key; the manifest says so. @default false */
  readonly allowUnsigned?: boolean;
  /** Remove what a stopped try left under the same name; only when no other process writes there. @default false */
  readonly restart?: boolean;
  readonly onProgress?: WriteProgress;
}

/** What was written. */
export interface BundleSummary {
  /** Absolute. */
  readonly folder: string;
  /** Hex SHA-256 of `manifest.json`: names the bundle beyond doubt. */
  readonly manifestSha256: string;
  readonly records: number;
  /** Of all files together. */
  readonly bytes: number;
  readonly isSigned: boolean;
  readonly method: BundleManifest['method'];
  readonly chains: readonly ManifestChain[];
}

/**
 * Writes a bundle: records, their proofs, the checkpoints they lead to, and a signed manifest, in a folder that anybody
 * can verify without the database. Memory stays flat; nothing is there under the given name until everything is.
 *
 * Only records that a checkpoint covers go in: make one first, or the newest records are missing. Nothing is judged: of a
 * damaged log comes a bundle whose verification names the damage.
 *
 * @throws BundleRefusedError, QueryInvalidError, TreeIncompleteError; what the store and the signers say
 */
export async function writeBundle(parts: BundleParts, options: BundleOptions): Promise<BundleSummary> {
  const { folder, allowUnsigned = false, restart } = options;
  const selection = checkSelection(options.selection);
  const isSigned = parts.signers.length > 0 && parts.logName !== undefined;
  if (!isSigned && !allowUnsigned) {
    throw new BundleRefusedError(
      folder,
      'there is no key to sign it with',
      'Configure a signing key and the name of the log, or ask for an unsigned bundle, which proves only that it is consistent.',
    );
  }
  const context = { source: parts.source, folder, logName: isSigned ? parts.logName : undefined };
  const plans = await planChains(context, selection);
  const partial = await PartialBundle.begin(folder, restart);
  try {
    return await fill(partial, { ...parts, logName: context.logName }, { ...options, selection }, plans);
  } catch (error) {
    await partial.discard();
    throw diskProblem(folder, error) ?? error;
  }
}

/** What a disk says when it is full or failing; other systems have words of their own. */
const DISK_CODES = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'EACCES', 'EPERM', 'EMFILE']);

function diskProblem(folder: string, error: unknown): BundleRefusedError | undefined {
  const code = systemCode(error);
  return code === undefined || !DISK_CODES.has(code)
    ? undefined
    : new BundleRefusedError(folder, `its disk failed (${code})`, 'Make room, or choose another place.', {
        cause: error,
      });
}

type CheckedOptions = Omit<BundleOptions, 'selection'> & { readonly selection: CheckedSelection };

async function fill(
  partial: PartialBundle,
  parts: BundleParts,
  options: CheckedOptions,
  plans: readonly ChainPlan[],
): Promise<BundleSummary> {
  const isSlice = options.selection.tenantId !== undefined;
  const contents = await writeRecords(partial, parts.source, options, plans);
  // The name of a chain that holds nothing of a tenant is none of the tenant's business.
  const held = plans
    .map((plan, index) => ({ plan, content: contents[index] }))
    .filter((pair): pair is ProvedChain => pair.content !== undefined && (!isSlice || pair.content.count > 0));
  for (const { plan, content } of held) {
    await writeProof(partial, parts.source, plan, content);
  }
  await writeKeys(partial, parts, held);
  const { selection, by } = options;
  const facts = { nowMs: parts.clock.now(), logName: parts.logName, selection, by };
  const manifest = manifestOf(partial, facts, held);
  const { sha256 } = await writeManifest(partial, options.folder, manifest, parts.signers);
  const bytes = partial.files.reduce((sum, file) => sum + file.bytes, 0);
  return {
    folder: await partial.commit(),
    manifestSha256: sha256,
    records: manifest.records,
    bytes,
    isSigned: manifest.signed,
    method: manifest.method,
    chains: manifest.chains,
  };
}

async function writeRecords(
  partial: PartialBundle,
  source: BundleSource,
  { folder, selection, onProgress }: CheckedOptions,
  plans: readonly ChainPlan[],
): Promise<readonly ChainContent[]> {
  const writer = await RecordWriter.begin(partial, folder);
  try {
    const contents: ChainContent[] = [];
    for (const plan of plans) {
      contents.push(await writer.write(source, plan, selection, onProgress));
    }
    await writer.finish();
    return contents;
  } catch (error) {
    await writer.abandon();
    throw error;
  }
}

async function writeProof(
  partial: PartialBundle,
  source: BundleSource,
  { chain, size, note }: ChainPlan,
  { positions }: ChainContent,
): Promise<void> {
  const tree = new TileTree(size, (wanted) => source.tiles(chain, wanted));
  // Leaves are numbered from 0 and ranges of leaves end before their end.
  const leaves = positions.ranges().map(([from, through]) => [from - 1, through] as const);
  const file = await partial.create(proofFile(chain));
  try {
    await writeNodes(file, tree.sliceProof(leaves));
  } catch (error) {
    await file.abandon();
    throw error;
  }
  await partial.end(file);
  if (note !== undefined) {
    await partial.put(checkpointFile(chain), note);
  }
}

/** Nodes are small, and a call of the system for each would take longer than everything else. */
async function writeNodes(file: BundleFile, nodes: AsyncIterable<Hash>): Promise<void> {
  let gathered: Hash[] = [];
  for await (const node of nodes) {
    gathered.push(node);
    if (gathered.length === NODES_AT_A_TIME) {
      await file.write(Buffer.concat(gathered));
      gathered = [];
    }
  }
  await file.write(Buffer.concat(gathered));
}

async function writeKeys(partial: PartialBundle, parts: BundleParts, held: readonly ProvedChain[]): Promise<void> {
  const { logName, signers, retiredKeys = [] } = parts;
  if (logName === undefined) {
    return;
  }
  const keys = [...signers.map(({ publicKey }) => publicKey), ...retiredKeys];
  const names = [logName, ...held.map(({ plan }) => originOf(logName, plan.chain))];
  const lines = names.flatMap((name) => keys.map((key) => verifierKey(name, key)));
  await partial.put(KEYS_FILE, `${[...new Set(lines)].join('\n')}\n`);
}
