import type { AuditActor } from '../../../event/audit-event.js';
import { BundleRefusedError } from '../../../event/bundle.error.js';
import { PACKAGE_VERSION } from '../../../event/package-version.js';
import type { NoteSigner } from '../../../integrity/notes/note-signer.js';
import { signNote } from '../../../integrity/notes/signed-note.js';
import { formatSpans } from '../../../integrity/position-ranges.js';
import {
  BUNDLE_FORMAT,
  MANIFEST_FILE,
  MANIFEST_NOTE_FILE,
  MANIFEST_NOTE_KIND,
  MAX_MANIFEST_BYTES,
  PERSONAL_FILE,
} from '../bundle-format.js';
import { manifestText, type BundleManifest, type ManifestChain } from '../bundle-manifest.js';
import type { CheckedSelection } from '../bundle-selection.js';
import type { ChainPlan } from './chain-plan.js';
import type { PartialBundle } from './partial-bundle.js';
import type { ChainContent } from './record-writer.js';

/** What was written of a chain, and what it was proved against. */
export interface ProvedChain {
  readonly plan: ChainPlan;
  readonly content: ChainContent;
}

/** What a manifest says beside what was written. */
export interface ManifestFacts {
  readonly nowMs: number;
  /** Absent: unsigned. */
  readonly logName: string | undefined;
  readonly selection: CheckedSelection;
  readonly by: AuditActor | undefined;
}

/** The manifest of everything that was written so far. */
export function manifestOf(
  partial: PartialBundle,
  { nowMs, logName, selection, by }: ManifestFacts,
  held: readonly ProvedChain[],
): BundleManifest {
  const sum = (of: (content: ChainContent) => number): number =>
    held.reduce((total, { content }) => total + of(content), 0);
  return {
    format: BUNDLE_FORMAT,
    createdAt: new Date(nowMs).toISOString(),
    ...(by === undefined ? {} : { createdBy: { kind: by.kind, ...(by.id === undefined ? {} : { id: by.id }) } }),
    generator: `nestjs-audited ${PACKAGE_VERSION}`,
    ...(logName === undefined ? {} : { log: logName }),
    signed: logName !== undefined,
    selection,
    method: selection.tenantId === undefined ? 'range' : 'slice',
    records: sum(({ count }) => count),
    personal: sum(({ personal }) => personal),
    chains: held.map((pair) => manifestChain(pair)),
    files: partial.files.filter(({ name }) => name !== PERSONAL_FILE),
  };
}

function manifestChain({ plan, content }: ProvedChain): ManifestChain {
  const spans = content.positions.ranges();
  const first = spans[0]?.[0];
  const last = spans.at(-1)?.[1];
  return {
    chain: plan.chain,
    size: plan.size,
    root: plan.root,
    checkpoint: plan.note !== undefined,
    count: content.count,
    positions: formatSpans(spans),
    ...(first === undefined || last === undefined ? {} : { first, last }),
    erased: content.erased,
  };
}

/**
 * Writes the manifest and signs it.
 *
 * @throws BundleRefusedError when it is larger than a verifier would read
 */
export async function writeManifest(
  partial: PartialBundle,
  folder: string,
  manifest: BundleManifest,
  signers: readonly NoteSigner[],
): Promise<{ readonly sha256: string }> {
  const text = manifestText(manifest);
  if (Buffer.byteLength(text) > MAX_MANIFEST_BYTES) {
    throw new BundleRefusedError(
      folder,
      `its records stand in so many places that the manifest would have more than ${MAX_MANIFEST_BYTES} bytes`,
      'Choose a shorter interval, and write several bundles.',
    );
  }
  const { sha256 } = await partial.put(MANIFEST_FILE, text);
  const { log } = manifest;
  if (log !== undefined) {
    const note = await signNote(`${log}\n${MANIFEST_NOTE_KIND}\n${sha256}\n`, log, signers);
    await partial.put(MANIFEST_NOTE_FILE, note);
  }
  return { sha256 };
}
