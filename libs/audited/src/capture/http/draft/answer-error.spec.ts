import fc from 'fast-check';
import { answerError } from './answer-error.js';

describe('the error that a client was told', () => {
  it('is read from the body that Nest sends', () => {
    const body = JSON.stringify({ statusCode: 403, message: 'Forbidden resource', error: 'Forbidden' });
    expect(answerError(403, body)).toEqual({ code: '403', type: 'Forbidden', message: 'Forbidden resource' });
    expect(answerError(403, Buffer.from(body))).toEqual(answerError(403, body));
  });

  it('joins the complaints of a validation', () => {
    const body = JSON.stringify({ message: ['a is missing', 'b is bad', { nested: true }], error: 'Bad Request' });
    expect(answerError(400, body)).toEqual({ code: '400', type: 'Bad Request', message: 'a is missing; b is bad' });
  });

  it('understands problem details (RFC 9457)', () => {
    expect(answerError(409, '{"title":"Conflict","detail":"Somebody was faster"}').message).toBe('Somebody was faster');
    expect(answerError(409, '{"title":"Conflict"}').message).toBe('Conflict');
  });

  it.each([undefined, null, '', 'plain text', '[1]', '{"broken', '{}', '{"message":7}', { message: 'no text' }, 42])(
    'is the status alone when the body says nothing: %j',
    (body) => {
      expect(answerError(500, body)).toEqual({ code: '500' });
    },
  );

  it('does not read a body that is no sentence', () => {
    const long = JSON.stringify({ message: 'x'.repeat(20_000) });
    expect(answerError(500, long)).toEqual({ code: '500' });
    expect(answerError(500, Buffer.from(long))).toEqual({ code: '500' });
  });

  it('reads the right bytes of a view into a larger buffer', () => {
    const whole = Buffer.from('garbage{"message":"inside"}garbage');
    expect(answerError(400, whole.subarray(7, whole.length - 7)).message).toBe('inside');
  });

  it('never throws, whatever the body', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.uint8Array(), fc.json(), fc.anything()), (body) => {
        expect(answerError(400, body).code).toBe('400');
      }),
    );
  });
});
