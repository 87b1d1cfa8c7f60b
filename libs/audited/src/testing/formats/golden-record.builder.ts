import type { AuditEvent } from '../../event/audit-event.js';
import type { AuditRecord } from '../../event/audit-record.js';
import { GENESIS_HASH } from '../../event/audit-record.js';

export const ORIGIN: AuditEvent['origin'] = {
  component: 'billing-api',
  platform: 'acme-platform',
  version: '2.7.1',
  environment: 'production',
  host: 'api-1.example.com',
  instanceId: '5f0c2a9e-6d7b-4c1e-9a34-0b1c2d3e4f50',
};

export const ALICE: AuditEvent['actor'] = {
  id: 'u-1',
  kind: 'user',
  email: 'zoë@example.com',
  name: 'Zoë Müller',
  roles: ['developer', 'release-manager'],
  ip: '203.0.113.7',
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64)',
  tenantId: 'acme',
};

/** Fixed, well-formed identifiers: a golden file must never change by itself. */
export function eventId(position: number): string {
  return `019aa7a1-0b7b-7000-8000-${String(position).padStart(12, '0')}`;
}

export function digest(position: number): string {
  return position === 0 ? GENESIS_HASH : position.toString(16).padStart(2, '0').repeat(32);
}

type Facts = Partial<AuditEvent> & Pick<AuditEvent, 'type' | 'action'>;

/** A record at a place in the chain `main`, with hashes that are recognised at sight. */
export function recordAt(position: number, facts: Facts, extra: Partial<AuditRecord> = {}): AuditRecord {
  return {
    event: {
      id: eventId(position),
      occurredAt: `2026-11-02T03:04:05.${String(120 + position)}Z`,
      recordedAt: `2026-11-02T03:04:05.${String(140 + position)}Z`,
      stage: 'outcome',
      severity: 'info',
      risk: 'low',
      outcome: 'success',
      actor: ALICE,
      origin: ORIGIN,
      transport: { kind: 'manual' },
      ...facts,
    },
    seal: { chain: 'main', position, previousHash: digest(position - 1), hash: digest(position), scheme: 'sha256-v1' },
    ...extra,
  };
}
