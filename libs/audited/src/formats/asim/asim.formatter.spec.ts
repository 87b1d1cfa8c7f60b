import type { AuditActor, AuditChange, AuditEvent } from '../../event/audit-event.js';
import type { AuditRecord } from '../../event/audit-record.js';
import { ASIM_SCHEMA, asimFaults, auditedOf, type AsimRowRead } from '../../testing/formats/reading/asim.schema.js';
import { GOLDEN_RECORDS } from '../../testing/formats/golden-records.js';
import { asimFormatter, type AsimFormatOptions } from './asim.formatter.js';

const [, SYSTEM] = GOLDEN_RECORDS.find(([, { event }]) => event.type === 'system.startup') as [string, AuditRecord];

function rowOf(facts: Partial<AuditEvent>, options?: AsimFormatOptions): AsimRowRead {
  const record = { ...SYSTEM, event: { ...SYSTEM.event, ...facts } };
  const row = JSON.parse(asimFormatter(options).format(record)) as AsimRowRead;
  expect(asimFaults(row)).toEqual([]);
  return row;
}

describe('asim', () => {
  it('has the mandatory columns even of an event that knows next to nothing', () => {
    expect(JSON.parse(asimFormatter().format(SYSTEM))).toEqual({
      TimeGenerated: '2026-11-02T03:04:05.127Z',
      EventCount: 1,
      EventStartTime: '2026-11-02T03:04:05.127Z',
      EventEndTime: '2026-11-02T03:04:05.127Z',
      EventType: 'Start',
      EventOriginalType: 'system.startup',
      EventResult: 'Success',
      EventSeverity: 'Informational',
      EventOriginalSeverity: 'info',
      EventUid: '019aa7a1-0b7b-7000-8000-000000000007',
      EventOriginalUid: '019aa7a1-0b7b-7000-8000-000000000007',
      EventMessage: 'System started',
      EventProduct: 'nestjs-audited',
      EventProductVersion: '0.1.0',
      EventVendor: 'nestjs-audited',
      EventSchema: 'AuditEvent',
      EventSchemaVersion: '0.1.2',
      Dvc: 'nestjs-audited',
      Operation: 'system.startup',
      Object: 'nestjs-audited',
      ObjectType: 'Service',
      ActorUserType: 'System',
      ActorOriginalUserType: 'system',
      AdditionalFields: {
        audited: {
          chain: 'main',
          position: 7,
          previousHash: '06'.repeat(32),
          hash: '07'.repeat(32),
          scheme: 'sha256-v1',
          recordedAt: '2026-11-02T03:04:05.147Z',
          stage: 'outcome',
          outcome: 'success',
          risk: 'low',
          origin: {},
          transport: { kind: 'manual' },
        },
      },
    });
  });

  it.each(GOLDEN_RECORDS)('is a row of the schema: %s', (_name, record) => {
    expect(asimFaults(JSON.parse(asimFormatter().format(record)) as AsimRowRead)).toEqual([]);
  });

  it('writes no column that the native table lacks, but for the three that its parser adds', () => {
    const names = new Set(
      GOLDEN_RECORDS.flatMap(([, record]) => Object.keys(JSON.parse(asimFormatter().format(record)))),
    );
    const foreign = ASIM_SCHEMA.columns.filter(({ name, native }) => native === false && names.has(name));
    expect(foreign.map(({ name }) => name)).toEqual(['EventUid', 'EventSchema', 'Dvc']);
  });

  it.each([
    ['success', 'Success', undefined, undefined],
    ['failure', 'Failure', undefined, undefined],
    ['denied', 'Failure', 'Denied', 'Blocked'],
    ['pending', 'NA', 'Pending', undefined],
    ['unknown', 'NA', 'Unknown', undefined],
  ] as const)('the outcome %s is %s', (outcome, result, details, action) => {
    const row = rowOf({ outcome });
    expect([row['EventResult'], row['EventResultDetails'], row['DvcAction']]).toEqual([result, details, action]);
    expect(auditedOf(row)['outcome']).toBe(outcome);
  });

  it('says of an intent that it has no result yet, whatever outcome it was recorded with', () => {
    const row = rowOf({ stage: 'intent', outcome: 'success' });
    expect([row['EventResult'], row['EventResultDetails']]).toEqual(['NA', 'Pending']);
    expect(auditedOf(row)).toMatchObject({ stage: 'intent', outcome: 'success' });
  });

  it.each([
    ['debug', 'Informational'],
    ['info', 'Informational'],
    ['warning', 'Low'],
    ['error', 'Medium'],
    ['critical', 'High'],
  ] as const)('the severity %s is %s', (severity, word) => {
    expect(rowOf({ severity })).toMatchObject({ EventSeverity: word, EventOriginalSeverity: severity });
  });

  it.each([
    [undefined, '2026-11-02T03:04:05.127Z'],
    [0, '2026-11-02T03:04:05.127Z'],
    [1234, '2026-11-02T03:04:06.361Z'],
    [Number.MAX_SAFE_INTEGER, '9999-12-31T23:59:59.999Z'],
  ])('an action of %s ms ends at %s', (durationMs, end) => {
    expect(rowOf(durationMs === undefined ? {} : { durationMs })['EventEndTime']).toBe(end);
  });

  it.each([
    [{ reason: 'too late', error: { message: 'no' } }, 'too late'],
    [{ reason: '', error: { message: 'no', code: 'E1' } }, 'no'],
    [{ error: { code: 'E1', type: 'NoError' } }, 'E1'],
    [{ error: { type: 'NoError' } }, 'NoError'],
    [{ error: {} }, undefined],
    [{}, undefined],
  ])('tells why it ended so: %j', (facts, text) => {
    expect(rowOf(facts)['EventOriginalResultDetails']).toBe(text);
  });
});

describe('asim, the actor', () => {
  it.each([
    [{ kind: 'user', email: 'zoë@example.com', name: 'Zoë' }, 'zoë@example.com', 'UPN'],
    [{ kind: 'user', email: 'a b@example.com' }, 'a b@example.com', 'Simple'],
    [{ kind: 'user', email: 'a@b@c' }, 'a@b@c', 'Simple'],
    [{ kind: 'user', email: '', name: 'Zoë' }, 'Zoë', 'Simple'],
    [{ kind: 'user', id: 'u-1' }, undefined, undefined],
  ] as const)('names the user %j', (actor, name, type) => {
    const row = rowOf({ actor });
    expect([row['ActorUsername'], row['ActorUsernameType']]).toEqual([name, type]);
  });

  it.each([
    ['user', 'Regular'],
    ['service', 'Service'],
    ['system', 'System'],
    ['anonymous', 'Anonymous'],
    ['unknown', undefined],
  ] as const)('the kind %s is the type %s', (kind, type) => {
    const row = rowOf({ actor: { kind } });
    expect([row['ActorUserType'], row['ActorOriginalUserType']]).toEqual([type, kind]);
  });

  it.each([
    ['203.0.113.7', '203.0.113.7', undefined],
    ['2001:db8::1', '2001:db8::1', undefined],
    ['::ffff:10.1.2.3', '10.1.2.3', '::ffff:10.1.2.3'],
    ['fe80::1%eth0', 'fe80::1', 'fe80::1%eth0'],
    ['127.0.0.1:80', undefined, '127.0.0.1:80'],
    ['unknown', undefined, 'unknown'],
  ])('writes the address %s as %s and keeps what it was', (ip, address, kept) => {
    const row = rowOf({ actor: { kind: 'user', ip } });
    expect(row['SrcIpAddr']).toBe(address);
    expect(auditedOf(row)['actor']).toEqual(kept === undefined ? undefined : { ip: kept });
  });

  it.each([
    [undefined, { ActorUserIdType: 'Other' }],
    ['OktaId', { ActorUserIdType: 'OktaId' }],
    ['AADID', { ActorUserIdType: 'AADID', ActorUserAadId: 'u-1' }],
    ['SID', { ActorUserIdType: 'SID', ActorUserSid: 'u-1' }],
  ] as const)('knows from the option that identifiers of users are %s', (actorUserIdType, columns) => {
    const options = actorUserIdType === undefined ? {} : { actorUserIdType };
    const row = rowOf({ actor: { kind: 'user', id: 'u-1' } }, options);
    expect(
      Object.fromEntries(Object.entries(row).filter(([name]) => /^ActorUser(IdType|AadId|Sid)$/.test(name))),
    ).toEqual(columns);
    expect(rowOf({ actor: { kind: 'service', id: 'u-1' } }, options)['ActorUserIdType']).toBe('Other');
  });

  it('keeps what the columns leave out: name, roles, and everybody behind', () => {
    const onBehalfOf: AuditActor = { kind: 'user', id: 'u-2', onBehalfOf: { kind: 'user', id: 'u-3' } };
    const actor: AuditActor = { kind: 'user', email: 'a@example.com', name: 'A', roles: ['admin'], onBehalfOf };
    expect(auditedOf(rowOf({ actor }))['actor']).toEqual({ name: 'A', roles: ['admin'], onBehalfOf });
  });
});

describe('asim, old and new values', () => {
  const valuesOf = (changes: readonly AuditChange[]): unknown[] => {
    const row = rowOf({ changes });
    return [row['OldValue'], row['NewValue'], row['ValueType']];
  };

  it.each<[AuditChange, unknown, unknown]>([
    [{ field: 'a', before: 'x', after: 'y' }, 'x', 'y'],
    [{ field: 'a', before: 1, after: null }, '1', 'null'],
    [{ field: 'a', after: { b: [true] } }, undefined, '{"b":[true]}'],
    [{ field: 'a', before: [] }, '[]', undefined],
    [{ field: 'a', before: 'x', after: '' }, 'x', undefined],
  ])('one change stands plainly: %j', (change, before, after) => {
    expect(valuesOf([change])).toEqual([before, after, 'Other']);
  });

  it('several changes are JSON by field, whatever the fields are called', () => {
    expect(
      valuesOf([
        { field: '__proto__', before: 1, after: 2 },
        { field: 'b', after: 'x' },
      ]),
    ).toEqual(['{"__proto__":1}', '{"__proto__":2,"b":"x"}', 'Other']);
  });

  it.each<[readonly AuditChange[]]>([[[]], [[{ field: 'a' }]], [[{ field: 'a' }, { field: 'b' }]]])(
    'no value is no column: %j',
    (changes) => {
      expect(valuesOf(changes)).toEqual([undefined, undefined, undefined]);
    },
  );
});

describe('asim, the options', () => {
  it('names the product', () => {
    const product = { vendor: 'Acme', name: 'Billing', version: '9' };
    expect(rowOf({}, { product })).toMatchObject({
      EventVendor: 'Acme',
      EventProduct: 'Billing',
      EventProductVersion: '9',
      Dvc: 'Billing',
    });
  });

  it('adds labels', () => {
    const options: AsimFormatOptions = { eventTypes: { 'system.*': { labels: { team: 'billing' } } } };
    expect(auditedOf(rowOf({}, options))['labels']).toEqual({ team: 'billing' });
  });

  it('refuses a kind of identifier that ASIM does not know', () => {
    expect(() => asimFormatter({ actorUserIdType: 'Entra' as never })).toThrow(
      /^Audit option "actorUserIdType" is "Entra". Use one of: SID, UID, AADID, .*Other/,
    );
  });
});
