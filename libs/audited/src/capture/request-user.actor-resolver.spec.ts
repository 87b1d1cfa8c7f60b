import fc from 'fast-check';
import type { AuditActor } from '../event/audit-event.js';
import { RequestUserActorResolver } from './request-user.actor-resolver.js';

const resolver = new RequestUserActorResolver();
const actorOf = (user: unknown): AuditActor | null => resolver.resolve({ user });

describe('the actor that guards left on the request', () => {
  it.each([undefined, null, '', false, 0, [], ['u-1']])('is nobody when user is %j', (user) => {
    expect(actorOf(user)).toBeNull();
  });

  it('is the first of the common ids', () => {
    expect(actorOf({ sub: 's', id: 'i' })?.id).toBe('i');
    expect(actorOf({ sub: 's', userId: 'u' })?.id).toBe('s');
    expect(actorOf({ user_id: 7n })?.id).toBe('7');
    expect(actorOf({ id: '', sub: 's' })?.id).toBe('s');
  });

  it('has no id when none is a text or a number', () => {
    expect(actorOf({ id: { $oid: 'x' }, email: 'a@example.org' })).toEqual({ kind: 'user', email: 'a@example.org' });
    expect(actorOf({})).toEqual({ kind: 'user' });
  });

  it('has a name only where it says more than the id', () => {
    expect(actorOf({ username: 'ada' })).toEqual({ kind: 'user', id: 'ada' });
    expect(actorOf({ id: 1, username: 'ada' })?.name).toBe('ada');
  });

  it.each([
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
    ['a', ['a']],
    [
      [{ name: 'a' }, { id: 2 }, null, '', {}],
      ['a', '2'],
    ],
    [[], undefined],
    [{ name: 'a' }, ['a']],
  ])('understands roles %j', (roles, read) => {
    expect(actorOf({ id: 1, roles })?.roles).toEqual(read);
  });

  it('puts the one who really acts first, and everybody acted for behind', () => {
    expect(actorOf({ sub: 'customer', act: { sub: 'support', act: { sub: 'tool' } } })).toEqual({
      kind: 'user',
      id: 'tool',
      onBehalfOf: { kind: 'user', id: 'support', onBehalfOf: { kind: 'user', id: 'customer' } },
    });
    expect(actorOf({ id: 'customer', impersonatedBy: 9 })).toEqual({
      kind: 'user',
      id: '9',
      onBehalfOf: { kind: 'user', id: 'customer' },
    });
  });

  it('ends at a delegation that goes on for ever', () => {
    const loop: Record<string, unknown> = { sub: 'ouroboros' };
    loop['act'] = loop;
    let depth = 0;
    for (let actor = actorOf(loop) ?? undefined; actor !== undefined; actor = actor.onBehalfOf) {
      depth += 1;
    }
    expect(depth).toBe(9);
  });

  it('gives a kind and texts, whatever the claims', () => {
    const names = fc.constantFrom(
      'id',
      'sub',
      'kind',
      'email',
      'emails',
      'name',
      'roles',
      'role',
      'act',
      'realm_access',
    );
    fc.assert(
      fc.property(fc.dictionary(names, fc.anything()), (claims) => {
        const actor = actorOf(claims);
        expect(['user', 'service', 'system', 'anonymous', 'unknown']).toContain(actor?.kind);
        expect(['string', 'undefined']).toContain(typeof actor?.id);
        expect((actor?.roles ?? []).every((role) => typeof role === 'string')).toBe(true);
      }),
    );
  });
});
