import { join } from 'node:path';
import { PruneRefusedError } from '../event/custody.error.js';
import { originOf } from '../integrity/notes/checkpoint.js';
import { checkStatement } from '../integrity/notes/statement-note.js';
import type { IntegrityReport } from '../integrity/integrity-fault.js';
import type { VerifyOptions } from '../storage/audit-reader.js';
import { verifyBundle } from './bundle/bundle-verifier.js';
import { writeBundle, type BundleParts } from './bundle/bundle-writer.js';
import type { CustodyAct } from './custody-act.js';
import type { CustodyParts } from './custody-parts.js';
import { BundleErasurePlace } from './erasure/bundle.erasure-place.js';
import { Erasure } from './erasure/erasure.js';
import type { ReanchorParts } from './reanchor/reanchor.js';
import { Retention, type PruneArchive } from './retention/retention.js';
import type { ChainPrunePlan } from './retention/prune-plan.js';

/** Verifies with the keys of this log, unless others are named. */
export function verifyLog({ store, signing }: CustodyParts, options: VerifyOptions = {}): Promise<IntegrityReport> {
  const { trustedKeys = signing.trustedKeys } = options;
  const named = signing.logName === undefined ? options : { logName: signing.logName, ...options };
  return store.verify(trustedKeys.length === 0 ? named : { ...named, trustedKeys });
}

/** What bundles of this log are made from. */
export function bundleParts({ log, signing, ring, clock }: CustodyParts): BundleParts {
  const { signers, logName } = signing;
  const own = new Set(signers.map(({ publicKey }) => Buffer.from(publicKey).toString('hex')));
  const known = (ring?.keys ?? []).map(({ publicKey }) => publicKey);
  const retiredKeys = known.filter((key) => !own.has(Buffer.from(key).toString('hex')));
  return { source: log, signers, logName, clock, retiredKeys };
}

/** Pruning under the policy of this log. */
export function retentionOf(parts: CustodyParts): Retention {
  const { log, holds, statements, retention: policy, classOfType, guards = [], clock, ring, signing } = parts;
  return new Retention({
    stream: log,
    store: log,
    holds,
    statements,
    clock,
    policy,
    classOfType,
    guards,
    isStored: async (id) => (await parts.store.get(id)) !== undefined,
    verify: (chain) => verifyLog(parts, { chain }),
    checkpoint: (chain) => parts.checkpointer.checkpoint(chain, { force: true }),
    isOwnStatement: ({ details }) => {
      const { logName } = signing;
      const { chain } = details.statement;
      const origin = logName === undefined ? undefined : originOf(logName, chain);
      return checkStatement(details, ring, origin) === 'accepted';
    },
    ...(policy.archive === undefined
      ? {}
      : { archive: (plan: ChainPrunePlan, act: CustodyAct) => archive(parts, policy.archive ?? '', plan, act) }),
  });
}

/** Erasing, everywhere that was named. */
export function erasureOf(parts: CustodyParts): Erasure {
  const { log, statements, holds, clock, retention, erasure = {} } = parts;
  const { waiting = [], places = [], bundles = [], settle, scrubs = false } = erasure;
  const hasBundles = bundles.length > 0 || retention.archive !== undefined;
  return new Erasure({
    store: log,
    stream: log,
    waiting,
    statements,
    holds: () => holds.active(),
    places: hasBundles ? [...places, new BundleErasurePlace(bundles, retention.archive)] : places,
    ...(settle === undefined ? {} : { settle }),
    scrubs,
    clock,
  });
}

/** What re-anchoring needs. */
export function reanchorParts(parts: CustodyParts): ReanchorParts {
  return {
    statements: parts.statements,
    verify: (chain, checkpoints) => verifyLog(parts, { chain, checkpoints }),
    checkpoint: (chain) => parts.checkpointer.checkpoint(chain, { force: true }),
  };
}

/** A bundle of exactly what goes, read back before anything does. */
async function archive(
  parts: CustodyParts,
  folder: string,
  { chain, from, through }: ChainPrunePlan,
  { by }: CustodyAct,
): Promise<PruneArchive> {
  const stamp = new Date(parts.clock.now()).toISOString().replaceAll(/[:.]/g, '');
  // A chain's name may hold a colon, which file systems may not take.
  const name = `${chain.replaceAll(':', '_')}-${from}-${through}-${stamp}`;
  const path = join(folder, name);
  const { manifestSha256 } = await writeBundle(bundleParts(parts), {
    folder: path,
    selection: { positions: { chain, from, through } },
    by,
    allowUnsigned: true,
    restart: true,
  });
  const { trustedKeys } = parts.signing;
  const { ok, faults, records } = await verifyBundle(path, trustedKeys.length === 0 ? {} : { trustedKeys });
  if (!ok || records !== through - from + 1) {
    throw new PruneRefusedError(
      chain,
      `the archive "${path}" does not verify (${faults[0]?.message ?? `it holds ${records} records`})`,
      'Look at its disk; nothing was removed.',
      { obstacle: 'archive' },
    );
  }
  return { name, sha256: manifestSha256 };
}
