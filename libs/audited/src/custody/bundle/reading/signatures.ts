import * as crypto from 'node:crypto';
import { KeyInvalidError, NoteMalformedError } from '../../../event/proof.error.js';
import { originOf, parseCheckpoint, type Checkpoint } from '../../../integrity/notes/checkpoint.js';
import { KeyRing, parseTrustedKeys, type TrustedKey } from '../../../integrity/notes/key-ring.js';
import { checkpointFile, KEYS_FILE, MANIFEST_NOTE_FILE, MANIFEST_NOTE_KIND, MAX_NOTE_BYTES } from '../bundle-format.js';
import type { ManifestChain } from '../bundle-manifest.js';
import type { BundleFaults } from '../bundle-report.js';
import { FileProblem, readText } from './safe-file.js';
import type { ReadManifest } from './manifest-reader.js';

/** Whose signatures count, and what the manifest says. */
export interface SignatureContext {
  readonly folder: string;
  readonly read: ReadManifest;
  /** Keys that the caller trusts; absent: those of the bundle itself, which prove consistency only. */
  readonly trusted: readonly TrustedKey[] | undefined;
  /** Files that are there. */
  readonly present: ReadonlySet<string>;
  readonly faults: BundleFaults;
}

/** Checks the signatures of the manifest and of every checkpoint. @returns when each chain's checkpoint was signed */
export async function checkSignatures(context: SignatureContext): Promise<readonly (string | undefined)[]> {
  const { manifest, text } = context.read;
  const { log, createdAt } = manifest;
  if (log === undefined) {
    if (context.trusted !== undefined) {
      context.faults.add({
        kind: 'signature',
        message: 'the bundle is not signed, so no key that you trust vouches for it',
      });
    }
    return manifest.chains.map(() => undefined);
  }
  const keys = context.trusted ?? (await keysInBundle(context));
  const note = await noteOf(context, MANIFEST_NOTE_FILE);
  if (note !== undefined) {
    const sha256 = crypto.hash('sha256', text, 'hex');
    if (!note.startsWith(`${log}\n${MANIFEST_NOTE_KIND}\n${sha256}\n\n`)) {
      fault(context, MANIFEST_NOTE_FILE, 'the note signs another manifest');
    } else {
      judge(context, manifestRing(keys, log), note, { name: log, file: MANIFEST_NOTE_FILE, at: createdAt });
    }
  }
  const ring = new KeyRing(keys);
  const times: (string | undefined)[] = [];
  for (const chain of manifest.chains) {
    times.push(await checkCheckpoint(context, ring, originOf(log, chain.chain), chain));
  }
  return times;
}

async function checkCheckpoint(
  context: SignatureContext,
  ring: KeyRing,
  origin: string,
  chain: ManifestChain,
): Promise<string | undefined> {
  const file = checkpointFile(chain.chain);
  const note = chain.checkpoint ? await noteOf(context, file) : undefined;
  const checkpoint = note === undefined ? undefined : readCheckpoint(context, file, note);
  if (note === undefined || checkpoint === undefined) {
    return undefined;
  }
  const { size, root, time } = checkpoint;
  if (size !== chain.size || Buffer.from(root).toString('hex') !== chain.root) {
    fault(
      context,
      file,
      `the checkpoint is of ${size} records and another root than the manifest says (${chain.size})`,
    );
  }
  judge(context, ring, note, { name: origin, file, at: time ?? context.read.manifest.createdAt, chain: chain.chain });
  return time;
}

function readCheckpoint({ faults }: SignatureContext, file: string, note: string): Checkpoint | undefined {
  try {
    return parseCheckpoint(note);
  } catch (error) {
    if (error instanceof NoteMalformedError) {
      faults.add({ kind: 'signature', file, message: error.message });
      return undefined;
    }
    throw error;
  }
}

function judge(
  { faults, trusted }: SignatureContext,
  ring: KeyRing,
  note: string,
  { name, file, at, chain }: { name: string; file: string; at: string | undefined; chain?: string },
): void {
  const verdict = ring.check(note, name, at);
  if (verdict.state !== 'trusted') {
    const whose = trusted === undefined ? ' (the keys are those in the bundle itself)' : '';
    const message = `${verdict.problem}${whose}`;
    faults.add({ kind: 'signature', file, message, ...(chain === undefined ? {} : { chain }) });
  }
}

/** A manifest is about chains, so a key that was given for one of them counts for it; for other chains it does not. */
function manifestRing(keys: readonly TrustedKey[], log: string): KeyRing {
  return new KeyRing(
    keys.map((key) => (key.name !== undefined && key.name.startsWith(`${log}/`) ? { ...key, name: log } : key)),
  );
}

async function keysInBundle(context: SignatureContext): Promise<readonly TrustedKey[]> {
  const text = await noteOf(context, KEYS_FILE);
  try {
    return text === undefined ? [] : parseTrustedKeys(text);
  } catch (error) {
    if (error instanceof KeyInvalidError) {
      fault(context, KEYS_FILE, error.message);
      return [];
    }
    throw error;
  }
}

/** A missing file is told already. */
async function noteOf(context: SignatureContext, name: string): Promise<string | undefined> {
  if (!context.present.has(name)) {
    return undefined;
  }
  try {
    return await readText(context.folder, name, MAX_NOTE_BYTES);
  } catch (error) {
    if (error instanceof FileProblem) {
      context.faults.add({ kind: 'file', file: name, message: `the file ${error.message}` });
      return undefined;
    }
    throw error;
  }
}

function fault({ faults }: SignatureContext, file: string, message: string): void {
  faults.add({ kind: 'signature', file, message });
}
