import type { AuditEvent } from '../../event/audit-event.js';
import { canonicalJson } from '../../event/canonical-json.js';
import type { JsonValue } from '../../event/json-value.js';
import { CustodyInputError } from '../../event/custody.error.js';
import { originOf } from './checkpoint.js';
import { STATEMENT_TYPES, type CustodyStatement, type StatementDetails } from './custody-statement.js';
import type { KeyRing } from './key-ring.js';
import type { NoteSigner } from './note-signer.js';
import { assembleNote, signatureLines } from './signed-note.js';
import { isStatement } from './statement-shape.js';

/**
 * The text of the note that a statement's signatures sign: `<origin>\naudited/<kind>/v1\n<canonical JSON>\n`.
 *
 * @throws CustodyInputError for a statement without origin
 */
export function statementText(statement: CustodyStatement): string {
  if (statement.origin === undefined) {
    throw new CustodyInputError('origin', 'is missing in a statement that is to be signed', 'Give the log a name.');
  }
  return `${statement.origin}\naudited/${statement.kind}/v1\n${canonicalJson(statement as unknown as JsonValue)}\n`;
}

/** The details of the record that carries a statement; without signers, without signatures. */
export async function signStatement(
  statement: CustodyStatement,
  signers: readonly NoteSigner[],
): Promise<StatementDetails> {
  if (signers.length === 0) {
    return { statement };
  }
  const text = statementText(statement);
  return { statement, signatures: await signatureLines(text, statement.origin ?? '', signers) };
}

/**
 * The statement that an event carries, if its type is one of {@link STATEMENT_TYPES} and its details have the shape of
 * such a statement. Members that this version does not know stay, as they are signed too.
 *
 * @returns `undefined` for every other event, and for a malformed statement: it explains nothing
 */
export function readStatement(event: AuditEvent): StatementDetails | undefined {
  const kind = STATEMENT_TYPES[event.type];
  const { statement, signatures } = event.details ?? {};
  if (kind === undefined || !isStatement(statement, kind)) {
    return undefined;
  }
  if (signatures === undefined) {
    return { statement };
  }
  return isTexts(signatures) ? { statement, signatures } : undefined;
}

/**
 * Says whether a statement counts. Whoever verifies with trusted keys accepts only what they signed, for the very chain
 * that the statement names; without, every statement counts. That the statement stands in that chain is for the caller
 * to compare.
 *
 * @param origin of the chain, where the caller knows it; absent: the statement's own, if it ends with its chain
 * @returns `accepted`, or a sentence that says why not
 */
export function checkStatement(
  { statement, signatures = [] }: StatementDetails,
  ring: KeyRing | undefined,
  origin = statement.origin,
): 'accepted' | (string & {}) {
  if (ring === undefined) {
    return 'accepted';
  }
  const what = `The ${statement.kind} statement`;
  if (statement.origin === undefined || signatures.length === 0) {
    return `${what} is not signed.`;
  }
  if (statement.origin !== origin || !statement.origin.endsWith(originOf('', statement.chain))) {
    return `${what} is one of another log or chain: "${statement.origin}".`;
  }
  const verdict = ring.check(assembleNote(statementText(statement), signatures), statement.origin, statement.at);
  return verdict.state === 'trusted' ? 'accepted' : `${what} cannot be trusted. ${verdict.problem}`;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
