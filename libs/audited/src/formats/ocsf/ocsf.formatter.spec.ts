import type { AuditActor, AuditEvent, HttpTransport } from '../../event/audit-event.js';
import type { AuditRecord } from '../../event/audit-record.js';
import { anEvent } from '../../testing/audit-event.fixture.js';
import { ocsfFaults, type OcsfMembers } from '../../testing/formats/reading/ocsf.schema.js';
import { ocsfFormatter, type OcsfFormatOptions } from './ocsf.formatter.js';

const SEAL = { chain: 'main', position: 7, previousHash: 'a'.repeat(64), hash: 'b'.repeat(64), scheme: 'sha256-v1' };

function aRecord(facts: Partial<AuditEvent>, position = 7): AuditRecord {
  return { event: anEvent(facts), seal: { ...SEAL, position } };
}

/** The event that a record becomes; valid, whatever the test is about. */
function ocsf(facts: Partial<AuditEvent>, options: OcsfFormatOptions = {}): OcsfMembers {
  const event = JSON.parse(ocsfFormatter(options).format(aRecord(facts))) as OcsfMembers;
  expect(ocsfFaults(event)).toEqual([]);
  return event;
}

function audited(event: OcsfMembers): OcsfMembers {
  return (event['unmapped'] as { audited: OcsfMembers }).audited;
}

const ALICE: AuditActor = { kind: 'user', id: 'u-1', name: 'alice', email: 'alice@example.com', ip: '203.0.113.7' };
const USER = { type_id: 1, type: 'User', uid: 'u-1', name: 'alice', email_addr: 'alice@example.com' };
const http = (facts: Partial<HttpTransport> = {}): HttpTransport => ({
  kind: 'http',
  method: 'POST',
  route: '/things/:id',
  path: '/things/7',
  status: 200,
  ...facts,
});

describe('The class and the activity', () => {
  it.each([
    ['GET', 2, 'Read'],
    ['HEAD', 2, 'Read'],
    ['PUT', 3, 'Update'],
    ['PATCH', 3, 'Update'],
    ['DELETE', 4, 'Delete'],
    ['POST', 99, 'invoice.paid'],
    ['toString', 99, 'invoice.paid'],
  ])('of a type that nobody maps: API Activity, and %s is %d, %s', (method, activity_id, activity_name) => {
    const event = ocsf({ type: 'invoice.paid', actor: ALICE, transport: http({ method }) });
    expect(event).toMatchObject({ class_uid: 6003, activity_id, activity_name, type_uid: 600_300 + activity_id });
  });

  it('an activity of its own is called by the type', () => {
    expect(ocsf({ type: 'deploy.started', actor: ALICE })).toMatchObject({
      activity_id: 99,
      activity_name: 'deploy.started',
      type_name: 'API Activity: Other',
    });
  });

  it('follow the mapping of the application before the shipped one', () => {
    const options: OcsfFormatOptions = {
      eventTypes: { 'deploy.*': { ocsf: { classUid: 6002, activityId: 8 } } },
    };
    expect(ocsf({ type: 'deploy.completed', actor: ALICE }, options)).toMatchObject({
      class_uid: 6002,
      type_name: 'Application Lifecycle: Update',
      app: { name: 'api' },
    });
  });

  it.each<[string, Partial<AuditEvent>, number, number, string]>([
    [
      'API Activity: a log-in of nobody',
      { actor: { kind: 'anonymous', ip: '203.0.113.7' }, sessionId: 's' },
      6003,
      99,
      'Logon',
    ],
    [
      'Web Resources Activity: and without an actor',
      { actor: { kind: 'anonymous' }, transport: http() },
      6001,
      99,
      'Logon',
    ],
    ['Base Event: and without a request', { actor: { kind: 'anonymous' } }, 0, 99, 'Logon'],
  ])('fall back to %s', (_what, facts, class_uid, activity_id, activity_name) => {
    expect(ocsf({ type: 'auth.failed', ...facts })).toMatchObject({ class_uid, activity_id, activity_name });
  });

  it('keep the number of the activity where the class has the same one', () => {
    expect(ocsf({ type: 'config.changed', actor: ALICE })).toMatchObject({ class_uid: 6003, activity_id: 3 });
  });

  it('of a request without a valid address: nobody knows its source, and the application is not it', () => {
    const event = ocsf({ type: 'invoice.paid', actor: { kind: 'user', id: 'u-1', ip: 'unknown' }, transport: http() });
    expect(event).toMatchObject({ class_uid: 6001, web_resources: [{ name: '/things/7' }] });
    expect(event).not.toHaveProperty('src_endpoint');
    expect(event).toMatchObject({
      metadata: { profiles: ['security_control', 'host'] },
      actor: { user: { uid: 'u-1' } },
    });
    expect(audited(event)).toMatchObject({ actor: { ip: 'unknown' } });
  });
});

describe('Authentication (3002)', () => {
  it('has the user, the service, both endpoints and the session', () => {
    const event = ocsf({
      type: 'auth.login',
      actor: ALICE,
      sessionId: 's-1',
      origin: { component: 'api', version: '2', host: 'h', instanceId: 'i' },
      transport: http(),
    });
    expect(event).toMatchObject({
      type_name: 'Authentication: Logon',
      user: USER,
      session: { uid: 's-1' },
      service: { name: 'api', version: '2' },
      actor: { user: USER, session: { uid: 's-1' } },
      is_remote: true,
      logon_type: 'Network',
      src_endpoint: { ip: '203.0.113.7' },
      dst_endpoint: { svc_name: 'api', hostname: 'h', instance_uid: 'i' },
    });
  });

  it('needs no name of the service when it has an endpoint', () => {
    const event = ocsf({ type: 'auth.logout', actor: ALICE, origin: { host: 'h' } });
    expect(event).toMatchObject({ class_uid: 3002, activity_name: 'Logoff', dst_endpoint: { hostname: 'h' } });
    expect(event).not.toHaveProperty('service');
    expect(event).not.toHaveProperty('is_remote');
  });

  it('is about the account that was tried, when nobody was logged in', () => {
    const event = ocsf({
      type: 'auth.failed',
      outcome: 'failure',
      actor: { kind: 'anonymous' },
      resource: { type: 'user', name: 'root' },
    });
    expect(event).toMatchObject({ class_uid: 3002, user: { name: 'root' }, status: 'Failure' });
    expect(event).not.toHaveProperty('actor');
  });

  it('is not Kerberos', () => {
    expect(ocsf({ type: 'auth.token_refresh', actor: ALICE })).toMatchObject({
      activity_id: 99,
      activity_name: 'auth.token_refresh',
    });
  });
});

describe('Account Change (3001)', () => {
  it('is about the account, not about who changed it', () => {
    const event = ocsf({ type: 'user_created', actor: ALICE, resource: { type: 'User', id: 'u-7', name: 'bob' } });
    expect(event).toMatchObject({ type_uid: 300_101, user: { uid: 'u-7', name: 'bob' }, actor: { user: USER } });
  });

  it('knows more of somebody who changed their own', () => {
    const event = ocsf({ type: 'user_updated', actor: ALICE, resource: { type: 'user', id: 'u-1' } });
    expect(event['user']).toEqual(USER);
  });

  it('takes the actor of a changed password for its owner, but never the actor of a created account', () => {
    expect(ocsf({ type: 'authn_password_change', actor: ALICE })).toMatchObject({ type_uid: 300_103, user: USER });
    expect(ocsf({ type: 'user_created', actor: ALICE })).toMatchObject({ class_uid: 6003, activity_name: 'Create' });
  });
});

describe('Privileges (3005, 3003)', () => {
  const bob = { type: 'user', id: 'u-7' };
  const roles = (before: string[] | string, after: string[] | string): Partial<AuditEvent> => ({
    type: 'authz.role_change',
    actor: ALICE,
    resource: bob,
    changes: [{ field: 'user.roles', before, after }],
  });

  it.each<[string, Partial<AuditEvent>, string, string[]]>([
    ['added', roles(['dev'], ['dev', 'auditor']), 'Assign Privileges', ['auditor']],
    ['removed', roles(['dev', 'auditor'], ['dev']), 'Revoke Privileges', ['auditor']],
    ['exchanged', roles('dev', 'auditor'), 'Assign Privileges', ['auditor']],
    [
      'named by the details',
      { ...roles([], []), details: { Role: 'auditor', colour: 'red' } },
      'authz.role_change',
      ['auditor'],
    ],
  ])('%s are those of the event', (_what, facts, activity_name, privileges) => {
    expect(ocsf(facts)).toMatchObject({ class_uid: 3005, activity_name, privileges, user: { uid: 'u-7' } });
  });

  it.each<[string, Partial<AuditEvent>]>([
    ['privileges', { type: 'authz.role_change', actor: ALICE, resource: bob }],
    ['a user', { ...roles([], ['a']), resource: { type: 'role', id: 'r' } }],
  ])('without %s the event is API Activity', (_what, facts) => {
    expect(ocsf(facts)).toMatchObject({ class_uid: 6003, activity_id: 99, activity_name: 'authz.role_change' });
  });

  it('find the user among the targets', () => {
    const facts = { ...roles([], ['a']), resource: { type: 'role', id: 'r' }, targets: [{ type: 'x' }, bob] };
    expect(ocsf(facts)).toMatchObject({ class_uid: 3005, user: { uid: 'u-7' } });
  });

  it.each<[string, Partial<AuditEvent>, object]>([
    [
      'the roles of who logged in',
      { actor: { ...ALICE, roles: ['', 'dev'] } },
      { privileges: ['dev'], activity_id: 1 },
    ],
    ['a group', { actor: ALICE, resource: { type: 'Group', id: 'g' } }, { group: { uid: 'g' }, activity_id: 2 }],
  ])('of a session are %s', (_what, facts, expected) => {
    const options: OcsfFormatOptions = { eventTypes: { 'session.*': { ocsf: { classUid: 3003 } } } };
    expect(ocsf({ type: 'session.opened', ...facts }, options)).toMatchObject({
      class_uid: 3003,
      user: USER,
      ...expected,
    });
  });
});

describe('Entity Management (3004)', () => {
  const changes = [
    { field: 'limit', before: 1, after: [2] },
    { field: 'new', after: 'x' },
  ];

  it('has the entity as it was, and as it is', () => {
    const event = ocsf({
      type: 'config.changed',
      actor: ALICE,
      reason: 'why',
      resource: { type: 'settings', id: 's' },
      changes,
    });
    expect(event).toMatchObject({ comment: 'why' });
    expect(event['entity']).toEqual({ uid: 's', type_id: 99, type: 'settings', data: { limit: 1 } });
    expect(event['entity_result']).toEqual({ uid: 's', type_id: 99, type: 'settings', data: { limit: [2], new: 'x' } });
    expect(audited(event)['changes']).toEqual([
      { field: 'limit', before: '1', after: '[2]' },
      { field: 'new', after: '"x"' },
    ]);
  });

  it('has no result, and no success, of what has not begun', () => {
    const facts: Partial<AuditEvent> = { type: 'config.changed', resource: { type: 'settings', id: 's' }, changes };
    const event = ocsf({ ...facts, stage: 'intent', outcome: 'success' });
    expect(event).toMatchObject({ status_id: 99, status: 'pending' });
    expect(event).not.toHaveProperty('entity_result');
    expect(audited(event)).toMatchObject({ stage: 'intent', outcome: 'success' });
  });

  it.each([2 ** 53, 1e21, 1.5])('has no duration of %d, which no long_t holds', (durationMs) => {
    const event = ocsf({ durationMs });
    expect(event).not.toHaveProperty('duration');
    expect(audited(event)).toMatchObject({ duration_ms: durationMs });
  });

  it('has no result of what did not come about', () => {
    const facts: Partial<AuditEvent> = { type: 'config.changed', resource: { type: 'settings', id: 's' }, changes };
    expect(ocsf({ ...facts, outcome: 'denied' })).not.toHaveProperty('entity_result');
  });

  it.each([
    ['policy', 5, 'Policy', 'policy'],
    ['user', 2, 'User', 'user'],
    ['group', 3, 'Group', 'group'],
    ['organization', 4, 'Organization', 'org'],
  ])('says what a %s is', (type, type_id, caption, attribute) => {
    const event = ocsf({ type: 'policy.modified', resource: { type, name: 'n' } });
    expect(event['entity']).toEqual({ name: 'n', type_id, type: caption, [attribute]: { name: 'n' } });
  });

  it('holds names of fields that are not ordinary', () => {
    const text = ocsfFormatter().format(
      aRecord({
        type: 'config.changed',
        resource: { type: 's', id: 's' },
        changes: [{ field: '__proto__', before: { a: 1 } }],
      }),
    );
    expect(text).toContain('"data":{"__proto__":{"a":1}}');
  });
});

describe('Other classes', () => {
  it('Event Log Activity (1008) is the log of the kit, or the chain that an event names', () => {
    const facts: Partial<AuditEvent> = { type: 'audit.prune', resource: { type: 'audit.chain', id: 'tenant:acme' } };
    expect(ocsf(facts, { product: { name: 'Orders' } })).toMatchObject({
      type_name: 'Event Log Activity: Delete',
      log_name: 'tenant:acme',
      log_provider: 'Orders',
      log_type: 'Application',
    });
    expect(ocsf({ type: 'audit.export', resource: { type: 'audit-trail' } })).not.toHaveProperty('log_name');
  });

  it('Event Log Activity (1008) of an application is the log that it names', () => {
    const options: OcsfFormatOptions = { eventTypes: { 'log.*': { ocsf: { classUid: 1008, activityId: 1 } } } };
    const event = ocsf({ type: 'log.cleared', resource: { type: 'log', id: 'l', name: 'nginx' } }, options);
    expect(event).toMatchObject({ class_uid: 1008, log_name: 'nginx' });
    expect(event).not.toHaveProperty('log_provider');
    expect(ocsf({ type: 'log.cleared' }, options)['class_uid']).toBe(6003);
  });

  it('Application Lifecycle (6002) is about what the event comes from', () => {
    const event = ocsf({
      type: 'system.startup',
      actor: { kind: 'system' },
      origin: { component: 'api', version: '2' },
    });
    expect(event).toMatchObject({
      app: { name: 'api', version: '2' },
      actor: { app_name: 'api' },
      metadata: { profiles: ['security_control', 'host'] },
    });
    expect(ocsf({ type: 'system.startup', actor: { kind: 'system' }, origin: { platform: 'acme' } })).toMatchObject({
      app: { name: 'acme' },
    });
  });

  it('Application Error (6008) takes every error', () => {
    const facts: Partial<AuditEvent> = { type: 'system.error', actor: { kind: 'system' }, origin: {} };
    expect(ocsf({ ...facts, error: { code: 'E1', message: 'broke' } })).toMatchObject({
      class_uid: 6008,
      status_code: 'E1',
      status_detail: 'broke',
    });
  });

  it('Web Resources Activity (6001) is about what was read, and not about the path then', () => {
    const event = ocsf({
      type: 'sensitive_read',
      resource: { type: 'file', id: 'f' },
      targets: [{ type: 'page', name: 'p' }],
    });
    expect(event['web_resources']).toEqual([
      { uid: 'f', type: 'file' },
      { name: 'p', type: 'page' },
    ]);
  });

  it('API Activity (6003) has the operation, the resources by role, and the trace', () => {
    const event = ocsf({
      type: 'invoice.paid',
      actor: ALICE,
      traceId: '1'.repeat(32),
      resource: { type: 'invoice', id: 'i' },
      targets: [{ type: 'account', id: 'a' }, { type: 'nameless' }],
      transport: http({ handler: 'Invoices.pay' }),
    });
    expect(event).toMatchObject({
      api: { operation: 'Invoices.pay', service: { name: 'api' } },
      trace: { uid: '1'.repeat(32) },
    });
    expect(event).toMatchObject({ metadata: { profiles: ['security_control', 'trace'] } });
    expect(event['resources']).toEqual([
      { uid: 'i', type: 'invoice', role_id: 1, role: 'Target' },
      { uid: 'a', type: 'account', role_id: 3, role: 'Affected' },
    ]);
    // What the list has no room for is whole.
    expect(audited(event)).not.toHaveProperty('resource');
    expect(audited(event)['targets']).toEqual([{ type: 'account', id: 'a' }, { type: 'nameless' }]);
  });

  it.each<[string, AuditEvent['transport'], string]>([
    ['the route', http(), 'POST /things/:id'],
    ['the type', http({ route: '' }), 'invoice.paid'],
    ['the handler of a job', { kind: 'job', handler: 'Worker.run' }, 'Worker.run'],
    ['the type, of code', { kind: 'manual' }, 'invoice.paid'],
  ])('the operation is %s', (_what, transport, operation) => {
    expect(ocsf({ type: 'invoice.paid', actor: ALICE, transport })).toMatchObject({ api: { operation } });
  });
});
