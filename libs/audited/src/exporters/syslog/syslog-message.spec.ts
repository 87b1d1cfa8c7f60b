import fc from 'fast-check';
import type { DeliveryBatch } from '../../delivery/audit-exporter.js';
import { framesOf } from './syslog-frame.js';
import { safeMessages } from './syslog-message.js';

/** Only the texts matter here. */
function batchOf(texts: readonly string[]): DeliveryBatch {
  const events = texts.map((text) => ({ text, bytes: Buffer.byteLength(text), record: {} as never }));
  return { id: 'batch', attempt: 1, events };
}

describe('Messages that go out', () => {
  it.each(['<0>', '<9>', '<13>', '<99>', '<109>', '<191>'])('may begin with %s', (pri) => {
    expect(safeMessages(batchOf([`${pri}1 - - - - - -`]), 480)).toEqual({ texts: [`${pri}1 - - - - - -`] });
  });

  it.each([
    '',
    'text',
    '13 <13>1 -',
    '<>',
    '<00>',
    '<013>',
    '<192>',
    '<999>',
    '<1000>',
    ' <13>1',
    '\n<13>1',
    '\uFEFF<13>',
  ])('never begin with %j', (text) => {
    expect(safeMessages(batchOf(['<13>1 - - - - - -', text]), 480)).toMatchObject({
      refusal: { status: 'poison', index: 1, reason: expect.stringContaining('PRI') },
    });
  });

  it('are measured in bytes of UTF-8', () => {
    const text = `<13>${'é'.repeat(10)}`;
    expect(safeMessages(batchOf([text]), 24)).toEqual({ texts: [text] });
    expect(safeMessages(batchOf([text]), 23)).toMatchObject({
      refusal: { index: 0, reason: 'the message has 24 bytes, more than 23' },
    });
  });

  it('hold nothing that ends a message, and are as long as they were', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '\n', '\r', '\u0000', '\u2028', 'é', '🚀', '<') }), (rest) => {
        const safe = safeMessages(batchOf([`<13>${rest}`]), 1000);
        const [text = ''] = 'texts' in safe ? safe.texts : [];
        // oxlint-disable-next-line no-control-regex -- what must not be there
        expect(text).not.toMatch(/[\n\r\u0000]/);
        expect(Buffer.byteLength(text)).toBe(Buffer.byteLength(`<13>${rest}`));
      }),
    );
  });
});

describe('Frames', () => {
  it('count octets, not characters', () => {
    expect(framesOf(['<13>Zoë', '<13>🚀'], 'octet-counting').toString()).toBe('8 <13>Zoë8 <13>🚀');
  });

  it('end with LF', () => {
    expect(framesOf(['<13>a', '<13>b'], 'newline').toString()).toBe('<13>a\n<13>b\n');
  });

  it('count what is sent where a text is not well formed', () => {
    const frame = framesOf(['<13>\ud83d', '<13>\ude80'], 'octet-counting');
    expect(frame.toString()).toBe('7 <13>\ufffd7 <13>\ufffd');
  });

  it('are the worked example of RFC 5425', () => {
    const message =
      '<109>1 2026-11-21T18:51:39.123Z api-1.example.com auditkit 4242 user.login ' +
      '[audit@32473 actor="o\\"re\\]il\\\\ly" outcome="success"] \uFEFFZoë logged in';
    expect(framesOf([message], 'octet-counting').toString()).toBe(`146 ${message}`);
  });
});
