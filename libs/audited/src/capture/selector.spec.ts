import type { AuditFacts } from './audited.options.js';
import { compileActionTemplate, compileSelector, compileSelectors } from './selector.js';

const PLACE = '@Audited() of OrdersController.place';

class Request {
  readonly body = { deep: { er: 'value' }, list: ['zero', 'one'], nothing: null, zero: 0 };

  /** Frameworks define it as a getter of the class. */
  get headers(): object {
    return { 'x-campaign': 'spring' };
  }
}

const request = new Request();
const facts: AuditFacts = {
  request,
  params: { id: '7' },
  query: { q: 'text' },
  body: request.body,
  user: { id: 'u-1' },
  args: ['first', { second: true }],
  controller: undefined,
  result: { id: 'r-1' },
  error: undefined,
  status: 200,
};

const read = (selector: string): unknown => compileSelector(selector, PLACE, 'details')(facts);

describe('a selector', () => {
  it.each([
    ['params.id', '7'],
    ['query.q', 'text'],
    ['body.deep.er', 'value'],
    ['body.list.1', 'one'],
    ['body.zero', 0],
    ['headers.x-campaign', 'spring'],
    ['user.id', 'u-1'],
    ['result.id', 'r-1'],
    ['args.0', 'first'],
    ['args.1.second', true],
    ['result', { id: 'r-1' }],
  ])('reads %s', (selector, value) => {
    expect(read(selector)).toEqual(value);
  });

  it.each(['params.nobody', 'body.deep.er.est', 'body.nothing.more', 'query.q.length', 'args.9'])(
    'gives undefined for what is not there: %s',
    (selector) => {
      expect(read(selector)).toBeUndefined();
    },
  );

  it.each(['body.constructor', 'body.__proto__', 'body.toString', 'args.map', 'params.hasOwnProperty'])(
    'never walks into a prototype: %s',
    (selector) => {
      expect(read(selector)).toBeUndefined();
    },
  );

  it.each(['', 'id', 'request.body', 'Body.id', 'constructor.name', 'body.', 'body..id', '.body', 'toString'])(
    'that is malformed stops the boot with place, option and cure: %j',
    (selector) => {
      expect(() => compileSelector(selector, PLACE, 'resource.id')).toThrow(
        expect.objectContaining({
          code: 'AUDIT_OPTIONS_INVALID',
          message: expect.stringMatching(/OrdersController\.place.*resource\.id.*Begin with one of params/s),
        }),
      );
    },
  );
});

describe('a list of selectors', () => {
  it('becomes an object whose keys are the last segments', () => {
    expect(compileSelectors(['body.deep.er', 'params.id', 'result'], PLACE)(facts)).toEqual({
      er: 'value',
      id: '7',
      result: { id: 'r-1' },
    });
  });

  it('names the wrong one by its place in the list', () => {
    expect(() => compileSelectors(['body.a', 'nonsense'], PLACE)).toThrow(/details\[1\]/);
  });
});

describe('an action template', () => {
  const action = (template: string): unknown => compileActionTemplate(template, PLACE)(facts);

  it.each([
    ['Deploy', 'Deploy'],
    ['Deploy {params.id} of { user.id }', 'Deploy 7 of u-1'],
    ['{result.id}', 'r-1'],
    ['Missing {query.nothing}, null {body.nothing}, zero {body.zero}', 'Missing ?, null ?, zero 0'],
    ['An object {body.deep}', 'An object …'],
    ['Braces {} stay', 'Braces {} stay'],
  ])('%j becomes %j', (template, text) => {
    expect(action(template)).toBe(text);
  });

  it('with a malformed selector stops the boot', () => {
    expect(() => compileActionTemplate('Deploy {id}', PLACE)).toThrow(/action.*is not a selector/s);
  });
});
