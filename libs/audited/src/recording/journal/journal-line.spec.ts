import fc from 'fast-check';
import type { AuditEvent } from '../../event/audit-event.js';
import { canonicalEvent } from '../../event/canonical-event.js';
import { canonicalJson } from '../../event/canonical-json.js';
import type { JsonValue } from '../../event/json-value.js';
import { anAppendableEvent, anEvent } from '../../testing/audit-event.fixture.js';
import { journalLine } from './journal-line.js';

/** Control characters, and what some readers take for the end of a line. */
// oxlint-disable-next-line no-control-regex -- exactly these must not be there
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

describe('journalLine', () => {
  it('is the canonical body where nothing has to be escaped or put back', () => {
    const body = canonicalEvent(anEvent({ details: { text: 'tab\tä😀' } }));
    expect(journalLine({ body })).toBe(body);
  });

  it('puts every personal value back in its place, and keeps the commitment to them', () => {
    const event = anAppendableEvent(
      { actor: { kind: 'user', id: 'u-1' }, details: { list: [null, 2] } },
      { '/actor/name': 'Ada', '/details/list/0': 'one', '/details/__proto__': 'ordinary' },
    );
    const read = JSON.parse(journalLine(event)) as AuditEvent;
    expect(read.actor.name).toBe('Ada');
    expect(canonicalJson(read.details ?? null)).toBe('{"__proto__":"ordinary","list":["one",2]}');
    expect(read.personal).toMatch(/^[0-9a-f]{64}$/);
  });

  it('is one line even if the body is not canonical', () => {
    expect(journalLine({ body: '{\n\t"b": 1,\r\n "a": 2 }' })).toBe('{"a":2,"b":1}');
  });

  it('refuses what is no JSON', () => {
    expect(() => journalLine({ body: '{', personal: '{}' })).toThrow(SyntaxError);
    expect(() => journalLine({ body: '{}', personal: '{' })).toThrow(SyntaxError);
  });

  it('says the same as the event and holds no control character, whatever the event holds', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', '\n', '\r', '\u0000', '\u007f', '\u0085', '\u2028', '\u2029', '\\', '"', '😀'),
    });
    fc.assert(
      fc.property(text, fc.dictionary(text, text), text, (action, details, email) => {
        const plain = anEvent({ action, details });
        expect(JSON.parse(journalLine({ body: canonicalEvent(plain) }))).toEqual(JSON.parse(canonicalEvent(plain)));
        const line = journalLine(anAppendableEvent({ action, details }, { '/actor/email': email }));
        expect(line).not.toMatch(UNSAFE);
        const read = JSON.parse(line) as AuditEvent;
        expect(read.actor.email).toBe(email);
        expect(canonicalJson(read.details as JsonValue)).toBe(canonicalJson(details));
      }),
    );
  });
});
