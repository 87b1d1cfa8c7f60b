import fc from 'fast-check';
import type { AuditEvent } from '../../event/audit-event.js';
import { canonicalEvent } from '../../event/canonical-event.js';
import { canonicalJson } from '../../event/canonical-json.js';
import type { JsonObject, JsonValue } from '../../event/json-value.js';
import { anEvent } from '../../testing/audit-event.fixture.js';
import { asSpooled, encodeEntry, readPieces, type SpoolEntry, type SpoolPiece } from './spool-entry.js';

const text = fc.string({ unit: 'binary', maxLength: 20 });
const json = fc.jsonValue({ maxDepth: 3, noUnicodeString: false }) as fc.Arbitrary<JsonValue>;
const anyFacts = fc.record(
  {
    id: text,
    action: text,
    reason: text,
    ticket: text,
    correlationId: text,
    recordedAt: text,
    personal: text,
    durationMs: fc.double({ noNaN: true, noDefaultInfinity: true }),
    actor: fc.record({ kind: fc.constantFrom('user', 'system'), id: text, roles: fc.array(text, { maxLength: 3 }) }),
    resource: fc.record({ type: text, id: text, name: text }),
    origin: fc.record({ component: text, host: text }),
    transport: fc.record({ kind: fc.constant('http'), method: text, path: text, status: fc.integer() }),
    details: fc.dictionary(text, json, { maxKeys: 5 }) as fc.Arbitrary<JsonObject>,
    changes: fc.array(fc.record({ field: text, before: json, after: json }), { maxLength: 3 }),
    redacted: fc.array(text, { maxLength: 3 }),
    uncatalogued: fc.constant(true),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Partial<AuditEvent>>;

const anyEntry: fc.Arbitrary<SpoolEntry> = fc.oneof(
  fc.record({ chain: text, event: fc.record({ body: text }) }),
  fc.record({ chain: text, event: fc.record({ body: text, personal: text, salt: text }) }),
  anyFacts.map((facts) => ({ chain: 'main', event: { body: canonicalEvent(anEvent(facts)) } })),
);
const anyEntries = fc.array(anyEntry, { minLength: 1, maxLength: 6 });

const fileOf = (entries: readonly SpoolEntry[]): Buffer => Buffer.concat(entries.map((entry) => encodeEntry(entry)));
const entriesIn = (pieces: readonly SpoolPiece[]): SpoolEntry[] =>
  pieces.flatMap((piece) => (piece.kind === 'entry' ? [piece.entry] : []));

describe('asSpooled', () => {
  it('says in the body that the event waited, and is byte for byte the canonical text of that event', () => {
    fc.assert(
      fc.property(anyFacts, text, (facts, personal) => {
        const event = anEvent(facts);
        const given = { body: canonicalEvent(event), personal, salt: 'salt' };
        const { event: spooled, recordedAt } = asSpooled(given);
        expect(spooled.body).toBe(canonicalJson({ ...event, spooled: true } as unknown as JsonValue));
        expect(spooled).toStrictEqual({ ...given, body: spooled.body });
        expect(recordedAt).toBe(event.recordedAt);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps members that no prototype may get hold of', () => {
    const details = JSON.parse('{"__proto__":{"isAdmin":true},"constructor":1}') as JsonObject;
    const { body } = asSpooled({ body: canonicalEvent(anEvent({ details })) }).event;
    expect(body).toContain('"details":{"__proto__":{"isAdmin":true},"constructor":1}');
  });
});

describe('the entries of a spool file', () => {
  it('come back as they were written, whatever they hold', () => {
    fc.assert(
      fc.property(anyEntries, (entries) => {
        const pieces = [...readPieces(fileOf(entries))];
        expect(pieces.map(({ kind }) => kind)).toEqual(entries.map(() => 'entry'));
        expect(entriesIn(pieces)).toEqual(entries);
      }),
      { numRuns: 500 },
    );
  });

  it('are one line of text each', () => {
    fc.assert(
      fc.property(anyEntries, (entries) => {
        const lines = fileOf(entries).toString().split('\n');
        expect(lines.at(-1)).toBe('');
        expect(lines.length - 1).toBe(entries.length);
        expect(lines.slice(0, -1).every((line) => /^[0-9a-f]{8} \d+ \{/.test(line))).toBe(true);
      }),
    );
  });

  it('are exactly those before the cut, wherever the file is cut off, and the rest is named', () => {
    fc.assert(
      fc.property(anyEntries, fc.double({ min: 0, max: 1, noNaN: true }), (entries, share) => {
        const whole = fileOf(entries);
        const cutAt = Math.floor(share * whole.length);
        const ends = [...readPieces(whole)].map(({ end }) => end);
        const complete = ends.filter((end) => end <= cutAt).length;
        const pieces = [...readPieces(whole.subarray(0, cutAt))];
        expect(entriesIn(pieces)).toEqual(entries.slice(0, complete));
        const rest = cutAt - (ends[complete - 1] ?? -1) - 1;
        const torn = pieces.filter(({ kind }) => kind !== 'entry');
        expect(torn).toEqual(rest > 0 ? [{ kind: 'torn', start: cutAt - rest, end: cutAt }] : []);
      }),
      { numRuns: 1000 },
    );
  });

  it('never hide a flipped byte, nor take another entry with them than the one it is in', () => {
    fc.assert(
      fc.property(
        anyEntries,
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        fc.integer({ min: 1, max: 255 }),
        (entries, share, mask) => {
          const file = fileOf(entries);
          const flippedAt = Math.floor(share * file.length);
          const hit = [...readPieces(file)].filter(({ end }) => end < flippedAt).length;
          const isNewline = file[flippedAt] === 0x0a;
          file[flippedAt] = (file[flippedAt] ?? 0) ^ mask;
          const pieces = [...readPieces(file)];
          expect(pieces.some(({ kind }) => kind !== 'entry')).toBe(true);
          expect(entriesIn(pieces)).toEqual(entries.filter((_, index) => isNewline || index !== hit));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('are found again behind any rubbish that ends with a line', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), anyEntries, (rubbish, entries) => {
        const [first, ...others] = entries;
        const file = Buffer.concat([fileOf([first!]), rubbish, Buffer.from('\n'), fileOf(others)]);
        expect(entriesIn([...readPieces(file)])).toEqual(entries);
      }),
    );
  });

  it('cover the file without gap or overlap, so that nothing is dropped unseen', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), anyEntries, (rubbish, entries) => {
        const file = Buffer.concat([fileOf(entries), rubbish]);
        let covered = 0;
        for (const piece of readPieces(file)) {
          expect(piece.start - covered).toBeLessThanOrEqual(1);
          expect(piece.start === covered || file[covered] === 0x0a).toBe(true);
          covered = piece.end;
        }
        expect(file.length - covered).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('are not believed when a fitting checksum stands before something else', () => {
    const strange = encodeEntry({ chain: 5 as never, event: { body: 'x' } });
    expect([...readPieces(strange)]).toEqual([{ kind: 'damaged', start: 0, end: strange.length, lost: 1 }]);
  });
});
