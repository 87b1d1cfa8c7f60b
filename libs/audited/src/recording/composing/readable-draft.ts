import type { AuditDraft } from '../../event/audit-draft.js';
import { UNREADABLE } from '../../redaction/marks.js';
import type { Redactor, RedactionFindings } from '../../redaction/redactor.js';

/** Every field of a draft; one that is missing here fails to compile. */
const FIELD_NAMES = Object.keys({
  type: true,
  action: true,
  outcome: true,
  stage: true,
  severity: true,
  risk: true,
  dataClassification: true,
  actor: true,
  resource: true,
  targets: true,
  reason: true,
  ticket: true,
  details: true,
  changes: true,
  before: true,
  after: true,
  error: true,
  correlationId: true,
  causationId: true,
  sessionId: true,
  traceId: true,
  spanId: true,
  occurredAt: true,
  durationMs: true,
  transport: true,
  component: true,
  environment: true,
  personal: true,
} satisfies Record<keyof AuditDraft, true>);

/** Fields whose members the composer reads itself. The other ones are guarded where they are read. */
const STRUCTURES: ReadonlySet<string> = new Set<keyof AuditDraft>([
  'actor',
  'resource',
  'targets',
  'changes',
  'transport',
  'personal',
]);

/**
 * The fields of a draft in a plain object, `undefined` ones left out. Each is read once and alone, so one that throws
 * (a getter, a proxy) costs only itself and is marked. Never throws; anything that is no object has no fields.
 */
export function draftFields<Draft extends Partial<AuditDraft>>(draft: Draft): Draft {
  const fields: Record<string, unknown> = {};
  if (typeof draft === 'object' && draft !== null) {
    for (const field of FIELD_NAMES) {
      const value = readField(draft, field);
      if (value !== undefined) {
        fields[field] = value;
      }
    }
  }
  // Not checked against the types on purpose: the composer takes nothing for granted.
  return fields as unknown as Draft;
}

/** A draft that can be read through and through: its structures are plain copies, too. */
export function readableDraft(draft: AuditDraft, redactor: Redactor, findings: RedactionFindings): AuditDraft {
  const plain = Object.entries(draftFields(draft)).map(([field, value]) => [
    field,
    STRUCTURES.has(field) ? redactor.value(value, `/${field}`, findings) : (value as unknown),
  ]);
  return Object.fromEntries(plain) as AuditDraft;
}

function readField(draft: object, field: string): unknown {
  try {
    return (draft as Readonly<Record<string, unknown>>)[field];
  } catch {
    // What it held is unknown for ever; the event says that there was something.
    return UNREADABLE;
  }
}
