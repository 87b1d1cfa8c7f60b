import type { BundleManifest } from '../bundle-manifest.js';
import type { BundleChainVerdict } from '../bundle-report.js';

/** Clocks differ a little. */
const MAX_SKEW_MS = 5 * 60 * 1000;

/** What remarks depend on, beside the manifest. */
export interface RemarkFacts {
  readonly isTrusted: boolean;
  readonly hasKeys: boolean;
  readonly nowMs: number;
  readonly chains: readonly BundleChainVerdict[];
}

/** Says in words what a verdict means, and what it does not. */
export function remarksOn(manifest: BundleManifest | undefined, facts: RemarkFacts): readonly string[] {
  if (manifest === undefined) {
    return [];
  }
  const remarks: string[] = [];
  if (!facts.hasKeys) {
    remarks.push(
      'Nobody you named has signed this: only its consistency was verified, and whoever made it may have made all of it. ' +
        'Verify with the public key of the log.',
    );
  }
  if (!manifest.signed) {
    remarks.push('The bundle is not signed at all: its roots are the word of whoever made it.');
  }
  if (manifest.method === 'slice') {
    remarks.push('Single records are proved; that none of the tenant was left out cannot be proved.');
  } else if (manifest.selection.from !== undefined || manifest.selection.to !== undefined) {
    remarks.push(
      'Between the first and the last position nothing is missing; that no event of the interval was recorded elsewhere is the word of the writer.',
    );
  }
  const late = facts.chains.filter(({ first = 1 }) => first > 1).map(({ chain, first }) => `"${chain}" (${first})`);
  if (manifest.method === 'range' && isOfWholeChains(manifest) && late.length > 0) {
    remarks.push(
      `Not from the first record on, but from a later position: ${late.join(', ')}. Whether what stood before was pruned ` +
        'is for the records audit.prune in it to say, and for the verification of the log.',
    );
  }
  if (facts.chains.some(({ macsUnchecked }) => macsUnchecked > 0)) {
    remarks.push('Keyed seals were not checked: their keys are secret and not part of a bundle.');
  }
  if (Date.parse(manifest.createdAt) > facts.nowMs + MAX_SKEW_MS) {
    remarks.push(`It says it was made at ${manifest.createdAt}, which is in the future by the clock of this machine.`);
  }
  return remarks;
}

function isOfWholeChains({ selection: { from, to, positions } }: BundleManifest): boolean {
  return from === undefined && to === undefined && positions === undefined;
}
