import { PositionsInvalidError } from '../../../event/proof.error.js';
import { parseRanges, type PositionSpan } from '../../../integrity/position-ranges.js';
import {
  BUNDLE_FORMAT,
  checkpointFile,
  KEYS_FILE,
  MANIFEST_FILE,
  MAX_MANIFEST_BYTES,
  proofFile,
  RECORDS_FILE,
} from '../bundle-format.js';
import { manifestText, type BundleManifest, type ManifestChain, type ManifestFile } from '../bundle-manifest.js';
import type { BundleFaultKind } from '../bundle-report.js';
import { FileProblem, readText } from './safe-file.js';
import { isCount, isHash, isObject, isObjectOf, isOptional, isSelection, isText, isTime } from './manifest-values.js';

/** A manifest that holds what it must, and nothing that contradicts itself. */
export interface ReadManifest {
  readonly manifest: BundleManifest;
  /** Positions of each chain, in the order of `manifest.chains`. */
  readonly spans: readonly (readonly PositionSpan[])[];
  /** The bytes as they were read. */
  readonly text: string;
}

/** Why nothing more can be said about a bundle. */
export class ManifestProblem extends Error {
  override readonly name = 'ManifestProblem';

  constructor(
    readonly kind: Extract<BundleFaultKind, 'manifest' | 'format' | 'file'>,
    message: string,
    readonly text?: string,
  ) {
    super(message);
  }
}

const CHAIN_MEMBERS = ['chain', 'size', 'root', 'checkpoint', 'count', 'positions', 'first', 'last', 'erased'];
const CHAIN_NAME = /^[A-Za-z0-9._:-]{1,64}$/;

/** @throws ManifestProblem */
export async function readManifest(folder: string): Promise<ReadManifest> {
  let text: string;
  try {
    text = await readText(folder, MANIFEST_FILE, MAX_MANIFEST_BYTES);
  } catch (error) {
    if (error instanceof FileProblem) {
      throw new ManifestProblem('file', `the manifest ${error.message}`);
    }
    throw error;
  }
  const value = parsed(text);
  if (!isObject(value) || typeof value['format'] !== 'string') {
    throw new ManifestProblem('manifest', 'the manifest is not the JSON of one', text);
  }
  if (value['format'] !== BUNDLE_FORMAT) {
    const format = JSON.stringify(value['format'].slice(0, 100));
    throw new ManifestProblem('format', `the format is ${format}; this version reads ${BUNDLE_FORMAT} only`, text);
  }
  const problem = shapeProblem(value);
  if (problem !== undefined) {
    throw new ManifestProblem('manifest', problem, text);
  }
  const manifest = value as unknown as BundleManifest;
  if (manifestText(manifest) !== text) {
    throw new ManifestProblem('manifest', 'the manifest is not canonical JSON with one line feed at its end', text);
  }
  const spans = manifest.chains.map((chain) => spansOf(chain, text));
  const contradiction = contradictionIn(manifest);
  if (contradiction !== undefined) {
    throw new ManifestProblem('manifest', contradiction, text);
  }
  return { manifest, spans, text };
}

/** The files that a bundle of this manifest consists of, those outside the digests left out; in the order of names. */
export function digestedFiles({ chains, signed }: BundleManifest): readonly string[] {
  return [
    RECORDS_FILE,
    ...(signed ? [KEYS_FILE] : []),
    ...chains.map(({ chain }) => proofFile(chain)),
    ...chains.filter(({ checkpoint }) => checkpoint).map(({ chain }) => checkpointFile(chain)),
  ].sort();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: the caller says so.
    return undefined;
  }
}

function shapeProblem(value: Readonly<Record<string, unknown>>): string | undefined {
  const checks: readonly (readonly [member: string, isRight: (member: unknown) => boolean])[] = [
    ['createdAt', isTime],
    [
      'createdBy',
      isOptional((by) => isObjectOf(by, ['kind', 'id']) && isText(by['kind']) && isOptional(isText)(by['id'])),
    ],
    ['generator', isText],
    ['log', isOptional(isText)],
    ['signed', (signed) => typeof signed === 'boolean' && signed === (value['log'] !== undefined)],
    ['selection', isSelection],
    ['method', (method) => method === 'range' || method === 'slice'],
    ['records', isCount],
    ['personal', isCount],
    ['chains', (chains) => Array.isArray(chains) && chains.every(isChain)],
    ['files', (files) => Array.isArray(files) && files.every(isFile)],
  ];
  const known = new Set(['format', ...checks.map(([member]) => member)]);
  const unknown = Object.keys(value).find((member) => !known.has(member));
  if (unknown !== undefined) {
    return `the manifest has the unknown member ${JSON.stringify(unknown.slice(0, 100))}`;
  }
  const wrong = checks.find(([member, isRight]) => !isRight(value[member]));
  return wrong === undefined ? undefined : `the member "${wrong[0]}" of the manifest is missing or malformed`;
}

function isChain(value: unknown): value is ManifestChain {
  return (
    isObjectOf(value, CHAIN_MEMBERS) &&
    typeof value['chain'] === 'string' &&
    CHAIN_NAME.test(value['chain']) &&
    isCount(value['size']) &&
    isHash(value['root']) &&
    typeof value['checkpoint'] === 'boolean' &&
    isCount(value['count']) &&
    typeof value['positions'] === 'string' &&
    isOptional(isCount)(value['first']) &&
    isOptional(isCount)(value['last']) &&
    isCount(value['erased'])
  );
}

function isFile(value: unknown): value is ManifestFile {
  return (
    isObjectOf(value, ['name', 'bytes', 'sha256']) &&
    isText(value['name']) &&
    isCount(value['bytes']) &&
    isHash(value['sha256'])
  );
}

function spansOf({ chain, positions }: ManifestChain, text: string): readonly PositionSpan[] {
  try {
    return parseRanges(positions);
  } catch (error) {
    if (error instanceof PositionsInvalidError) {
      throw new ManifestProblem('manifest', `the positions of chain "${chain}" are malformed`, text);
    }
    throw error;
  }
}

function contradictionIn(manifest: BundleManifest): string | undefined {
  const { chains, selection } = manifest;
  if (chains.some(({ chain }, index) => index > 0 && chain <= (chains[index - 1]?.chain ?? ''))) {
    return 'the chains of the manifest are not in the order of their names, each once';
  }
  const chosen = selection.positions?.chain ?? selection.chain;
  if (chosen !== undefined && chains.some(({ chain }) => chain !== chosen)) {
    return 'the manifest holds a chain that was not asked for';
  }
  if ((manifest.method === 'slice') !== (selection.tenantId !== undefined)) {
    return 'the method of the manifest is not the one for its selection';
  }
  const names = manifest.files.map(({ name }) => name);
  const wanted = digestedFiles(manifest);
  if (names.length !== wanted.length || names.some((name, index) => name !== wanted[index])) {
    return 'the manifest does not name the files that such a bundle consists of';
  }
  return manifest.signed && chains.some(({ checkpoint }) => !checkpoint)
    ? 'the manifest is signed, but a chain in it has no checkpoint'
    : undefined;
}
