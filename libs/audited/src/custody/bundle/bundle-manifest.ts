import type { AuditActor } from '../../event/audit-event.js';
import type { ChainId } from '../../event/audit-record.js';
import { canonicalJson } from '../../event/canonical-json.js';
import type { JsonValue } from '../../event/json-value.js';
import type { BUNDLE_FORMAT } from './bundle-format.js';
import type { CheckedSelection } from './bundle-selection.js';

/** What `manifest.json` says. Its bytes are canonical JSON (RFC 8785) and a line feed. */
export interface BundleManifest {
  readonly format: typeof BUNDLE_FORMAT;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** Who had it made, without personal data: a manifest cannot be erased. */
  readonly createdBy?: Pick<AuditActor, 'kind' | 'id'>;
  /** Package and version. */
  readonly generator: string;
  /** Name of the log; absent in a log that signs nothing. */
  readonly log?: string;
  /** False: nobody signed, and whoever holds the bundle could have made it. */
  readonly signed: boolean;
  readonly selection: CheckedSelection;
  /**
   * `range`: of each chain, every record from the first to the last position. `slice`: single records; that none was
   * left out cannot be proved.
   */
  readonly method: 'range' | 'slice';
  /** How many records there are in all. */
  readonly records: number;
  /** How many of them had a personal part when the bundle was made. */
  readonly personal: number;
  /** In the order of their names. */
  readonly chains: readonly ManifestChain[];
  /** Every file but the manifest, its note, and the personal parts; in the order of their names. */
  readonly files: readonly ManifestFile[];
}

/** What a bundle holds of one chain. */
export interface ManifestChain {
  readonly chain: ChainId;
  /** How many records the tree covers that they are proved against. */
  readonly size: number;
  /** Hex SHA-256: root of that tree. */
  readonly root: string;
  /** Whether a signed checkpoint of this size is in the bundle; without one, the root is the writer's word. */
  readonly checkpoint: boolean;
  readonly count: number;
  /** Positions, ascending: `1-5,9,12-40`; empty when there are none. */
  readonly positions: string;
  /** Absent when there is no record. */
  readonly first?: number;
  readonly last?: number;
  /** How many records had lost their personal part before. */
  readonly erased: number;
}

/** A file, as it was written. */
export interface ManifestFile {
  /** Path in the bundle, with `/`. */
  readonly name: string;
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
}

/** The bytes of `manifest.json`. */
export function manifestText(manifest: BundleManifest): string {
  return `${canonicalJson(manifest as unknown as JsonValue)}\n`;
}
