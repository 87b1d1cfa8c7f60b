import type { AuditEvent } from '../../event/audit-event.js';
import { GENESIS_HASH, type AuditRecord } from '../../event/audit-record.js';
import { ecsFaults, leavesOf } from '../../testing/formats/reading/ecs.schema.js';
import { GOLDEN_RECORDS } from '../../testing/formats/golden-records.js';
import type { FormatOptions } from '../format.options.js';
import { ECS_FIELDS } from './ecs-fields.js';
import { ecsFormatter } from './ecs.formatter.js';

const HASH = 'a'.repeat(64);

function aRecord(facts: Partial<AuditEvent> = {}, extra: Partial<AuditRecord> = {}): AuditRecord {
  return {
    event: {
      id: '019aa7a1-0b7b-7000-8000-000000000001',
      occurredAt: '2026-11-02T03:04:05.121Z',
      recordedAt: '2026-11-02T03:04:05.141Z',
      type: 'config.changed',
      stage: 'outcome',
      severity: 'info',
      risk: 'low',
      outcome: 'success',
      actor: { kind: 'system' },
      action: 'Configuration changed',
      origin: {},
      transport: { kind: 'manual' },
      ...facts,
    },
    seal: { chain: 'main', position: 1, previousHash: GENESIS_HASH, hash: HASH, scheme: 'sha256-v1' },
    ...extra,
  };
}

type Members = Readonly<Record<string, unknown>>;

function documentOf(record: AuditRecord, options?: FormatOptions): Record<string, Members> {
  return JSON.parse(ecsFormatter(options).format(record)) as Record<string, Members>;
}

function documentWith(facts: Partial<AuditEvent>, options?: FormatOptions): Record<string, Members> {
  return documentOf(aRecord(facts), options);
}

describe('ecsFormatter', () => {
  it('writes nothing but what is known', () => {
    expect(documentOf(aRecord())).toEqual({
      '@timestamp': '2026-11-02T03:04:05.121Z',
      ecs: { version: '9.4.0' },
      message: 'Configuration changed',
      event: {
        kind: 'event',
        category: ['configuration'],
        type: ['change'],
        outcome: 'success',
        action: 'config.changed',
        code: 'config.changed',
        id: '019aa7a1-0b7b-7000-8000-000000000001',
        created: '2026-11-02T03:04:05.141Z',
        severity: 3,
        risk_score_norm: 21,
        module: 'audited',
        dataset: 'audited.trail',
        provider: 'nestjs-audited',
        sequence: 1,
        hash: HASH,
      },
      log: { level: 'info' },
      related: { hash: [HASH] },
      audited: {
        stage: 'outcome',
        outcome: 'success',
        risk: 'low',
        actor: { kind: 'system' },
        transport: { kind: 'manual' },
        chain: 'main',
        previous_hash: GENESIS_HASH,
        scheme: 'sha256-v1',
      },
    });
  });

  it.each(GOLDEN_RECORDS)('writes a document that the schema takes: %s', (_name, record) => {
    expect(ecsFaults(ecsFormatter().format(record))).toEqual([]);
  });

  it.each([
    ['success', 'success'],
    ['failure', 'failure'],
    ['denied', 'failure'],
    ['pending', 'unknown'],
    ['unknown', 'unknown'],
  ] as const)('knows the outcome %s as %s, and keeps the word', (outcome, expected) => {
    const { event, audited } = documentWith({ outcome });
    expect([event?.['outcome'], audited?.['outcome']]).toEqual([expected, outcome]);
  });

  it('knows no outcome of an intent', () => {
    const { event, audited } = documentWith({ stage: 'intent', outcome: 'success' });
    expect([event?.['outcome'], audited?.['stage']]).toEqual(['unknown', 'intent']);
  });

  it.each([
    ['debug', 1],
    ['info', 3],
    ['warning', 6],
    ['error', 8],
    ['critical', 10],
  ] as const)('counts the severity %s as %i', (severity, expected) => {
    const { event, log } = documentWith({ severity });
    expect([event?.['severity'], log?.['level']]).toEqual([expected, severity]);
  });

  it.each([
    ['low', 21],
    ['medium', 47],
    ['high', 73],
    ['critical', 99],
  ] as const)('scores the risk %s as %i, and claims no original score', (risk, expected) => {
    const { event, audited } = documentWith({ risk });
    expect([event?.['risk_score_norm'], audited?.['risk']]).toEqual([expected, risk]);
    expect(event).not.toHaveProperty('risk_score');
  });

  it('keeps a duration that no long of nanoseconds holds in milliseconds', () => {
    const held = documentWith({ durationMs: 9_223_372_036_854 });
    expect(held['audited']).not.toHaveProperty('duration_ms');
    const { event, audited } = documentWith({ durationMs: 9_223_372_036_855 });
    expect(event).not.toHaveProperty('duration');
    expect(audited?.['duration_ms']).toBe(9_223_372_036_855);
  });

  it('leaves out an error of which nothing is known', () => {
    expect(documentWith({ error: {} })).not.toHaveProperty('error');
    expect(documentWith({ error: { code: 'EPULL' } })['error']).toEqual({ code: 'EPULL' });
  });

  it('names the product as the provider', () => {
    expect(documentWith({}, { product: { name: 'acme-audit' } })['event']?.['provider']).toBe('acme-audit');
  });

  it('adds the labels of the type, and no others', () => {
    const options = { eventTypes: { 'invoice.*': { labels: { team: 'billing', cost_centre: '4711' } } } };
    const labels = { team: 'billing', cost_centre: '4711' };
    expect(documentWith({ type: 'invoice.paid' }, options)['labels']).toEqual(labels);
    expect(documentWith({ type: 'config.changed' }, options)).not.toHaveProperty('labels');
  });

  it('tags what a reader should know of its completeness', () => {
    const truncated = [{ path: '/details/body', bytes: 9, sha256: 'b'.repeat(64) }];
    const record = aRecord(
      { truncated, redacted: ['/details/a'], spooled: true, uncatalogued: true },
      { erased: true, masked: true },
    );
    const { tags, audited } = documentOf(record);
    expect(tags).toEqual(['truncated', 'redacted', 'spooled', 'uncatalogued', 'erased', 'masked']);
    expect(audited).toMatchObject({
      truncated,
      redacted: ['/details/a'],
      spooled: true,
      uncatalogued: true,
      erased: true,
      masked: true,
    });
    expect(documentWith({ truncated: [], redacted: [] })).not.toHaveProperty('tags');
  });

  it('relates the hashes of something, each once', () => {
    const seal = { chain: 'main', position: 2, previousHash: 'b'.repeat(64), hash: HASH, scheme: 'hmac-sha256-v1' };
    const mac = `key-1:${'c'.repeat(64)}`;
    const truncated = [
      { path: '/a', bytes: 1, sha256: 'd'.repeat(64) },
      { path: '/b', bytes: 1, sha256: 'd'.repeat(64) },
      { path: '/c', bytes: 1 },
    ];
    const { related } = documentOf(aRecord({ truncated, personal: 'e'.repeat(64) }, { seal: { ...seal, mac } }));
    expect(related?.['hash']).toEqual([HASH, 'b'.repeat(64), 'e'.repeat(64), 'd'.repeat(64)]);
  });

  it('refuses words that ECS does not have', () => {
    const options = { eventTypes: { 'a.*': { ecs: { category: ['auth'], type: ['auth.login'] } } } };
    expect(() => ecsFormatter(options as never)).toThrow(
      /^Audit option "eventTypes\.a\.\*\.ecs\.category" is "auth"\. /,
    );
  });
});

describe('Users', () => {
  const alice = { kind: 'user', id: '1001', name: 'Alice', email: 'alice@example.com' } as const;
  const root = { kind: 'user', id: '1', name: 'root' } as const;

  it('has the actor at the root and whose privileges it assumed as effective, as ECS shows "sudo"', () => {
    const { user, related } = documentWith({ actor: { ...alice, onBehalfOf: root } });
    expect(user).toEqual({
      id: '1001',
      name: 'alice@example.com',
      full_name: 'Alice',
      email: 'alice@example.com',
      effective: { id: '1', name: '1', full_name: 'root' },
    });
    expect(related?.['user']).toEqual(['1001', 'alice@example.com', 'Alice', '1', 'root']);
  });

  it('has the end of a longer chain as effective, and the whole chain in a list', () => {
    const gateway = {
      kind: 'service',
      id: 'svc-gateway',
      onBehalfOf: { ...alice, ip: '::ffff:10.1.2.3', onBehalfOf: root },
    };
    const { user, audited, related } = documentWith({ actor: gateway as AuditEvent['actor'] });
    expect(user).toMatchObject({ id: 'svc-gateway', effective: { id: '1' } });
    expect(audited?.['actor']).toEqual({
      kind: 'service',
      on_behalf_of: [{ ...alice, address: '::ffff:10.1.2.3', ip: '10.1.2.3' }, root],
    });
    expect(related?.['ip']).toEqual(['10.1.2.3']);
  });

  it('has the user that was acted on as target', () => {
    const resource = { type: 'user', id: '1002', name: 'Bob' };
    expect(documentWith({ actor: root, resource })['user']).toEqual({
      id: '1',
      name: '1',
      full_name: 'root',
      target: { id: '1002', name: '1002', full_name: 'Bob' },
    });
    expect(documentWith({ resource })['user']).toEqual({ target: { id: '1002', name: '1002', full_name: 'Bob' } });
  });

  it('has the first target that is a user, when the resource is none, and relates the others', () => {
    const targets = [
      { type: 'role', id: 'r' },
      { type: 'User', id: 'u-7' },
      { type: 'user', name: 'Eve' },
    ];
    const { user, related } = documentWith({ resource: { type: 'group', id: 'g' }, targets });
    expect(user).toEqual({ target: { id: 'u-7', name: 'u-7' } });
    expect(related?.['user']).toEqual(['u-7', 'Eve']);
  });

  it.each<[AuditEvent['actor'], unknown]>([
    [{ kind: 'anonymous', ip: '10.0.0.1' }, undefined],
    [
      { kind: 'user', name: 'Alice' },
      { name: 'Alice', full_name: 'Alice' },
    ],
    [{ kind: 'user', id: '' }, { id: '' }],
    [
      { kind: 'user', id: '7', roles: [] },
      { id: '7', name: '7', roles: [] },
    ],
  ])('knows %j as %j', (actor, expected) => {
    expect(documentWith({ actor })['user']).toEqual(expected);
  });

  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['2001:db8::8a2e:370:7334', '2001:db8::8a2e:370:7334'],
    ['fe80::1%eth0', 'fe80::1'],
    ['unknown', undefined],
    ['10.0.0.1:443', undefined],
    ['010.0.0.1', undefined],
    ['', undefined],
  ])('writes the address %j, and %j as IP address', (address, ip) => {
    const { source, client, related } = documentWith({ actor: { kind: 'user', ip: address } });
    expect(source).toEqual(ip === undefined ? { address } : { address, ip });
    expect(client).toEqual(source);
    expect(related?.['ip']).toEqual(ip === undefined ? undefined : [ip]);
  });
});

describe('Content', () => {
  it('keeps details as they are, for one flattened field', () => {
    const details = JSON.parse(
      '{"__proto__":{"admin":true},"a.b":1,"a":{"b":"x"},"k\\nl":null}',
    ) as AuditEvent['details'];
    expect(documentWith({ details: details! })['audited']?.['details']).toEqual(details);
  });

  it('keeps details that such a field would refuse as JSON text, to the last character', () => {
    const details = { 'a\0b': '\ud800', '\ud800': 1, '\udc00': 2 };
    const { audited } = documentWith({ details });
    expect(audited).not.toHaveProperty('details');
    expect(JSON.parse(audited?.['details_json'] as string)).toEqual(details);
  });

  it('writes both sides of a change as JSON text, and no side that there was not', () => {
    const changes = [
      { field: 'approvers', before: 1, after: '1' },
      { field: 'rules.labels', after: ['a', { b: null }] },
      { field: 'draft', before: null },
    ];
    expect(documentWith({ changes })['audited']?.['changes']).toEqual([
      { field: 'approvers', before: '1', after: '"1"' },
      { field: 'rules.labels', after: '["a",{"b":null}]' },
      { field: 'draft', before: 'null' },
    ]);
  });

  it('keeps a second line inside of its text', () => {
    const line = ecsFormatter().format(aRecord({ action: 'x\n{"forged":true}', reason: 'a\u2028b\u0085c\u001b[2J' }));
    expect(line).toContain('"message":"x\\n{\\"forged\\":true}"');
    expect(line).toContain('"reason":"a\\u2028b\\u0085c\\u001b[2J"');
    expect(line.split('\n')).toHaveLength(1);
  });

  it('writes every field of its table for a record of which all is known', () => {
    const everybody = {
      kind: 'user',
      id: 'u-2',
      email: 'a@example.com',
      name: 'A',
      roles: ['r'],
      ip: '10.0.0.1',
      userAgent: 'curl',
      tenantId: 't',
    } as const;
    const full = aRecord({
      ...GOLDEN_RECORDS[0]?.[1].event,
      actor: { ...everybody, onBehalfOf: everybody },
      resource: { type: 'user', id: 'u-7', name: 'Bob' },
      changes: [{ field: 'a', before: 1, after: 2 }],
      error: { type: 'E', code: '1', message: 'm' },
      truncated: [{ path: '/a', bytes: 1, sha256: HASH }],
      redacted: ['/b'],
      spooled: true,
      uncatalogued: true,
    });
    const mac = `key-1:${HASH}`;
    const rest = aRecord({ details: { '\0': 1 }, durationMs: Number.MAX_SAFE_INTEGER });
    const options = { eventTypes: { '*': { labels: { team: 'billing' } } } };
    const lines = [{ ...full, seal: { ...full.seal, mac }, erased: true as const, masked: true as const }, rest].map(
      (record) => leavesOf(JSON.parse(ecsFormatter(options).format(record))).map(({ path }) => path),
    );
    const written = new Set(lines.flat().map((path) => path.replace(/^(labels|user\.effective)\..*/, '$1.*')));
    expect([...written].toSorted()).toEqual(Object.keys(ECS_FIELDS).toSorted());
  });
});
