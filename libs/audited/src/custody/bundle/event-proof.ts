import type { AuditSeal, StoredRecord } from '../../event/audit-record.js';
import { ProofUnavailableError } from '../../event/bundle.error.js';
import { NoteMalformedError } from '../../event/proof.error.js';
import { parseCheckpoint } from '../../integrity/notes/checkpoint.js';
import { TileTree } from '../../integrity/tree/tile-tree.js';
import type { AuditReader } from '../../storage/audit-reader.js';
import type { RecordStream } from '../../storage/record-stream.js';
import type { CheckpointReader, StoredCheckpoint, TreeStore } from '../../storage/tree-store.js';

/** What `format` says in the file that proves an event. */
export const PROOF_FORMAT = 'audited-proof/1';

/** Proof of one event: small enough to be mailed, and verified with nothing but a public key. */
export interface EventProof {
  readonly format: typeof PROOF_FORMAT;
  /** For people: what this is, and how to check it. */
  readonly comment: string;
  readonly seal: AuditSeal;
  /** The sealed event, byte for byte: canonical JSON. */
  readonly body: string;
  /** The personal part and its salt; only when they were asked for, and not erased. */
  readonly personal?: string;
  readonly salt?: string;
  /** The C2SP signed note. */
  readonly checkpoint: string;
  /** RFC 6962 inclusion proof. */
  readonly inclusion: {
    /** Leaf, from 0: position - 1. */
    readonly index: number;
    readonly size: number;
    /** Hex SHA-256, from the leaf up. */
    readonly hashes: readonly string[];
  };
}

/** What a proof is made from. */
export interface EventProofParts {
  readonly reader: Pick<AuditReader, 'get'>;
  readonly source: RecordStream & TreeStore & CheckpointReader;
}

/** What goes into a proof. */
export interface EventProofOptions {
  /** Whoever receives the proof can read the personal data then. @default false */
  readonly withPersonal?: boolean;
}

const COMMENT =
  'Proof that an event stands in an audit log. Verify it with the public key of that log, which must come from another ' +
  'source than this file: npx audited verify-proof <this file> --trust <public key>. By hand: the SHA-256 of the canonical JSON ' +
  '{"chain","event":<body>,"position","previous","scheme"} is seal.hash; its RFC 6962 leaf hash and inclusion.hashes give ' +
  'the root in the checkpoint, whose signature (C2SP signed note, Ed25519) must verify.';

/**
 * Makes the proof of an event against the newest checkpoint that covers it.
 *
 * @throws ProofUnavailableError when there is no such event or no such checkpoint; TreeIncompleteError
 */
export async function proveEvent(
  { reader, source }: EventProofParts,
  id: string,
  { withPersonal = false }: EventProofOptions = {},
): Promise<EventProof> {
  const found = await reader.get(id);
  if (found === undefined) {
    throw new ProofUnavailableError(
      id,
      'there is no record of it',
      'Check the id; a pruned event is in the archive that was made of it.',
    );
  }
  const { chain, position } = found.seal;
  const record = await storedRecord(source, id, found.seal);
  const checkpoint = await newestCheckpoint(source, id, found.seal);
  const tree = new TileTree(checkpoint.size, (wanted) => source.tiles(chain, wanted));
  const hashes = await tree.inclusionProof(position - 1);
  const { seal, body, personal, salt } = record;
  return {
    format: PROOF_FORMAT,
    comment: COMMENT,
    seal,
    body,
    ...(withPersonal && personal !== null && salt !== null ? { personal, salt } : {}),
    checkpoint: checkpoint.note,
    inclusion: {
      index: position - 1,
      size: checkpoint.size,
      hashes: hashes.map((hash) => Buffer.from(hash).toString('hex')),
    },
  };
}

/** The text of the file: JSON that people can read too. */
export function eventProofText(proof: EventProof): string {
  return `${JSON.stringify(proof, null, 2)}\n`;
}

async function storedRecord(
  source: RecordStream,
  id: string,
  { chain, position, hash }: AuditSeal,
): Promise<StoredRecord> {
  for await (const records of source.records(chain, { from: position, through: position })) {
    const record = records.find(({ seal }) => seal.hash === hash);
    if (record !== undefined) {
      return record;
    }
  }
  throw new ProofUnavailableError(
    id,
    `its record at position ${position} of chain "${chain}" was removed just now`,
    'It is in the archive that was made of it.',
  );
}

async function newestCheckpoint(
  source: CheckpointReader,
  id: string,
  { chain, position }: AuditSeal,
): Promise<StoredCheckpoint> {
  const stored = await source.checkpoints({ chain, minSize: position });
  const newest = stored.find((checkpoint) => isReadable(checkpoint));
  if (newest === undefined) {
    throw new ProofUnavailableError(
      id,
      `no checkpoint covers position ${position} of chain "${chain}" yet`,
      'Make one first (`audited checkpoint`).',
    );
  }
  return newest;
}

/** A damaged checkpoint is left to the verifier of the log; an older one proves as well. */
function isReadable({ note, size }: StoredCheckpoint): boolean {
  try {
    return parseCheckpoint(note).size === size;
  } catch (error) {
    if (error instanceof NoteMalformedError) {
      return false;
    }
    throw error;
  }
}
