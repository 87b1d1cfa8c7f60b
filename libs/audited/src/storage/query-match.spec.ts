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
  ])('says of %j: %s', (filters, expected) => {
    expect(queryMatcher(filters)('main', event)).toBe(expected);
  });

  it('takes an unknown chain for the one that is meant', () => {
    expect(queryMatcher({ chain: 'main' })(undefined, event)).toBe(true);
  });

  it('refuses what is no filter', () => {
    expect(() => queryMatcher({ actor: 'u-1' } as never)).toThrow('"actor" is unknown');
  });
});
