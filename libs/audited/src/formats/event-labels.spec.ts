import { EventLabels } from './event-labels.js';
import { formatSettings } from './format.options.js';

describe('EventLabels', () => {
  const labels = new EventLabels(
    formatSettings({
      eventTypes: {
        'invoice.*': { labels: { team: 'billing' } },
        'invoice.paid': { labels: { team: 'treasury' } },
        'invoice.lost': {},
      },
    }),
  );

  it.each([
    ['invoice.line_added', { team: 'billing' }],
    ['invoice.paid', { team: 'treasury' }],
    ['invoice.lost', { team: 'billing' }],
    ['auth.login', undefined],
    ['__proto__', undefined],
  ])('of %s are %j', (type, expected) => {
    expect(labels.of(type)).toEqual(expected);
  });

  it('are none where the application gives none', () => {
    expect(new EventLabels(formatSettings()).of('auth.login')).toBeUndefined();
  });
});
