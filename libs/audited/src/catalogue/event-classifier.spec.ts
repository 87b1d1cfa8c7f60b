import type { AuditOutcome } from '../event/audit-event.js';
import { defineCatalogue } from './define-catalogue.js';
import { EventClassifier } from './event-classifier.js';

const OUTCOMES: readonly AuditOutcome[] = ['success', 'failure', 'denied', 'pending', 'unknown'];

describe('EventClassifier', () => {
  it.each([
    ['success', 'info', 'low'],
    ['failure', 'error', 'low'],
    ['denied', 'warning', 'medium'],
    ['pending', 'info', 'low'],
    ['unknown', 'info', 'low'],
  ] as const)('derives severity and risk of an uncatalogued type from the outcome %s', (outcome, severity, risk) => {
    const classifier = new EventClassifier([]);
    expect(classifier.classify('no.such.type', outcome)).toEqual({ definition: undefined, severity, risk });
  });

  it('uses the same defaults for a type that gives neither severity nor risk', () => {
    const classifier = new EventClassifier([defineCatalogue('shop', { 'order.placed': { title: 'Order placed' } })]);
    for (const outcome of OUTCOMES) {
      const { severity, risk } = classifier.classify('no.such.type', outcome);
      expect(classifier.classify('order.placed', outcome)).toEqual({
        definition: { title: 'Order placed' },
        severity,
        risk,
      });
    }
  });

  it('takes a fixed severity and risk whatever the outcome', () => {
    const shop = defineCatalogue('shop', { 'order.lost': { severity: 'critical', risk: 'high' } });
    const classifier = new EventClassifier([shop]);
    for (const outcome of OUTCOMES) {
      expect(classifier.classify('order.lost', outcome)).toMatchObject({ severity: 'critical', risk: 'high' });
    }
  });

  it('asks rules once per outcome when it is built and never again', () => {
    const asked: AuditOutcome[] = [];
    const shop = {
      name: 'shop',
      types: {
        'order.placed': {
          severity: (outcome: AuditOutcome) => {
            asked.push(outcome);
            return outcome === 'denied' ? ('critical' as const) : ('debug' as const);
          },
        },
      },
    };
    const classifier = new EventClassifier([shop]);
    expect(asked).toEqual(OUTCOMES);

    expect(classifier.classify('order.placed', 'denied').severity).toBe('critical');
    expect(classifier.classify('order.placed', 'success').severity).toBe('debug');
    expect(classifier.classify('order.placed', 'success')).toBe(classifier.classify('order.placed', 'success'));
    expect(asked).toHaveLength(OUTCOMES.length);
  });

  it.each(['__proto__', 'constructor', 'toString', ''])('has no definition for the type %j', (type) => {
    expect(new EventClassifier([]).classify(type, 'success').definition).toBeUndefined();
  });

  it.each(['succes', '__proto__', 'toString', undefined])('treats the outcome %j as unknown', (outcome) => {
    const classifier = new EventClassifier([]);
    expect(classifier.classify('a', outcome as AuditOutcome)).toBe(classifier.classify('a', 'unknown'));
  });

  it('refuses a hand-made catalogue with an unknown severity', () => {
    const shop = { name: 'shop', types: { 'order.placed': { severity: 'fatal' as 'error' } } };
    expect(() => new EventClassifier([shop])).toThrow(/"order.placed" has the unknown severity "fatal"/);
  });

  describe('given two catalogues that declare one type', () => {
    const build = (one: object, other: object): EventClassifier =>
      new EventClassifier([
        { name: 'shop', types: { 'order.placed': one } },
        { name: 'billing', types: { 'order.placed': other } },
      ]);
    const rule = (): 'error' => 'error';

    it.each([
      ['title', { title: 'Order placed' }, { title: 'Order taken' }],
      ['property on one side', { title: 'Order placed' }, { title: 'Order placed', risk: 'high' }],
      ['property on the other side', { title: 'Order placed', risk: 'high' }, { title: 'Order placed' }],
      ['pointers', { personal: ['/details/a'] }, { personal: ['/details/b'] }],
      ['rule', { severity: rule }, { severity: () => 'error' }],
    ])('refuses a different %s and names both', (_difference, one, other) => {
      expect(() => build(one, other)).toThrow(
        /"order.placed" is declared differently in the catalogues "shop" and "billing"/,
      );
    });

    it.each([
      ['the same facts', { title: 'Order placed', risk: 'high' }, { risk: 'high', title: 'Order placed' }],
      ['the same rule and pointers', { severity: rule, personal: ['/a'] }, { personal: ['/a'], severity: rule }],
    ])('accepts %s', (_case, one, other) => {
      expect(build(one, other).classify('order.placed', 'success').definition).toBe(one);
    });
  });
});
