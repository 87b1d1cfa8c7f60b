import { anEvent } from '../testing/audit-event.fixture.js';
import { queryMatcher, type RecordFilters } from './query-match.js';

describe('queryMatcher', () => {
  const event = anEvent({
    actor: { kind: 'user', id: 'u-1', tenantId: 'acme' },
    resource: { type: 'order', id: 'o-1' },
  });
  const at = new Date(event.occurredAt);
  const later = new Date(at.getTime() + 1);

  it.each<[RecordFilters, boolean]>([
    [{}, true],
    [{ chain: 'main', type: 'deploy.completed', outcome: 'success', severity: 'info' }, true],
    [{ chain: 'other' }, false],
    [{ type: 'deploy' }, false],
    [{ actorId: 'u-1', tenantId: 'acme' }, true],
    [{ actorId: 'u-1', tenantId: 'other' }, false],
    [{ resourceType: 'order', resourceId: 'o-1' }, true],
    [{ resourceId: 'o-2' }, false],
    [{ correlationId: 'c-1' }, false],
    [{ from: at, to: later }, true],
    [{ from: later }, false],
    [{ to: at }, false],
    [{ type: 'deploy.*', not: { tenantId: 'other' } }, true],
    [{ type: ['a', 'deploy.completed'], not: { resourceType: ['order', 'x'] } }, false],
    [{ text: 'DEPLOY "ment com"' }, true],
    [{ text: 'deployment rollback' }, false],
    [{ status: '4xx' }, false],
    [{ not: { status: '4xx' } }, true],
    [{ changedField: 'name' }, false],
    [{ not: { changedField: 'name' } }, true],
  ])('says of %j: %s', (filters, expected) => {
    expect(queryMatcher(filters)('main', event)).toBe(expected);
  });

  it('takes an unknown chain for the one that is meant', () => {
    expect(queryMatcher({ chain: 'main' })(undefined, event)).toBe(true);
  });

  it('looks at personal values where they stand', () => {
    const whole = { ...event, personal: 'ab', actor: { ...event.actor, email: 'a@example.com', ip: '192.0.2.1' } };
    expect(queryMatcher({ actorEmail: 'a@example.com', ip: '192.0.2.1' })('main', whole)).toBe(true);
    expect(queryMatcher({ ip: '192.0.2.1' })('main', event)).toBe(false);
    expect(queryMatcher({ not: { ip: '192.0.2.1' } })('main', whole)).toBe(false);
  });

  it('refuses what is no filter', () => {
    expect(() => queryMatcher({ actor: 'u-1' } as never)).toThrow('"actor" is unknown');
  });
});
