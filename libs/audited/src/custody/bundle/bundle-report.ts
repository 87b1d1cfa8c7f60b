import type { ChainId } from '../../event/audit-record.js';
import type { IntegrityFaultKind } from '../../integrity/integrity-fault.js';
import type { BundleManifest } from './bundle-manifest.js';

/**
 * What is wrong with a bundle, beside what can be wrong with a chain:
 *
 * - `folder`: there is no bundle to read
 * - `file`: a file is missing, is no plain file, cannot be read, or does not belong there
 * - `digest`: a file is not the one that the manifest names
 * - `gzip`: a packed file is cut off or damaged
 * - `line`: a line is not what stands in such a file
 * - `manifest`: the manifest is malformed, or contradicts itself
 * - `format`: the bundle is of a version that this one does not know
 * - `proof`: the file of tree nodes has too few or too many, or is damaged
 * - `selection`: a record is not one that was asked for
 *
 * Of a bundle, `checkpoint` says that its records do not give the root they are proved against; `deleted` and `inserted`
 * are measured by the positions that the manifest names; `signature` concerns manifest and checkpoints.
 */
export type BundleFaultKind =
  IntegrityFaultKind | 'folder' | 'file' | 'digest' | 'gzip' | 'line' | 'manifest' | 'format' | 'proof' | 'selection';

/** One fault, named as exactly as it can be. */
export interface BundleFault {
  readonly kind: BundleFaultKind;
  /** A sentence for the operator: what was expected, what was found. */
  readonly message: string;
  readonly chain?: ChainId;
  readonly position?: number;
  /** Path in the bundle. */
  readonly file?: string;
  /** Number of the line in the unpacked file, from 1. */
  readonly line?: number;
}

/** What was found of one chain. */
export interface BundleChainVerdict {
  readonly chain: ChainId;
  /** Root and size that the records were proved against. */
  readonly size: number;
  readonly root: string;
  /** When the checkpoint was signed; absent without one. */
  readonly checkpointTime?: string;
  /** How many records were read. */
  readonly records: number;
  /** Absent when there are none. */
  readonly first?: number;
  readonly last?: number;
  /** True when records and tree nodes give the root. */
  readonly isProved: boolean;
  /** How many records have lost their personal part, here or before the bundle was made; that is no fault. */
  readonly erased: number;
  /** Keyed seals: their keys are secret, so a bundle is verified without them. */
  readonly macsUnchecked: number;
}

/** The verdict on a bundle. */
export interface BundleReport {
  /** True when there is no fault. Look at `isTrusted` too: a bundle may be in order and made by anybody. */
  readonly ok: boolean;
  /**
   * True when manifest and checkpoints are signed by keys that the caller named, and nothing is wrong. False without
   * such keys: then only consistency was verified, and whoever made the bundle may have made everything in it.
   */
  readonly isTrusted: boolean;
  /** Sentences on what the verdict means and what it does not prove. */
  readonly remarks: readonly string[];
  readonly folder: string;
  /** What the manifest says; absent when it cannot be read. */
  readonly manifest?: Omit<BundleManifest, 'chains' | 'files'>;
  /** Hex SHA-256 of `manifest.json`. */
  readonly manifestSha256?: string;
  readonly records: number;
  readonly erased: number;
  readonly chains: readonly BundleChainVerdict[];
  /** The first faults that were found; at most `maxFaults` of them. */
  readonly faults: readonly BundleFault[];
  readonly faultCount: number;
  readonly durationMs: number;
}

/** Gathers faults: names the first ones, counts all. */
export class BundleFaults {
  private readonly named: BundleFault[] = [];
  private total = 0;
  private readonly files = new Set<string>();

  constructor(private readonly maxFaults: number) {}

  add(fault: BundleFault): void {
    this.total++;
    if (fault.kind === 'file' && fault.file !== undefined) {
      this.files.add(fault.file);
    }
    if (this.named.length < this.maxFaults) {
      this.named.push(fault);
    }
  }

  get count(): number {
    return this.total;
  }

  get all(): readonly BundleFault[] {
    return this.named;
  }

  /** Whether it was told already that a file is not there or cannot be read. */
  toldAbout(file: string): boolean {
    return this.files.has(file);
  }
}
