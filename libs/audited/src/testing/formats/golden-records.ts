import type { AuditEvent } from '../../event/audit-event.js';
import type { AuditRecord } from '../../event/audit-record.js';
import { ALICE, digest, eventId, recordAt } from './golden-record.builder.js';

/** What every format shows in its golden file: name, and the record. */
export const GOLDEN_RECORDS: readonly (readonly [name: string, record: AuditRecord])[] = [
  [
    'success over HTTP, with everything',
    recordAt(1, {
      type: 'deploy.completed',
      action: 'Deployment of billing to production',
      correlationId: 'release-2026-44',
      causationId: eventId(0),
      sessionId: 's-81',
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      spanId: '00f067aa0ba902b7',
      durationMs: 1234,
      risk: 'medium',
      dataClassification: 'internal',
      reason: 'scheduled release',
      ticket: 'CHG-1042',
      resource: { type: 'deployment', id: 'd-7', name: 'billing' },
      targets: [
        { type: 'cluster', id: 'eu-1' },
        { type: 'service', id: 'billing', name: 'Billing' },
      ],
      transport: {
        kind: 'http',
        method: 'POST',
        route: '/deployments/:id/complete',
        path: '/deployments/d-7/complete',
        status: 201,
        handler: 'DeploymentsController.complete',
      },
      details: {
        image: 'registry.example.com/billing:2.7.1',
        replicas: 3,
        canary: true,
        regions: ['eu', 'us'],
        note: null,
      },
      redacted: ['/details/token'],
      personal: 'ab'.repeat(32),
    }),
  ],
  [
    'failure with an error',
    recordAt(2, {
      type: 'deploy.failed',
      action: 'Deployment of billing to production',
      severity: 'error',
      outcome: 'failure',
      durationMs: 40,
      resource: { type: 'deployment', id: 'd-8' },
      transport: { kind: 'http', method: 'POST', route: '/deployments', path: '/deployments', status: 502 },
      error: { type: 'ImagePullError', code: 'EPULL', message: 'registry said "no"; see https://x.example/?a=1|2' },
    }),
  ],
  [
    'denied by a guard',
    recordAt(3, {
      type: 'authz.denied',
      action: 'Access denied',
      severity: 'warning',
      risk: 'medium',
      outcome: 'denied',
      reason: 'role release-manager is missing',
      resource: { type: 'deployment', id: 'd-9' },
      transport: {
        kind: 'http',
        method: 'DELETE',
        route: '/deployments/:id',
        path: '/deployments/d-9',
        status: 403,
        handler: 'DeploymentsController.remove',
      },
    }),
  ],
  [
    'pending, asked for approval',
    recordAt(4, {
      type: 'approval.requested',
      action: 'Approval requested for d-8',
      outcome: 'pending',
      transport: { kind: 'http', method: 'POST', route: '/approvals', path: '/approvals', status: 202 },
      resource: { type: 'approval', id: 'a-1' },
    }),
  ],
  [
    'log-in over IPv6',
    recordAt(5, {
      type: 'auth.login',
      action: 'Logged in',
      actor: { ...ALICE, ip: '2001:db8::8a2e:370:7334' },
      transport: { kind: 'http', method: 'POST', route: '/auth/login', path: '/auth/login', status: 200 },
    }),
  ],
  [
    'failed log-in of nobody',
    recordAt(6, {
      type: 'auth.failed',
      action: 'Authentication failed',
      severity: 'warning',
      risk: 'high',
      outcome: 'failure',
      actor: { kind: 'anonymous', ip: '198.51.100.23' },
      reason: 'wrong password',
      transport: { kind: 'http', method: 'POST', route: '/auth/login', path: '/auth/login', status: 401 },
    }),
  ],
  [
    'no actor, no resource: the system itself',
    recordAt(7, {
      type: 'system.startup',
      action: 'System started',
      actor: { kind: 'system' },
      origin: {},
    }),
  ],
  [
    'impersonation: support acts on behalf of a customer, through a service',
    recordAt(8, {
      type: 'config.changed',
      action: 'Notification settings changed',
      severity: 'warning',
      risk: 'medium',
      actor: {
        id: 'svc-gateway',
        kind: 'service',
        onBehalfOf: {
          ...ALICE,
          onBehalfOf: { id: 'u-9', kind: 'user', email: 'customer@example.org', tenantId: 'acme' },
        },
      },
      resource: { type: 'settings', id: 'notifications' },
    }),
  ],
  [
    'changes, with values of every kind',
    recordAt(9, {
      type: 'policy.modified',
      action: 'Policy "two persons" modified',
      severity: 'warning',
      resource: { type: 'policy', id: 'p-1', name: 'two persons' },
      changes: [
        { field: 'approvers', before: 1, after: 2 },
        { field: 'rules.labels', before: ['a'], after: ['a', 'b'] },
        { field: 'expires', after: '2027-01-01' },
        { field: 'draft', before: { by: 'u-1' } },
      ],
    }),
  ],
  [
    'roles of another user granted',
    recordAt(10, {
      type: 'authz.role_change',
      action: 'Role auditor granted to u-7',
      severity: 'warning',
      risk: 'high',
      resource: { type: 'user', id: 'u-7', name: 'Bob' },
      changes: [{ field: 'roles', before: ['developer'], after: ['developer', 'auditor'] }],
    }),
  ],
  [
    'erased person',
    recordAt(
      11,
      {
        type: 'auth.logout',
        action: 'Logged out',
        actor: { id: 'u-3', kind: 'user' },
        personal: 'cd'.repeat(32),
      },
      { erased: true },
    ),
  ],
  [
    'truncated, spooled, of a type that no catalogue knows',
    recordAt(12, {
      type: 'invoice.line_added',
      action: 'Line added to invoice 2026/118',
      details: { body: 'x'.repeat(64) },
      truncated: [{ path: '/details/body', bytes: 1_048_576, sha256: 'ef'.repeat(32) }],
      spooled: true,
      uncatalogued: true,
      transport: { kind: 'job', handler: 'InvoiceWorker.addLine' },
    }),
  ],
  [
    'hostile texts in every field',
    recordAt(13, {
      type: 'auth.failed',
      action: 'x\nCEF:0|Evil|Evil|1|1|forged|10|outcome=success',
      outcome: 'failure',
      severity: 'warning',
      actor: {
        kind: 'user',
        id: 'u|1=\\2"]',
        name: '=cmd()|"\'\u001b[2J',
        email: 'a b=c@example.com',
        roles: ['a,b', '+1', ''],
        ip: 'unknown',
        userAgent: 'a\tb\u0000c\u2028d\ud800e',
      },
      reason: 'line one\r\nline two \\n |=^',
      resource: { type: 'a=b', id: '<13>1 - - - - - -', name: ' padded ' },
      details: JSON.parse('{"__proto__":{"admin":true},"a.b":1,"k\\nl":"\\u009b31m"}') as NonNullable<
        AuditEvent['details']
      >,
      error: { message: '"}\n{"forged":true}' },
    }),
  ],
  [
    'intent, before the action ran',
    recordAt(14, {
      type: 'deploy.started',
      action: 'Deployment of billing to production',
      stage: 'intent',
      outcome: 'pending',
      transport: { kind: 'http', method: 'POST', route: '/deployments', path: '/deployments' },
    }),
  ],
  [
    'the kit itself: a checkpoint of another chain, keyed seal',
    recordAt(
      15,
      {
        type: 'audit.checkpoint',
        action: 'Checkpoint signed',
        actor: { kind: 'system', id: 'nestjs-audited' },
        details: { chain: 'main', size: 14, root: 'q83vEjRWeJA=', origin: 'audit.example.com/orders' },
      },
      {
        seal: {
          chain: 'tenant:acme',
          position: 15,
          previousHash: digest(14),
          hash: digest(15),
          scheme: 'hmac-sha256-v1',
          mac: `key-1:${'0f'.repeat(32)}`,
        },
      },
    ),
  ],
  [
    'the kit itself: loss',
    recordAt(16, {
      type: 'audit.loss',
      action: 'Audit events lost',
      severity: 'critical',
      risk: 'critical',
      outcome: 'failure',
      actor: { kind: 'system', id: 'nestjs-audited' },
      details: { count: 12, cause: 'disk_full', from: '2026-11-02T03:00:00.000Z', to: '2026-11-02T03:04:00.000Z' },
    }),
  ],
  [
    'masked person',
    recordAt(
      17,
      {
        type: 'auth.logout',
        action: 'Logged out',
        actor: { id: 'u-4', kind: 'user' },
        personal: 'ef'.repeat(32),
      },
      { masked: true },
    ),
  ],
];
