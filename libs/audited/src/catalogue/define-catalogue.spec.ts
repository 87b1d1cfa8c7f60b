import { defineCatalogue } from './define-catalogue.js';
import type { EventTypeDefinition } from './event-catalogue.js';

const declare = (type: string, definition: unknown): unknown =>
  defineCatalogue('shop', { [type]: definition as EventTypeDefinition });

describe('defineCatalogue', () => {
  it('keeps the name and every definition', () => {
    const severity = () => 'error' as const;
    const catalogue = defineCatalogue('shop', {
      'order.placed': { title: 'Order placed', category: 'order', personal: ['/details/phone'] },
      ORDER_REFUNDED: { severity, risk: 'high', atLeastRecorded: true, retentionClass: 'financial' },
    });

    expect(catalogue).toEqual({
      name: 'shop',
      types: {
        'order.placed': { title: 'Order placed', category: 'order', personal: ['/details/phone'] },
        ORDER_REFUNDED: { severity, risk: 'high', atLeastRecorded: true, retentionClass: 'financial' },
      },
    });
  });

  it('is a frozen copy that later changes to the argument cannot reach', () => {
    const personal = ['/details/phone'];
    const types = { 'order.placed': { title: 'Order placed', personal } };
    const catalogue = defineCatalogue('shop', types);
    types['order.placed'].title = 'Nothing happened';
    personal.length = 0;

    expect(catalogue.types['order.placed']).toEqual({ title: 'Order placed', personal: ['/details/phone'] });
    expect(Object.isFrozen(catalogue)).toBe(true);
    expect(Object.isFrozen(catalogue.types)).toBe(true);
    expect(Object.isFrozen(catalogue.types['order.placed'])).toBe(true);
    expect(Object.isFrozen(catalogue.types['order.placed'].personal)).toBe(true);
  });

  it('treats a property that is undefined as absent', () => {
    const catalogue = declare('a', { title: undefined }) as { types: { a: object } };
    expect(Object.keys(catalogue.types.a)).toEqual([]);
  });

  it.each(['a', 'Az09._:-', 'x'.repeat(128)])('accepts the type name %s', (type) => {
    expect(declare(type, {})).toMatchObject({ types: { [type]: {} } });
  });

  it.each(['', 'x'.repeat(129), 'order placed', 'order/placed', 'ördér', 'a\n'])('refuses the type name %j', (type) => {
    expect(() => declare(type, {})).toThrow(expect.objectContaining({ code: 'AUDIT_CATALOGUE_INVALID' }));
  });

  it.each(['', 'x'.repeat(65), 'my shop'])('refuses the catalogue name %j', (name) => {
    expect(() => defineCatalogue(name, {})).toThrow(/bad name/);
  });

  it.each([
    ['a misspelt property', { severty: 'info' }, /unknown property "severty".*Known are: title, /],
    ['a property of Object.prototype', { constructor: 'x' }, /unknown property "constructor"/],
    ['a severity that is no word of the list', { severity: 'fatal' }, /unknown severity "fatal".*debug, info, warning/],
    ['a severity rule that answers nonsense', { severity: () => 'fatal' }, /unknown severity "fatal"/],
    [
      'a severity rule that forgets an outcome',
      { severity: (outcome: string) => (outcome === 'success' ? 'info' : undefined) },
      /unknown severity undefined for outcome "failure"/,
    ],
    [
      'a severity rule that throws',
      {
        severity: () => {
          throw new RangeError('no idea');
        },
      },
      /severity rule that throws for outcome "success": RangeError: no idea/,
    ],
    ['a severity that is a number', { severity: 3 }, /bad "severity"/],
    ['a risk that is no word of the list', { risk: 'extreme' }, /unknown risk "extreme".*low, medium, high, critical/],
    ['an empty title', { title: ' ' }, /bad "title"/],
    ['a category that is no text', { category: 1 }, /bad "category"/],
    ['an empty retention class', { retentionClass: '' }, /bad "retentionClass"/],
    ['an empty data classification', { dataClassification: '' }, /bad "dataClassification"/],
    ['atLeastRecorded as a word', { atLeastRecorded: 'yes' }, /bad "atLeastRecorded"/],
    ['a helper that is no function', { helper: {} }, /bad "helper"/],
    ['a single pointer instead of a list', { personal: '/details/phone' }, /bad "personal".*RFC 6901/],
    ['a dotted path', { personal: ['details.phone'] }, /bad "personal"/],
    ['the pointer to the whole event', { personal: [''] }, /bad "personal"/],
    ['a pointer with an empty step', { personal: ['/details/'] }, /bad "personal"/],
    ['a pointer with a bad escape', { personal: ['/details/~2'] }, /bad "personal"/],
    ['null', null, /not declared with an object/],
  ])('refuses %s and says so', (_case, definition, message) => {
    expect(() => declare('order.placed', definition)).toThrow(message);
    expect(() => declare('order.placed', definition)).toThrow(
      expect.objectContaining({ code: 'AUDIT_CATALOGUE_INVALID', message: expect.stringContaining('"order.placed"') }),
    );
  });

  it('accepts escaped and nested JSON Pointers', () => {
    expect(declare('a', { personal: ['/details/a~1b/~0c', '/targets/0/name'] })).toMatchObject({ name: 'shop' });
  });
});
