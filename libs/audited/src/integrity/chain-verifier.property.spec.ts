import fc from 'fast-check';
import type { ChainHead, StoredRecord } from '../event/audit-record.js';
import { anAppendableEvent } from '../testing/audit-event.fixture.js';
import { headOf, sealedRecords } from '../testing/sealed-records.fixture.js';
import { ChainVerifier } from './chain-verifier.js';
import { sha256Scheme } from './sha256.scheme.js';

/** A chain of random length and content, and a record in it. */
const chainAndIndex = fc
  .array(fc.record({ action: fc.string({ unit: 'grapheme' }), hasPerson: fc.boolean() }), {
    minLength: 1,
    maxLength: 25,
  })
  .map((contents) =>
    sealedRecords(
      contents.map(({ action, hasPerson }) =>
        anAppendableEvent({ action }, hasPerson ? { '/actor/name': action } : undefined),
      ),
    ),
  )
  .chain((records) => fc.tuple(fc.constant(records), fc.nat(records.length - 1)));

function faultsIn(records: readonly StoredRecord[], head: ChainHead | null): string[] {
  const faults: string[] = [];
  const verifier = new ChainVerifier({ chain: 'main', head }, ({ kind, position }) =>
    faults.push(`${kind} ${position}`),
  );
  for (const record of records) {
    verifier.check(record);
  }
  verifier.finish();
  return faults;
}

const changedAt = (text: string, at: number, char: string): string => text.slice(0, at) + char + text.slice(at + 1);

describe('any chain', () => {
  it('verifies as it was sealed', () => {
    fc.assert(
      fc.property(chainAndIndex, ([records]) => {
        expect(faultsIn(records, headOf(records))).toStrictEqual([]);
      }),
    );
  });

  it('betrays any change of one character of a body, at its position and nowhere else', () => {
    fc.assert(
      fc.property(
        chainAndIndex,
        fc.nat(),
        fc.string({ minLength: 1, maxLength: 1 }),
        ([records, index], place, char) => {
          const record = records[index]!;
          const body = changedAt(record.body, place % record.body.length, char);
          fc.pre(body !== record.body);
          const faults = faultsIn(records.with(index, { ...record, body }), headOf(records));
          // Half of a surrogate pair is no text at all.
          expect(faults).toStrictEqual([body.isWellFormed() ? `edited ${index + 1}` : `malformed ${index + 1}`]);
        },
      ),
    );
  });

  it('betrays any change of one digit of a hash, at its position and nowhere else', () => {
    const field = fc.constantFrom('hash' as const, 'previousHash' as const);
    fc.assert(
      fc.property(
        chainAndIndex,
        field,
        fc.nat(63),
        fc.constantFrom(...'0123456789abcdef'.split('')),
        ([records, index], name, place, digit) => {
          const record = records[index]!;
          const text = changedAt(record.seal[name], place, digit);
          fc.pre(text !== record.seal[name]);
          const changed = { ...record, seal: { ...record.seal, [name]: text } };
          expect(faultsIn(records.with(index, changed), headOf(records))).toStrictEqual([`edited ${index + 1}`]);
        },
      ),
    );
  });

  it('betrays any deletion, at the first position that is missing', () => {
    fc.assert(
      fc.property(chainAndIndex, fc.nat(5), ([records, index], more) => {
        const rest = records.toSpliced(index, 1 + more);
        const kind = index + 1 + more >= records.length ? 'truncated' : 'deleted';
        expect(faultsIn(rest, headOf(records))).toStrictEqual([`${kind} ${index + 1}`]);
      }),
    );
  });

  it('betrays any copy that was put in, whatever position it is given', () => {
    fc.assert(
      fc.property(chainAndIndex, fc.integer({ min: 1, max: 30 }), ([records, index], position) => {
        const copy = { ...records[index]!, seal: { ...records[index]!.seal, position } };
        const withCopy = [...records, copy].sort((a, b) => a.seal.position - b.seal.position);
        const kind = position === index + 1 ? 'inserted' : 'reordered';
        expect(faultsIn(withCopy, headOf(records))).toStrictEqual([`${kind} ${position}`]);
      }),
    );
  });

  it('betrays any forged record that was put in under a seal that is right', () => {
    fc.assert(
      fc.property(chainAndIndex, fc.string(), fc.boolean(), ([records, index], action, before) => {
        const { seal } = records[index]!;
        const { body } = anAppendableEvent({ action: `forged ${action}` });
        const forged = { seal: { ...seal, hash: sha256Scheme.hash(seal, body) }, body, personal: null, salt: null };
        const faults = faultsIn(records.toSpliced(before ? index : index + 1, 0, forged), headOf(records));
        expect(faults).toStrictEqual([`inserted ${index + 1}`]);
      }),
    );
  });

  it('betrays any swap of two records, at both positions', () => {
    fc.assert(
      fc.property(chainAndIndex, fc.nat(), ([records, index], choice) => {
        const other = choice % records.length;
        fc.pre(other !== index);
        const [low, high] = [Math.min(index, other), Math.max(index, other)];
        const swapped = records
          .with(low, { ...records[high]!, seal: { ...records[high]!.seal, position: low + 1 } })
          .with(high, { ...records[low]!, seal: { ...records[low]!.seal, position: high + 1 } });
        expect(faultsIn(swapped, headOf(records))).toStrictEqual([`reordered ${low + 1}`, `reordered ${high + 1}`]);
      }),
    );
  });

  it('never throws, whatever the rows hold', () => {
    const anything = fc.oneof(fc.anything(), fc.string(), fc.integer(), fc.constant(null));
    const row = fc.record({
      seal: fc.record({
        chain: anything,
        position: anything,
        previousHash: anything,
        hash: anything,
        scheme: anything,
      }),
      body: anything,
      personal: anything,
      salt: anything,
    }) as unknown as fc.Arbitrary<StoredRecord>;
    fc.assert(
      fc.property(
        chainAndIndex,
        row,
        fc.option(fc.record({ chain: anything, position: anything, hash: anything })),
        ([records, index], odd, head) => {
          expect(faultsIn(records.with(index, odd), head as ChainHead | null).length).toBeGreaterThan(0);
        },
      ),
    );
  });
});
