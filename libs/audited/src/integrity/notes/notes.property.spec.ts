import fc from 'fast-check';
import { NoteMalformedError } from '../../event/proof.error.js';
import { anEvent } from '../../testing/audit-event.fixture.js';
import { parseCheckpoint } from './checkpoint.js';
import { KeyRing } from './key-ring.js';
import { generateKeyPair, signerFromPem } from './note-signer.js';
import { parseNote, signNote } from './signed-note.js';
import { readStatement } from './statement-note.js';
import { parseTrustedKeys } from './trusted-key.js';

const ORIGIN = 'a.example/main';
const pair = generateKeyPair();
const ring = new KeyRing([{ publicKey: pair.publicKey }]);
const note = await signNote(`${ORIGIN}\n3\n${Buffer.alloc(32).toString('base64')}\n`, ORIGIN, [
  signerFromPem(pair.privatePem),
]);

/** Anything, and what looks nearly like a note. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.constantFrom('\n', '\n\n', '— ', 'a', ' ', '+', '=', 'AAAA', '\r', '\ud800', note, '0', 'time '), {
      maxLength: 12,
    })
    .map((parts) => parts.join('')),
  fc
    .tuple(fc.nat(note.length), fc.nat(8), fc.string())
    .map(([at, cut, text]) => note.slice(0, at) + text + note.slice(at + cut)),
);

const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'none';
  } catch (error) {
    return error instanceof NoteMalformedError ? error.code : String(error);
  }
};

describe('any text', () => {
  it('is a note, a checkpoint and a list of keys, or is refused by name', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(codeOf(() => parseNote(text))).toMatch(/^(none|AUDIT_NOTE_MALFORMED)$/);
        expect(codeOf(() => parseCheckpoint(text))).toMatch(/^(none|AUDIT_NOTE_MALFORMED)$/);
        expect(codeOf(() => parseTrustedKeys(text))).toMatch(/^none$|^KeyInvalidError: /);
      }),
      { numRuns: 2000 },
    );
  });

  it('is trusted only when it is the note that was signed, or that with signatures of strangers', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const isTrusted = ring.check(text, ORIGIN).state === 'trusted';
        expect(isTrusted).toBe(isTrusted && parseNote(text).text === parseNote(note).text);
      }),
      { numRuns: 2000 },
    );
  });

  it('can be signed and read back when it may stand in a note', async () => {
    const signer = signerFromPem(pair.privatePem);
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (content) => {
        const text = `${content}\n`;
        const signed = await signNote(text, ORIGIN, [signer]).catch((error: unknown) => error);
        if (signed instanceof NoteMalformedError) {
          // oxlint-disable-next-line no-control-regex -- what the specification forbids
          expect(/[\u0000-\u0009\u000b-\u001f]/.test(text) || !text.isWellFormed()).toBe(true);
        } else {
          expect(parseNote(String(signed)).text).toBe(text);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('betrays any change of one character of a signed note', () => {
    fc.assert(
      fc.property(fc.nat(note.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (at, char) => {
        const changed = note.slice(0, at) + char + note.slice(at + 1);
        fc.pre(changed !== note);
        expect(ring.check(changed, ORIGIN).state).not.toBe('trusted');
      }),
      { numRuns: 500 },
    );
  });
});

describe('any details', () => {
  it('are a statement or none, without an exception', () => {
    const nearly = fc.record(
      {
        statement: fc.oneof(
          fc.jsonValue(),
          fc.record(
            {
              kind: fc.constantFrom('prune', 'erasure', 'reanchor', 'other'),
              chain: fc.oneof(fc.constant('main'), fc.jsonValue()),
              at: fc.oneof(fc.constant('2026-11-22T02:00:00.000Z'), fc.jsonValue()),
              positions: fc.oneof(fc.constantFrom('', '1-5,9'), fc.jsonValue()),
              faults: fc.jsonValue(),
              from: fc.jsonValue(),
              through: fc.jsonValue(),
              hash: fc.jsonValue(),
              archive: fc.jsonValue(),
            },
            { requiredKeys: [] },
          ),
        ),
        signatures: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        nearly,
        fc.constantFrom('audit.prune', 'audit.erasure', 'audit.reanchor', 'other'),
        (details, type) => {
          const read = readStatement({ ...anEvent(), type, details: details as never });
          expect(read === undefined || read.statement.kind === type.slice('audit.'.length)).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
