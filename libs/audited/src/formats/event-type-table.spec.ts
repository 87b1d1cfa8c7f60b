import { defineCatalogue } from '../catalogue/define-catalogue.js';
import { EventTypeTable } from './event-type-table.js';

const shop = defineCatalogue('shop', { 'cart.filled': { category: 'shopping' }, 'cart.left': {} });
const shipped = {
  types: { 'auth.login': 'log-in', 'auth.*': 'auth', 'auth.mfa.*': 'mfa' },
  categories: { shopping: 'a purchase' },
  otherwise: 'anything',
};

describe('EventTypeTable', () => {
  const table = new EventTypeTable(shipped, { 'own.*': 'own', 'auth.mfa.reset': 'own reset' }, [shop]);

  it.each([
    ['auth.login', 'log-in'],
    ['auth.logout', 'auth'],
    ['auth.mfa.added', 'mfa'],
    ['auth.mfa.reset', 'own reset'],
    ['own.thing', 'own'],
    ['cart.filled', 'a purchase'],
    ['cart.left', 'anything'],
    ['nothing.known', 'anything'],
    ['__proto__', 'anything'],
    ['toString', 'anything'],
  ])('%s is %s, however often it is asked', (type, entry) => {
    expect(table.find(type)).toBe(entry);
    expect(table.find(type)).toBe(entry);
  });

  it("prefers the application's beginning to a shipped exact type", () => {
    expect(new EventTypeTable(shipped, { 'auth.*': 'mine' }, []).find('auth.login')).toBe('mine');
    expect(new EventTypeTable(shipped, { '*': 'all mine' }, []).find('x')).toBe('all mine');
  });

  it('stays small when somebody makes up types without end', () => {
    const many = new EventTypeTable(shipped, {}, []);
    for (let number = 0; number < 20_000; number += 1) expect(many.find(`made.up.${number}`)).toBe('anything');
    expect(many.find('auth.login')).toBe('log-in');
  });
});
