import type { AuditActor, AuditEvent, AuditOutcome, AuditRisk, AuditSeverity } from '../../event/audit-event.js';
import { anEvent } from '../../testing/audit-event.fixture.js';
import { ocsfFaults, type OcsfMembers } from '../../testing/formats/reading/ocsf.schema.js';
import { ocsfFormatter, type OcsfFormatOptions } from './ocsf.formatter.js';

const SEAL = { chain: 'main', position: 7, previousHash: 'a'.repeat(64), hash: 'b'.repeat(64), scheme: 'sha256-v1' };

function textOf(facts: Partial<AuditEvent>, options: OcsfFormatOptions = {}, position = 7): string {
  return ocsfFormatter(options).format({ event: anEvent(facts), seal: { ...SEAL, position } });
}

/** The event that a record becomes; valid, whatever the test is about. */
function ocsf(facts: Partial<AuditEvent>, options?: OcsfFormatOptions, position?: number): OcsfMembers {
  const event = JSON.parse(textOf(facts, options, position)) as OcsfMembers;
  expect(ocsfFaults(event)).toEqual([]);
  return event;
}

function audited(event: OcsfMembers): OcsfMembers {
  return (event['unmapped'] as { audited: OcsfMembers }).audited;
}

const ALICE: AuditActor = { kind: 'user', id: 'u-1', name: 'alice' };
const REQUEST = { kind: 'http', method: 'GET', path: '/', status: 200 } as const;

describe('How grave it was, and how it ended', () => {
  it.each<[AuditSeverity, number, string]>([
    ['debug', 1, 'Informational'],
    ['info', 1, 'Informational'],
    ['warning', 3, 'Medium'],
    ['error', 4, 'High'],
    ['critical', 5, 'Critical'],
  ])('the severity %s is %d, %s, and the word itself the log level', (severity, severity_id, caption) => {
    const event = ocsf({ severity });
    expect(event).toMatchObject({ severity_id, severity: caption, metadata: { log_level: severity } });
  });

  it.each<[AuditRisk, number, string]>([
    ['low', 1, 'Low'],
    ['medium', 2, 'Medium'],
    ['high', 3, 'High'],
    ['critical', 4, 'Critical'],
  ])('the risk %s is %d, %s, of the profile security_control', (risk, risk_level_id, risk_level) => {
    expect(ocsf({ risk })).toMatchObject({ risk_level_id, risk_level, metadata: { profiles: ['security_control'] } });
  });

  it.each<[AuditOutcome, number, string]>([
    ['success', 1, 'Success'],
    ['failure', 2, 'Failure'],
    ['denied', 2, 'Failure'],
    ['pending', 99, 'pending'],
    ['unknown', 0, 'Unknown'],
  ])('the outcome %s is %d, %s', (outcome, status_id, status) => {
    expect(ocsf({ outcome })).toMatchObject({ status_id, status });
  });

  it('was denied, which is more than a failure', () => {
    expect(ocsf({ outcome: 'denied' })).toMatchObject({ action: 'Denied', disposition: 'Blocked' });
    expect(ocsf({ outcome: 'failure' })).not.toHaveProperty('action_id');
  });

  it.each<[string, Partial<AuditEvent>, string | undefined, string | undefined]>([
    [
      'the reason before the message',
      { reason: 'r', error: { code: 'E', message: 'm' }, transport: REQUEST },
      'E',
      'r',
    ],
    ['the answer to a request', { error: { code: '', message: 'm' }, transport: REQUEST }, '200', 'm'],
    ['nothing', { error: {} }, undefined, undefined],
  ])('in detail: %s', (_what, facts, status_code, status_detail) => {
    const { status_code: code, status_detail: detail } = ocsf(facts);
    expect([code, detail]).toEqual([status_code, status_detail]);
  });

  it('when: milliseconds of UTC', () => {
    const times = { occurredAt: '2026-11-02T03:04:05.120Z', recordedAt: '2026-11-02T03:04:05.140Z', durationMs: 0 };
    expect(ocsf(times)).toMatchObject({
      time: 1_793_588_645_120,
      timezone_offset: 0,
      duration: 0,
      metadata: { logged_time: 1_793_588_645_140 },
    });
  });
});

describe('Who acted', () => {
  it.each<[AuditActor['kind'], number, string]>([
    ['user', 1, 'User'],
    ['service', 4, 'Service'],
    ['system', 3, 'System'],
    ['anonymous', 99, 'anonymous'],
    ['unknown', 0, 'Unknown'],
  ])('a %s with a name is a user of type %d, %s', (kind, type_id, type) => {
    expect(ocsf({ actor: { kind, id: 'x' } })).toMatchObject({ actor: { user: { type_id, type, uid: 'x' } } });
  });

  it.each(['user', 'service', 'anonymous', 'unknown'] as const)('a %s of whom nothing is known is nobody', (kind) => {
    expect(ocsf({ actor: { kind, id: '', ip: '203.0.113.7' } })).not.toHaveProperty('actor');
  });

  it('the system without a name is the application', () => {
    expect(ocsf({ actor: { kind: 'system' } })['actor']).toEqual({ app_name: 'api' });
    expect(ocsf({ actor: { kind: 'system' }, origin: {} })).not.toHaveProperty('actor');
  });

  it('somebody without any other name is called by the e-mail address', () => {
    const user = { type_id: 1, type: 'User', name: 'a@example.com', email_addr: 'a@example.com' };
    expect(ocsf({ actor: { kind: 'user', email: 'a@example.com' } })['actor']).toEqual({ user });
  });

  it.each(['zoë@example.com', 'a b@example.com', 'a@localhost', 'a@example.com\n', 'nobody'])(
    'the e-mail address %j is none to OCSF, and kept',
    (email) => {
      const event = ocsf({ actor: { ...ALICE, email } });
      expect(event['actor']).toEqual({ user: { type_id: 1, type: 'User', uid: 'u-1', name: 'alice' } });
      expect(audited(event)).toMatchObject({ actor: { email } });
    },
  );

  it('a service on behalf of a user is the application, and the user is the user; never the impersonated one', () => {
    const customer: AuditActor = { kind: 'user', id: 'u-9', tenantId: 'acme' };
    const support: AuditActor = { ...ALICE, userAgent: 'x', onBehalfOf: customer };
    const event = ocsf({
      actor: { kind: 'service', id: 'gw', name: 'Gateway', email: 'gw@example.com', onBehalfOf: support },
    });
    expect(event['actor']).toEqual({
      app_name: 'Gateway',
      app_uid: 'gw',
      user: { type_id: 1, type: 'User', uid: 'u-1', name: 'alice' },
    });
    expect(audited(event)).toMatchObject({
      actor: { kind: 'service', email: 'gw@example.com' },
      on_behalf_of: [
        { kind: 'user', id: 'u-1', name: 'alice', user_agent: 'x' },
        { kind: 'user', id: 'u-9', tenant_id: 'acme' },
      ],
    });
  });

  it('a user on behalf of another is the one who really acted', () => {
    expect(ocsf({ actor: { ...ALICE, onBehalfOf: { kind: 'user', id: 'u-9' } } })).toMatchObject({
      actor: { user: { uid: 'u-1' } },
    });
  });

  it('a service on behalf of nobody known is itself the user', () => {
    const actor: AuditActor = { kind: 'service', id: 'gw', onBehalfOf: { kind: 'user' } };
    expect(ocsf({ actor })['actor']).toEqual({ user: { type_id: 4, type: 'Service', uid: 'gw' } });
  });
});

describe('From where', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['2001:db8::1', '2001:db8::1'],
    ['::ffff:10.1.2.3', '10.1.2.3'],
    ['fe80::1%eth0', 'fe80::1'],
  ])('the address %s is %s', (ip, said) => {
    const event = ocsf({ actor: { ...ALICE, ip } });
    expect(event['src_endpoint']).toEqual({ ip: said });
    expect(audited(event)['actor']).toEqual({ kind: 'user', ...(ip === said ? {} : { ip }) });
  });

  it('what no request asked for comes from the application, which has one endpoint then', () => {
    const event = ocsf({ actor: ALICE, origin: { component: 'api', host: 'h', instanceId: 'i' } });
    expect(event['src_endpoint']).toEqual({ hostname: 'h', svc_name: 'api', instance_uid: 'i' });
    expect(event).not.toHaveProperty('dst_endpoint');
  });

  it('an address that is none came from outside, so the application is not the source', () => {
    expect(ocsf({ actor: { ...ALICE, ip: 'unknown' } })).not.toHaveProperty('src_endpoint');
  });

  it('has a method of the closed list, or keeps it apart', () => {
    const known = ocsf({ actor: { ...ALICE, ip: '203.0.113.7', userAgent: 'curl/8' }, transport: REQUEST });
    expect(known['http_request']).toEqual({ http_method: 'GET', url: { path: '/' }, user_agent: 'curl/8' });
    expect(known['http_response']).toEqual({ code: 200 });
    expect(audited(known)['transport']).toEqual({ kind: 'http' });
    const stranger = ocsf({ actor: ALICE, transport: { kind: 'http', method: 'get', path: '' } });
    expect(stranger).not.toHaveProperty('http_request');
    expect(audited(stranger)['transport']).toMatchObject({ kind: 'http', method: 'get' });
  });

  it('keeps a request apart in a class without a place for it', () => {
    const event = ocsf({
      type: 'system.startup',
      actor: { ...ALICE, ip: '203.0.113.7', userAgent: 'curl/8' },
      transport: REQUEST,
    });
    expect(event).toMatchObject({ class_uid: 6002 });
    expect(audited(event)).toMatchObject({ transport: REQUEST, actor: { ip: '203.0.113.7', user_agent: 'curl/8' } });
  });
});

describe('The metadata', () => {
  it('name the product of the options, the reporter, and the labels', () => {
    const event = ocsf(
      {
        type: 'invoice.paid',
        actor: { ...ALICE, tenantId: 'acme' },
        correlationId: 'c',
        origin: { component: 'api', host: 'h', instanceId: 'i' },
      },
      {
        product: { vendor: 'ACME', name: 'Orders', version: '9' },
        eventTypes: { 'invoice.*': { labels: { team: 'billing' } } },
      },
    );
    expect(event['metadata']).toMatchObject({
      version: '1.8.0',
      product: { name: 'Orders', vendor_name: 'ACME', version: '9' },
      event_code: 'invoice.paid',
      correlation_uid: 'c',
      tenant_uid: 'acme',
      log_name: 'main',
      reporter: { name: 'api', hostname: 'h', uid: 'i' },
      tags: [{ name: 'team', value: 'billing' }],
    });
  });

  it.each([
    [2 ** 31 - 2, 2 ** 31 - 2],
    [2 ** 31 - 1, 2 ** 31 - 1],
    [2 ** 31, undefined],
  ])('the position %d is the sequence %d: it has 32 bits', (position, sequence) => {
    const event = ocsf({}, {}, position);
    expect((event['metadata'] as OcsfMembers)['sequence']).toBe(sequence);
    expect(audited(event)['position']).toBe(position);
  });

  it('say when something was cut', () => {
    expect(ocsf({ truncated: [{ path: '/details/a', bytes: 9 }] })).toMatchObject({ metadata: { is_truncated: true } });
    expect(ocsf({ truncated: [] })['metadata']).not.toHaveProperty('is_truncated');
  });
});

describe('Observables', () => {
  it('repeat what the event has, with its path', () => {
    const event = ocsf({
      type: 'invoice.paid',
      actor: { kind: 'user', email: 'a@example.com', ip: '203.0.113.7', userAgent: 'curl/8' },
      resource: { type: 'invoice', name: 'no id' },
      targets: [{ type: 'account', id: 'a-1' }],
      origin: { host: 'h' },
      transport: REQUEST,
    });
    expect(event['observables']).toEqual([
      { name: 'actor.user.name', type_id: 4, type: 'User Name', value: 'a@example.com' },
      { name: 'actor.user.email_addr', type_id: 5, type: 'Email Address', value: 'a@example.com' },
      { name: 'resources[1].uid', type_id: 10, type: 'Resource UID', value: 'a-1' },
      { name: 'src_endpoint.ip', type_id: 2, type: 'IP Address', value: '203.0.113.7' },
      { name: 'dst_endpoint.hostname', type_id: 1, type: 'Hostname', value: 'h' },
      { name: 'http_request.user_agent', type_id: 16, type: 'HTTP User-Agent', value: 'curl/8' },
    ]);
  });

  it('are left out when there are none', () => {
    expect(ocsf({ actor: { kind: 'system' }, origin: {} })).not.toHaveProperty('observables');
  });
});

describe('What OCSF has no place for', () => {
  it('is JSON text where it is free in its form', () => {
    const details = JSON.parse('{"__proto__":{"admin":true},"k\\nl":["\\ud800",null]}') as NonNullable<
      AuditEvent['details']
    >;
    const { details: text } = audited(ocsf({ details, changes: [{ field: 'f', before: '\udc00', after: null }] }));
    expect(text).toBe('{"__proto__":{"admin":true},"k\\nl":["\ufffd",null]}');
  });

  it('holds the seal whole', () => {
    expect(audited(ocsf({}))).toMatchObject({
      chain: 'main',
      position: 7,
      previous_hash: 'a'.repeat(64),
      hash: 'b'.repeat(64),
      scheme: 'sha256-v1',
    });
  });

  it('is one line, whatever a text holds', () => {
    const hostile = 'a\r\nb\u2028c\u0085\u001b[2J"}\n{"forged":true}\ud800';
    const text = textOf({ action: hostile, actor: { kind: 'user', id: hostile }, details: { [hostile]: hostile } });
    // oxlint-disable-next-line no-control-regex -- what must not be there
    expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
    expect(JSON.parse(text)).toMatchObject({ message: hostile.toWellFormed() });
  });
});
