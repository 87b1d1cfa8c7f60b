import { EntitySchema } from 'typeorm';

/** One row of `audit_records`: the seal, the search columns, the sealed body and the personal part. */
export interface AuditRecordRow {
  sequence: number;
  chain: string;
  position: number;
  previous_hash: string;
  hash: string;
  scheme: string;
  /** `null` for schemes without a key. */
  mac: string | null;
  body: string;
  personal: string | null;
  salt: string | null;
  id: string;
  occurred_at: string;
  recorded_at: string;
  type: string;
  stage: string;
  severity: string;
  risk: string;
  outcome: string;
  actor_id: string | null;
  actor_kind: string;
  actor_email: string | null;
  actor_ip: string | null;
  tenant_id: string | null;
  resource_type: string | null;
  resource_id: string | null;
  session_id: string | null;
  correlation_id: string | null;
  trace_id: string | null;
  component: string | null;
  environment: string | null;
  transport: string;
  route: string | null;
  status: number | null;
}

const text = { type: 'text' } as const;
const optionalText = { type: 'text', nullable: true } as const;

/** Maps `audit_records` for reading. Rows are written by set-based SQL, never by an entity manager. */
export const AuditRecordEntity = new EntitySchema<AuditRecordRow>({
  name: 'AuditRecord',
  tableName: 'audit_records',
  columns: {
    sequence: { type: 'integer', primary: true },
    chain: text,
    position: { type: 'integer' },
    previous_hash: text,
    hash: text,
    scheme: text,
    mac: optionalText,
    body: text,
    personal: optionalText,
    salt: optionalText,
    id: text,
    occurred_at: text,
    recorded_at: text,
    type: text,
    stage: text,
    severity: text,
    risk: text,
    outcome: text,
    actor_id: optionalText,
    actor_kind: text,
    actor_email: optionalText,
    actor_ip: optionalText,
    tenant_id: optionalText,
    resource_type: optionalText,
    resource_id: optionalText,
    session_id: optionalText,
    correlation_id: optionalText,
    trace_id: optionalText,
    component: optionalText,
    environment: optionalText,
    transport: text,
    route: optionalText,
    status: { type: 'integer', nullable: true },
  },
});
