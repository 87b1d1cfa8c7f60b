import { inspect } from 'node:util';
import { anAppendableEvent } from '../../testing/audit-event.fixture.js';
import { withoutEvents } from './write-failure.js';

const SALT = '0123456789abcdef0123456789abcdef';
const EMAIL = 'zoe@example.com';
const event = { body: anAppendableEvent().body, personal: JSON.stringify({ '/actor/email': EMAIL }), salt: SALT };
const entries = [{ chain: 'main', event }];

const shown = (failure: unknown): string => inspect(failure, { depth: 10, showHidden: true });

describe('an error of a write', () => {
  it('keeps what the server refused and where, and loses what was written, however deep', () => {
    const driverError = Object.assign(new Error('new row violates check constraint "positive"'), {
      code: '23514',
      constraint: 'positive',
      detail: `Failing row contains (1, main, ${event.body}, ${event.personal}, ${SALT}).`,
      where: `PL/pgSQL function with ${EMAIL}`,
    });
    const failure = Object.assign(new RangeError(driverError.message), {
      parameters: ['main', event.body, event.personal, SALT],
      sql: `INSERT INTO audit_inbox VALUES ('${EMAIL}')`,
      query: 'INSERT INTO audit_inbox VALUES ($1)',
      driverError,
      cause: new AggregateError([driverError, `not even an error: ${EMAIL}`.length]),
      detail: driverError.detail,
      [Symbol('row')]: EMAIL,
    });
    const left = withoutEvents(failure, entries);
    expect(left).toBe(failure);
    expect(left).toMatchObject({
      message: 'new row violates check constraint "positive"',
      parameters: [],
      query: 'INSERT INTO audit_inbox VALUES ($1)',
      driverError: { code: '23514', constraint: 'positive' },
    });
    for (const secret of [EMAIL, SALT, event.body]) {
      expect(shown(left)).not.toContain(secret);
    }
  });

  it('loses the values that its message quotes, and nothing else of it', () => {
    const failure = new Error(`no such customer: ${EMAIL}`);
    withoutEvents(failure, entries);
    expect(failure.message).toBe('no such customer: [withheld]');
    expect(shown(failure)).not.toContain(EMAIL);
  });

  it('may refer to itself, be frozen or be no error at all', () => {
    const circular: Error & { cause?: unknown } = new Error('round and round');
    circular.cause = circular;
    const frozen = Object.freeze(Object.assign(new Error('stiff'), { code: 'X' }));
    for (const failure of [circular, frozen, 'a text', undefined, null]) {
      expect(withoutEvents(failure, entries)).toBe(failure);
    }
  });

  it('is cleared even where the personal part is no JSON', () => {
    const failure = new Error('refused: not JSON');
    withoutEvents(failure, [{ chain: 'main', event: { ...event, personal: 'not JSON' } }]);
    expect(failure.message).toBe('refused: [withheld]');
  });
});
