import { catalogueHelpers } from './catalogue-drafts.js';
import { defineCatalogue } from './define-catalogue.js';

describe('catalogueHelpers', () => {
  it('builds a draft with the type of the catalogue from typed facts', () => {
    const shop = catalogueHelpers(
      defineCatalogue('shop', {
        'order.placed': {
          helper: (facts: { orderId: string }) => ({ resource: { type: 'order', id: facts.orderId } }),
        },
      }),
    );
    expect(shop.orderPlaced({ orderId: 'o-1' })).toEqual({
      type: 'order.placed',
      resource: { type: 'order', id: 'o-1' },
    });
  });

  it('gives a type without a helper a method that takes any facts, or none', () => {
    const shop = catalogueHelpers(defineCatalogue('shop', { 'order.placed': {} }));
    expect(shop.orderPlaced({ action: 'Order o-1 placed', outcome: 'success' })).toEqual({
      type: 'order.placed',
      action: 'Order o-1 placed',
      outcome: 'success',
    });
    expect(shop.orderPlaced()).toEqual({ type: 'order.placed' });
  });

  it('names methods in camel case whatever the style of the type', () => {
    const helpers = catalogueHelpers(
      defineCatalogue('styles', {
        API_REQUEST: {},
        'deploy.completed': {},
        'audit.http.rate_limited': {},
        malicious_excess_404: {},
        'order:line-item.addedTwice': {},
        InvoicePaid: {},
        'a..b': {},
      }),
    );
    // Written out so that the compiler checks the names too.
    const byName = [
      helpers.apiRequest,
      helpers.deployCompleted,
      helpers.auditHttpRateLimited,
      helpers.maliciousExcess404,
      helpers.orderLineItemAddedTwice,
      helpers.invoicePaid,
      helpers.aB,
    ].map((method) => method().type);
    expect(byName).toEqual([
      'API_REQUEST',
      'deploy.completed',
      'audit.http.rate_limited',
      'malicious_excess_404',
      'order:line-item.addedTwice',
      'InvoicePaid',
      'a..b',
    ]);
  });

  it('never lets facts change the type', () => {
    const shop = catalogueHelpers(defineCatalogue('shop', { 'order.placed': {} }));
    const facts: object = { type: 'order.refunded' };
    expect(shop.orderPlaced(facts).type).toBe('order.placed');
  });

  it('keeps the type and says so when a helper throws, because callers must not', () => {
    const shop = catalogueHelpers(
      defineCatalogue('shop', {
        'order.placed': { helper: (facts: { order: { id: string } }) => ({ action: facts.order.id.toUpperCase() }) },
      }),
    );
    const broken = { order: {} } as { order: { id: string } };
    expect(shop.orderPlaced(broken)).toEqual({
      type: 'order.placed',
      details: { helper_failed: expect.stringContaining('toUpperCase') },
    });
  });

  it('is frozen', () => {
    expect(Object.isFrozen(catalogueHelpers(defineCatalogue('shop', { 'order.placed': {} })))).toBe(true);
  });

  it('refuses two types that would share a method', () => {
    const shop = defineCatalogue('shop', { 'order.placed': {}, ORDER_PLACED: {} });
    expect(() => catalogueHelpers(shop)).toThrow(
      /"ORDER_PLACED" gives the method name "orderPlaced", and so does "order.placed"/,
    );
  });

  it('refuses a type that gives no method name', () => {
    expect(() => catalogueHelpers(defineCatalogue('shop', { '--': {} }))).toThrow(/"--" gives no method name/);
  });
});
