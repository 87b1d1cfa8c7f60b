import * as crypto from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { systemClock, type Clock } from '../../event/clock.js';
import { parseTrustedKeys, type TrustedKey } from '../../integrity/notes/key-ring.js';
import type { VerifyProgress } from '../../storage/audit-reader.js';
import { PARTIAL_SUFFIX } from './bundle-format.js';
import type { BundleManifest } from './bundle-manifest.js';
import { BundleFaults, type BundleChainVerdict, type BundleReport } from './bundle-report.js';
import { proveChain } from './reading/chain-proof.js';
import { checkInventory } from './reading/inventory.js';
import { ManifestProblem, readManifest, type ReadManifest } from './reading/manifest-reader.js';
import { RecordLines } from './reading/record-lines.js';
import { remarksOn } from './reading/remarks.js';
import { checkSignatures } from './reading/signatures.js';

/** How to verify a bundle. */
export interface VerifyBundleOptions {
  /**
   * Public keys that may sign: PEM, or C2SP verifier keys, one or several in a text. Without any, only consistency is
   * verified, and the report says so.
   */
  readonly trustedKeys?: readonly string[];
  /** How many faults are named; all are counted. @default 1000 */
  readonly maxFaults?: number;
  /** Called from time to time. */
  readonly onProgress?: (progress: VerifyProgress) => void;
  /** @default the system's */
  readonly clock?: Clock;
}

const DEFAULT_MAX_FAULTS = 1000;

/**
 * Verifies a bundle with nothing but its files and the keys that the caller trusts: no database, no network. Memory stays
 * flat. Whatever the files are, the answer is a verdict.
 *
 * @throws KeyInvalidError when a trusted key is none; nothing else
 */
export async function verifyBundle(folder: string, options: VerifyBundleOptions = {}): Promise<BundleReport> {
  const { clock = systemClock, maxFaults = DEFAULT_MAX_FAULTS, trustedKeys = [] } = options;
  const startedMs = performance.now();
  const trusted = trustedKeys.flatMap((text) => parseTrustedKeys(text));
  const faults = new BundleFaults(maxFaults);
  const path = resolve(folder);
  const read = await manifestOf(path, faults);
  const keys = trusted.length > 0 ? trusted : undefined;
  const chains = read.manifest === undefined ? [] : await verifyContent(path, read.manifest, keys, faults, options);
  const ok = faults.count === 0;
  const isTrusted = ok && keys !== undefined;
  return {
    ok,
    isTrusted,
    remarks: remarksOn(read.manifest?.manifest, { isTrusted, hasKeys: keys !== undefined, nowMs: clock.now(), chains }),
    folder: path,
    ...(read.manifest === undefined ? {} : { manifest: summaryOf(read.manifest.manifest) }),
    ...(read.text === undefined ? {} : { manifestSha256: crypto.hash('sha256', read.text, 'hex') }),
    records: sum(chains.map(({ records }) => records)),
    erased: sum(chains.map(({ erased }) => erased)),
    chains,
    faults: faults.all,
    faultCount: faults.count,
    durationMs: Math.round(performance.now() - startedMs),
  };
}

async function manifestOf(
  folder: string,
  faults: BundleFaults,
): Promise<{ readonly manifest?: ReadManifest; readonly text?: string }> {
  if (!(await isFolder(folder))) {
    faults.add({ kind: 'folder', message: `"${folder}" is no folder that can be read` });
    return {};
  }
  if (basename(folder).endsWith(PARTIAL_SUFFIX)) {
    faults.add({ kind: 'folder', message: 'the bundle was never finished: its name still says so' });
    return {};
  }
  try {
    const manifest = await readManifest(folder);
    return { manifest, text: manifest.text };
  } catch (error) {
    if (error instanceof ManifestProblem) {
      faults.add({ kind: error.kind, file: 'manifest.json', message: error.message });
      return error.text === undefined ? {} : { text: error.text };
    }
    throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    // Whatever the reason, there is nothing to verify, and the report says so.
    return false;
  }
}

async function verifyContent(
  folder: string,
  read: ReadManifest,
  trusted: readonly TrustedKey[] | undefined,
  faults: BundleFaults,
  { onProgress }: VerifyBundleOptions,
): Promise<readonly BundleChainVerdict[]> {
  const { manifest } = read;
  const present = await checkInventory(folder, manifest, faults);
  const times = await checkSignatures({ folder, read, trusted, present, faults });
  const lines = new RecordLines(folder, manifest, faults, onProgress);
  const verdicts: BundleChainVerdict[] = [];
  try {
    for (const [index, entry] of manifest.chains.entries()) {
      const spans = read.spans[index] ?? [];
      verdicts.push(await proveChain({ folder, manifest, entry, spans, lines, faults, checkpointTime: times[index] }));
    }
    await lines.finish();
  } finally {
    await lines.close();
  }
  checkSums(manifest, faults);
  return verdicts;
}

function checkSums({ records, chains }: BundleManifest, faults: BundleFaults): void {
  const counted = sum(chains.map(({ count }) => count));
  if (records !== counted) {
    const message = `the manifest says ${records} record(s) in all, and ${counted} in its chains`;
    faults.add({ kind: 'manifest', message });
  }
}

function summaryOf({
  chains: _chains,
  files: _files,
  ...summary
}: BundleManifest): NonNullable<BundleReport['manifest']> {
  return summary;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
