import { runInNewContext } from 'node:vm';
import { NotFoundException } from '@nestjs/common';
import fc from 'fast-check';
import { Redactor, type RedactionFindings } from '../../redaction/redactor.js';
import { composeError } from './error-facts.js';

const redactor = new Redactor();

function factsOf(error: unknown): { facts: ReturnType<typeof composeError>; findings: RedactionFindings } {
  const findings: RedactionFindings = { truncated: [], redacted: [] };
  return { facts: composeError(error, redactor, findings), findings };
}

describe('composeError', () => {
  it('has nothing to say when there was no error', () => {
    expect(factsOf(undefined).facts).toBeUndefined();
    expect(factsOf(null).facts).toBeUndefined();
  });

  it('tells class, code and message, and never the stack', () => {
    const error = Object.assign(new TypeError('connection refused'), { code: 'ECONNREFUSED' });
    expect(factsOf(error).facts).toEqual({ type: 'TypeError', code: 'ECONNREFUSED', message: 'connection refused' });
    expect(factsOf(new NotFoundException('no such thing')).facts).toEqual({
      type: 'NotFoundException',
      message: 'no such thing',
    });
  });

  it('prefers the name of an error whose class says nothing', () => {
    expect(factsOf(Object.assign(new Error('late'), { name: 'TimeoutError' })).facts?.type).toBe('TimeoutError');
  });

  it('takes facts as well as errors, and numbers as codes', () => {
    const facts = { type: 'Forbidden', code: 403, message: 'no' };
    expect(factsOf(facts).facts).toEqual({ type: 'Forbidden', code: '403', message: 'no' });
  });

  it('knows errors of another realm', () => {
    expect(factsOf(runInNewContext('new RangeError("far")')).facts).toEqual({ type: 'RangeError', message: 'far' });
  });

  it('takes a thrown text or number for the message', () => {
    expect(factsOf('it broke').facts).toEqual({ message: 'it broke' });
    expect(factsOf(42).facts).toEqual({ message: '42' });
  });

  it('removes secrets and control characters from a message, and says so', () => {
    const { facts, findings } = factsOf(new Error('refused: password=hunter2hunter2\nforged line'));
    expect(facts?.message).not.toContain('hunter2hunter2');
    expect(facts?.message).not.toContain('\n');
    expect(findings.redacted).toContain('/error/message');
  });

  it('does not keep a code that is neither text nor number', () => {
    expect(factsOf({ code: { password: 'x' }, message: 'm' }).facts).toEqual({ message: 'm' });
  });

  it('survives errors that throw when they are read', () => {
    const throwing = Object.defineProperty(new Error('x'), 'message', {
      get: () => {
        throw new Error('gotcha');
      },
    });
    expect(factsOf(throwing).facts).toEqual({ type: 'UnreadableError' });
    const { proxy, revoke } = Proxy.revocable(new Error('x'), {});
    revoke();
    expect(factsOf(proxy).facts).toEqual({ type: 'UnreadableError' });
  });

  it('gives only short texts, whatever it is given', () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }),
        (error) => {
          const { facts } = factsOf(error);
          for (const text of Object.values(facts ?? {})) {
            expect(typeof text).toBe('string');
            expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1024);
          }
        },
      ),
    );
  });
});
