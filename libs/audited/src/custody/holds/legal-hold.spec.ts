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

  it('keeps an event without time and without actor that may be meant', () => {
    const strange = { ...event, occurredAt: undefined, actor: null } as unknown as typeof event;
    expect(
      isHeld({ selection: { from: '2026-01-01T00:00:00.000Z', to: '2027-01-01T00:00:00.000Z' } }, 'main', strange),
    ).toBe(true);
    expect(isHeld({ selection: { actorId: 'ada' } }, 'main', strange)).toBe(false);
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
