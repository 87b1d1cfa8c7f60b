import { anEvent } from '../../testing/audit-event.fixture.js';
import { checkedSelection, isHeld } from './legal-hold.js';

describe('the selection of a legal hold', () => {
  const event = anEvent({
    type: 'order.refunded',
    occurredAt: '2026-05-05T12:00:00.000Z',
    actor: { id: 'ada', kind: 'user', tenantId: 'acme' },
  });

  it.each([
    [{}, true],
    [{ actorId: 'ada' }, true],
    [{ actorId: 'ada', tenantId: 'other' }, false],
    [{ type: 'order.refunded', chain: 'main' }, true],
    [{ chain: 'eu' }, false],
    [{ resourceId: 'r1' }, false],
    [{ from: '2026-05-05T12:00:00.000Z', to: '2026-05-05T12:00:00.001Z' }, true],
    [{ from: '2026-05-05T12:00:00.001Z' }, false],
    [{ to: '2026-05-05T12:00:00.000Z' }, false],
  ])('%j keeps the event: %s', (selection, expected) => {
    expect(isHeld({ selection }, 'main', event)).toBe(expected);
  });

  it('brings times into the form of the events', () => {
    expect(checkedSelection({ from: '2026-05-05T14:00:00+02:00' })).toEqual({ from: '2026-05-05T12:00:00.000Z' });
  });

  it.each([
    [{ actor: 'ada' }, /selection\.actor.*unknown/],
    [{ actorId: '' }, /selection\.actorId.*no text/],
    [{ actorId: 7 }, /selection\.actorId.*no text/],
    [{ from: 'yesterday' }, /selection\.from.*no time/],
    [[], /selection.*no object/],
    ['ada', /selection.*no object/],
  ])('refuses %j', (selection, message) => {
    expect(() => checkedSelection(selection)).toThrow(message);
  });
});
