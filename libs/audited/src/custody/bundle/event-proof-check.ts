import type { AuditEvent } from '../../event/audit-event.js';
import type { AuditSeal, StoredRecord } from '../../event/audit-record.js';
import { RecordDamagedError } from '../../event/audit.error.js';
import { NoteMalformedError } from '../../event/proof.error.js';
import { checkMac } from '../../integrity/mac-check.js';
import { parseCheckpoint, type Checkpoint } from '../../integrity/notes/checkpoint.js';
import { KeyRing, parseTrustedKeys } from '../../integrity/notes/key-ring.js';
import { checkPersonalPart } from '../../integrity/personal-check.js';
import { leafHash } from '../../integrity/tree/merkle-hash.js';
import { verifyInclusion } from '../../integrity/tree/proof-check.js';
import { eventIn } from '../../integrity/verifying/record-content.js';
import { RecordExaminer } from '../../integrity/verifying/record-flaw.js';
import { readRecord } from '../../storage/stored-record.js';
import type { EventProof } from './event-proof.js';
import { readProof } from './reading/proof-text.js';

/** The verdict on the proof of an event. */
export interface EventProofVerdict {
  /** True when nothing is wrong with it. Look at `isTrusted` too. */
  readonly ok: boolean;
  /** True when a key that the caller named has signed the checkpoint, and nothing is wrong. */
  readonly isTrusted: boolean;
  /** What is wrong, a sentence each; empty when nothing is. */
  readonly problems: readonly string[];
  /** Sentences on what the verdict means. */
  readonly remarks: readonly string[];
  /** Which log and chain: `<log name>/<chain>`; compare it with the one you mean. */
  readonly origin?: string;
  /** How many records the checkpoint covers. */
  readonly size?: number;
  /** When it was signed; the event stood in the log then. */
  readonly checkpointTime?: string;
  readonly seal?: AuditSeal;
  /** The event, with its personal values when they are in the file. Worth nothing when `ok` is false. */
  readonly event?: AuditEvent;
  /** Whether the personal part is in the file; `none` when the event never had one. */
  readonly personal?: 'none' | 'included' | 'left out';
}

/**
 * Verifies the proof of an event, from its text alone. Whatever the text is, the answer is a verdict.
 *
 * @param text what `eventProofText` made
 * @param options.trustedKeys public keys: PEM, or C2SP verifier keys; without any, only consistency is verified
 * @throws KeyInvalidError when a trusted key is none
 */
export function verifyEventProof(
  text: string,
  { trustedKeys = [] }: { readonly trustedKeys?: readonly string[] } = {},
): EventProofVerdict {
  const keys = trustedKeys.flatMap((key) => parseTrustedKeys(key));
  const proof = readProof(text);
  if (typeof proof === 'string') {
    return { ok: false, isTrusted: false, problems: [proof], remarks: [] };
  }
  const problems: string[] = [];
  const checkpoint = checkpointIn(proof, problems);
  const facts = checkRecord(proof, problems);
  if (checkpoint !== undefined) {
    checkInclusion(proof, checkpoint, problems);
    if (keys.length > 0) {
      const verdict = new KeyRing(keys).check(proof.checkpoint, checkpoint.origin, checkpoint.time);
      if (verdict.state !== 'trusted') {
        problems.push(verdict.problem);
      }
    }
  }
  const ok = problems.length === 0;
  const isTrusted = ok && keys.length > 0;
  return {
    ok,
    isTrusted,
    problems,
    remarks: remarksOn(keys.length > 0, facts.isKeyed),
    ...(checkpoint === undefined ? {} : { origin: checkpoint.origin, size: checkpoint.size }),
    ...(checkpoint?.time === undefined ? {} : { checkpointTime: checkpoint.time }),
    seal: proof.seal,
    ...facts.content,
  };
}

function checkpointIn({ checkpoint, seal }: EventProof, problems: string[]): Checkpoint | undefined {
  try {
    const read = parseCheckpoint(checkpoint);
    if (!read.origin.endsWith(`/${seal.chain}`)) {
      problems.push(`The checkpoint is one of "${read.origin}", not of the chain "${seal.chain}".`);
    }
    return read;
  } catch (error) {
    if (error instanceof NoteMalformedError) {
      problems.push(error.message);
      return undefined;
    }
    throw error;
  }
}

function checkRecord(
  { seal, body, personal, salt }: EventProof,
  problems: string[],
): { readonly isKeyed: boolean; readonly content: Pick<EventProofVerdict, 'event' | 'personal'> } {
  const record: StoredRecord = { seal, body, personal: personal ?? null, salt: salt ?? null };
  const flaw = new RecordExaminer(seal.chain, []).flawOf(record);
  if (flaw !== undefined) {
    problems.push(
      flaw.kind === 'misplaced'
        ? 'The event was sealed for another place.'
        : `The event is ${flaw.kind}: ${flaw.message}.`,
    );
  }
  const mac = checkMac(record, undefined);
  if (mac === 'wrong') {
    problems.push('The mac of the seal is none that was ever written.');
  }
  const event = eventIn(body);
  if (event === undefined) {
    problems.push('The body is not the JSON of an event.');
    return { isKeyed: mac === 'unchecked', content: {} };
  }
  const verdict = checkPersonalPart(record, event.personal);
  if (verdict.state === 'faulty') {
    problems.push(`The personal part is not the one that was sealed: ${verdict.problem}.`);
    return { isKeyed: mac === 'unchecked', content: { event } };
  }
  const whole = wholeEvent(record);
  if (whole === undefined) {
    problems.push('The personal part has no place in the event.');
    return { isKeyed: mac === 'unchecked', content: { event } };
  }
  const states = { none: 'none', intact: 'included', erased: 'left out' } as const;
  return {
    isKeyed: mac === 'unchecked',
    content: { event: whole, personal: states[verdict.state] },
  };
}

function wholeEvent(record: StoredRecord): AuditEvent | undefined {
  try {
    return readRecord(record).event;
  } catch (error) {
    if (error instanceof RecordDamagedError) {
      return undefined;
    }
    throw error;
  }
}

function checkInclusion({ seal, inclusion }: EventProof, { size, root }: Checkpoint, problems: string[]): void {
  if (inclusion.index !== seal.position - 1) {
    problems.push(`The proof is about leaf ${inclusion.index}, but the event stands at position ${seal.position}.`);
  }
  if (inclusion.size !== size) {
    problems.push(`The proof is about a tree of ${inclusion.size} records, but the checkpoint of ${size}.`);
  }
  const proof = inclusion.hashes.map((hash) => Buffer.from(hash, 'hex'));
  const leaf = leafHash(Buffer.from(seal.hash, 'hex'));
  if (!verifyInclusion({ index: seal.position - 1, size, leaf, proof, root })) {
    problems.push(
      'The event and its proof do not give the root of the checkpoint: it is not in this log, or was changed.',
    );
  }
}

function remarksOn(hasKeys: boolean, isKeyed: boolean): readonly string[] {
  return [
    ...(hasKeys
      ? []
      : [
          'Nobody you named has signed this: only its consistency was verified. Verify with the public key of the log, from another source than this file.',
        ]),
    ...(isKeyed ? ['The keyed seal was not checked: its key is secret.'] : []),
  ];
}
