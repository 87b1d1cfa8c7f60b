import type { AuditEvent } from '../../event/audit-event.js';
import { GOLDEN_RECORDS } from '../../testing/formats/golden-records.js';
import { affectedUser, changedValues, endMs, epochMs, eventTypeId, listed, firstVisible } from './flat-facts.js';

const [[, { event: FULL }]] = GOLDEN_RECORDS as [(typeof GOLDEN_RECORDS)[number]];

function anEvent(facts: Partial<AuditEvent>): AuditEvent {
  const { resource: _resource, targets: _targets, durationMs: _durationMs, ...rest } = FULL;
  return { ...rest, actor: { kind: 'user', id: 'u-1' }, ...facts };
}

describe('affectedUser', () => {
  it('is the user that was acted on, with the roles it has now', () => {
    const event = anEvent({
      resource: { type: 'User', id: 'u-7', name: 'Bob' },
      changes: [{ field: 'roles', before: ['a'], after: ['a', 'b'] }],
    });
    expect(affectedUser(event)).toEqual({ id: 'u-7', name: 'Bob', roles: ['a', 'b'] });
  });

  it.each([[[1]], ['admin'], [null]])('has no roles when the change does not list them: %j', (after) => {
    const event = anEvent({ resource: { type: 'user', id: 'u-7' }, changes: [{ field: 'roles', after }] });
    expect(affectedUser(event)).toEqual({ id: 'u-7', name: undefined, roles: undefined });
  });

  it('is the first user among the targets', () => {
    const targets = [
      { type: 'group', id: 'g' },
      { type: 'user', id: 'u-8' },
      { type: 'user', id: 'u-9' },
    ];
    expect(affectedUser(anEvent({ resource: { type: 'role', id: 'r' }, targets }))).toEqual({ id: 'u-8' });
  });

  it('is the last one on whose behalf the actor acted', () => {
    const customer = { kind: 'user', id: 'u-9', name: 'Cleo', roles: ['customer'] } as const;
    const actor = { kind: 'service', id: 's', onBehalfOf: { kind: 'user', id: 'u-2', onBehalfOf: customer } } as const;
    expect(affectedUser(anEvent({ actor }))).toEqual({ id: 'u-9', name: 'Cleo', roles: ['customer'] });
    expect(affectedUser(anEvent({ actor, resource: { type: 'user', id: 'u-7' } }))).toMatchObject({ id: 'u-7' });
  });

  it('is nobody when the actor acted for itself on something else', () => {
    expect(affectedUser(anEvent({ resource: { type: 'users', id: 'x' } }))).toBeUndefined();
  });
});

describe('Times', () => {
  it('are milliseconds, and nothing for what is no time', () => {
    expect(epochMs('2026-11-02T03:04:05.121Z')).toBe(1_793_588_645_121);
    expect(epochMs('yesterday')).toBeUndefined();
  });

  it('end when the duration is over, and nowhere when nobody measured', () => {
    const occurredAt = '1970-01-01T00:00:01.000Z';
    expect(endMs(anEvent({ occurredAt, durationMs: 0 }))).toBe(1_000);
    expect(endMs(anEvent({ occurredAt, durationMs: 250 }))).toBe(1_250);
    expect(endMs(anEvent({ occurredAt }))).toBeUndefined();
    expect(endMs(anEvent({ occurredAt: '', durationMs: 1 }))).toBeUndefined();
  });
});

describe('Lists', () => {
  it('are one text, and nothing when empty', () => {
    expect(listed(['developer', 'auditor'])).toBe('developer,auditor');
    expect(listed([])).toBeUndefined();
    expect(listed(undefined)).toBeUndefined();
  });

  it('of changes become values by field, on the side that has them', () => {
    const changes = [
      { field: 'a', before: 1, after: 2 },
      { field: '__proto__', after: null },
      { field: 'c', before: { by: 'u-1' } },
    ];
    expect(changedValues(changes, 'before')).toEqual({ a: 1, c: { by: 'u-1' } });
    expect(JSON.stringify(changedValues(changes, 'after'))).toBe('{"a":2,"__proto__":null}');
    expect(changedValues([{ field: 'a', after: 1 }], 'before')).toBeUndefined();
    expect(changedValues(undefined, 'after')).toBeUndefined();
  });
});

describe('firstVisible', () => {
  it.each([
    [['a', 'b'], 'a'],
    [[undefined, 'b'], 'b'],
    [['', ' \t\u0085\u2028', '\u0000', 'b'], 'b'],
    [['\ud800', 'b'], '\ud800'],
    [['', undefined], undefined],
    [[], undefined],
  ])('of %j is %j', (texts, text) => {
    expect(firstVisible(...texts)).toBe(text);
  });
});

describe('eventTypeId', () => {
  it.each([
    ['deploy.completed', 'deploy.completed'],
    ['AUTH_FAILURE', 'AUTH_FAILURE'],
    ['a|b\\c=d%e#f g\nh', 'a_b_c_d_e_f_g_h'],
    ['\ud800', '\ufffd'],
    ['\n', '_'],
    ['', '_'],
  ])('makes %j into %j', (type, id) => {
    expect(eventTypeId(type, 255)).toBe(id);
  });

  it('is cut between two characters', () => {
    expect(eventTypeId('aé', 3)).toBe('aé');
    expect(eventTypeId('aé', 2)).toBe('a');
  });
});
