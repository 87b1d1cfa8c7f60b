import { GENESIS_HASH, type AuditSeal, type ChainHead, type StoredRecord } from '../event/audit-record.js';
import { anAppendableEvent } from '../testing/audit-event.fixture.js';
import { headOf, sealedRecords } from '../testing/sealed-records.fixture.js';
import { ChainVerifier, type ChainToVerify } from './chain-verifier.js';
import { sha256Scheme } from './sha256.scheme.js';

const LENGTH = 12;
const SOUND = sealedRecords(
  Array.from({ length: LENGTH }, (_, index) => anAppendableEvent({ action: `Step ${index + 1}` })),
);
const aChain = (): StoredRecord[] => [...SOUND];

function verdictOn(records: readonly StoredRecord[], head: ChainHead | null, more: Partial<ChainToVerify> = {}) {
  const faults: string[] = [];
  const messages: string[] = [];
  const verifier = new ChainVerifier({ chain: 'main', head, ...more }, ({ kind, chain, position, message }) => {
    faults.push(`${kind} ${chain} ${position}`);
    messages.push(message);
  });
  for (const record of records) {
    verifier.check(record);
  }
  return { verdict: verifier.finish(), faults, messages };
}

const reseal = (record: StoredRecord, seal: Partial<AuditSeal>, body = record.body): StoredRecord => {
  const place = { ...record.seal, ...seal };
  return { ...record, body, seal: { ...place, hash: sha256Scheme.hash(place, body) } };
};
const at = (record: StoredRecord, position: number): StoredRecord => ({
  ...record,
  seal: { ...record.seal, position },
});
const withSeal = (record: StoredRecord, seal: object): StoredRecord => ({
  ...record,
  seal: { ...record.seal, ...seal },
});

describe('ChainVerifier on a sound chain', () => {
  it('finds no fault and says how far it read', () => {
    const records = aChain();
    const { verdict, faults } = verdictOn(records, headOf(records));
    expect(faults).toStrictEqual([]);
    expect(verdict).toStrictEqual({
      chain: 'main',
      records: LENGTH,
      position: LENGTH,
      erased: 0,
      checkpoints: { agreed: 0, beyond: 0, coveredThrough: 0, isTrusted: false },
      macs: { checked: 0, unchecked: 0 },
    });
  });

  it('accepts a chain that never was: no record, no head', () => {
    expect(verdictOn([], null)).toMatchObject({ faults: [], verdict: { records: 0, position: 0 } });
  });

  it('counts personal parts that are gone, and names them where no statement does', () => {
    const records = sealedRecords([anAppendableEvent({}, { '/actor/email': 'a@b.c' }), anAppendableEvent()]);
    const erased = { ...records[0]!, personal: null, salt: null };
    expect(verdictOn([erased, records[1]!], headOf(records))).toMatchObject({
      faults: ['erasure main 1'],
      verdict: { erased: 1 },
    });
  });

  it('hands record, event and personal part to the check of the columns', () => {
    const records = sealedRecords([anAppendableEvent({ action: 'Seen' }, { '/actor/email': 'a@b.c' })]);
    const seen: unknown[] = [];
    verdictOn(records, headOf(records), {
      mismatchedColumns: (record, event, personal) => {
        seen.push(record === records[0], event.action, personal);
        return [];
      },
    });
    expect(seen).toStrictEqual([true, 'Seen', { state: 'intact', part: { '/actor/email': 'a@b.c' } }]);
  });
});

describe('ChainVerifier on one record', () => {
  it.each<[string, (record: StoredRecord) => StoredRecord, string]>([
    ['its body', (record) => ({ ...record, body: record.body.replace('Step', 'Stop') }), 'edited main 5'],
    ['its hash', (record) => withSeal(record, { hash: 'f'.repeat(64) }), 'edited main 5'],
    ['its previous hash', (record) => withSeal(record, { previousHash: 'f'.repeat(64) }), 'edited main 5'],
    ['its scheme', (record) => withSeal(record, { scheme: 'sha256-v0' }), 'scheme main 5'],
    ['its body into bytes', (record) => ({ ...record, body: Buffer.from(record.body) as never }), 'malformed main 5'],
    ['its hash into nothing', (record) => withSeal(record, { hash: null }), 'malformed main 5'],
    ['its body into a lone surrogate', (record) => ({ ...record, body: `${record.body}\ud800` }), 'malformed main 5'],
    ['its chain', (record) => withSeal(record, { chain: 'other' }), 'edited main 5'],
    ['its salt', (record) => ({ ...record, salt: '00'.repeat(16) }), 'personal main 5'],
  ])('names a change of %s, and nothing that follows from it', (_what, change, fault) => {
    const records = aChain();
    records[4] = change(records[4]!);
    expect(verdictOn(records, headOf(records)).faults).toStrictEqual([fault]);
  });

  it.each([
    ['no JSON', 'not json'],
    ['a JSON text', '"text"'],
    ['null', 'null'],
    ['an event without actor', '{"origin":{},"transport":{}}'],
    ['an event whose actor is null', '{"actor":null,"origin":{},"transport":{}}'],
    ['an event whose origin is a list', '{"actor":{},"origin":[],"transport":{}}'],
  ])('survives %s under a seal that is right, and calls it malformed', (_what, body) => {
    const records = aChain();
    records[LENGTH - 1] = reseal(records[LENGTH - 1]!, {}, body);
    const columns = { mismatchedColumns: ({ seal }: StoredRecord) => (seal.position === LENGTH ? ['type'] : []) };
    expect(verdictOn(records, headOf(records), columns).faults).toStrictEqual([`malformed main ${LENGTH}`]);
  });

  it('names the columns that differ', () => {
    const records = aChain();
    const mismatchedColumns: ChainToVerify['mismatchedColumns'] = ({ seal }) =>
      seal.position === 3 ? ['type', 'risk'] : [];
    const { faults, messages } = verdictOn(records, headOf(records), { mismatchedColumns });
    expect(faults).toStrictEqual(['column main 3']);
    expect(messages[0]).toMatch(/type, risk/);
  });

  it.each([Number.NaN, 1.5, '5', null, 2 ** 53])(
    'calls the position %p malformed, where a record is missing',
    (position) => {
      const records = aChain();
      records[4] = at(records[4]!, position as number);
      expect(verdictOn(records, headOf(records)).faults).toStrictEqual(['malformed main 5', 'deleted main 5']);
    },
  );

  it('says that a record was resealed with other content, at the place where the old history goes on', () => {
    const records = aChain();
    records[4] = reseal(records[4]!, {}, records[4]!.body.replace('Step', 'Stop'));
    expect(verdictOn(records, headOf(records)).faults).toStrictEqual(['forked main 6']);
  });
});

describe('ChainVerifier on missing records', () => {
  it.each([
    ['the first', [1], ['deleted main 1']],
    ['one in the middle', [5], ['deleted main 5']],
    ['several in a row', [5, 6, 7], ['deleted main 5']],
    ['several apart', [2, 5, 9], ['deleted main 2', 'deleted main 5', 'deleted main 9']],
    ['the last', [12], ['truncated main 12']],
    ['the last three', [10, 11, 12], ['truncated main 10']],
    ['all', Array.from({ length: LENGTH }, (_, index) => index + 1), ['truncated main 1']],
  ])('names %s', (_what, positions, faults) => {
    const records = aChain().filter(({ seal }) => !positions.includes(seal.position));
    expect(verdictOn(records, headOf(aChain())).faults).toStrictEqual(faults);
  });

  it('counts them', () => {
    const records = aChain();
    const rest = records.filter(({ seal }) => seal.position < 5 || (seal.position > 7 && seal.position < 11));
    expect(verdictOn(rest, headOf(records)).messages).toStrictEqual([
      '3 record(s) missing before position 8',
      '2 record(s) missing at the end; the head is at 12',
    ]);
  });

  it('cannot know of a truncated end when the head was rewound with it: that is what checkpoints are for', () => {
    const records = aChain().slice(0, 9);
    expect(verdictOn(records, headOf(records)).faults).toStrictEqual([]);
  });
});

describe('ChainVerifier on misplaced records', () => {
  it.each([
    [5, 6],
    [1, 12],
    [3, 9],
    [11, 12],
  ])('names both of two that were swapped: %i and %i', (a, b) => {
    const records = aChain();
    [records[a - 1], records[b - 1]] = [at(records[b - 1]!, a), at(records[a - 1]!, b)];
    const { faults, messages } = verdictOn(records, headOf(aChain()));
    expect(faults).toStrictEqual([`reordered main ${a}`, `reordered main ${b}`]);
    expect(messages).toStrictEqual([
      `the record was sealed for position ${b}`,
      `the record was sealed for position ${a}`,
    ]);
  });

  it('names a record that was moved away, and the gap it left', () => {
    const records = aChain();
    const head = headOf(records);
    const [moved] = records.splice(4, 1);
    records.push(at(moved!, 900));
    expect(verdictOn(records, head).faults).toStrictEqual(['deleted main 5', 'reordered main 900']);
  });

  it('names a deletion that was covered up by renumbering as one move and one missing end', () => {
    const records = aChain();
    const head = headOf(records);
    records.splice(4, 1);
    const renumbered = records.map((record, index) => at(record, index + 1));
    const { faults, messages } = verdictOn(renumbered, head);
    expect(faults).toStrictEqual(['reordered main 5', 'truncated main 12']);
    expect(messages[0]).toBe('the records at positions 5 to 11 were sealed for positions 6 to 12');
  });

  it('names a record that fills the place of a deleted one, and no gap beside it', () => {
    const records = aChain();
    records[4] = at(records[1]!, 5);
    expect(verdictOn(records, headOf(records)).faults).toStrictEqual(['reordered main 5']);
  });

  it('counts what is missing between records that are out of place', () => {
    const records = aChain();
    const head = headOf(records);
    const rest = [...records.slice(0, 4), at(records[6]!, 6), at(records[5]!, 7), ...records.slice(7)];
    const { faults, messages } = verdictOn(rest, head);
    expect(faults).toStrictEqual(['reordered main 6', 'reordered main 7', 'deleted main 5']);
    expect(messages.at(-1)).toBe('1 record(s) missing before position 8');
  });

  it('counts what is missing before a position that two records stand at, one of them out of place', () => {
    const records = aChain();
    const rest = [...records.slice(0, 4), at(records[1]!, 7), ...records.slice(6)];
    const { faults, messages } = verdictOn(rest, headOf(records));
    expect(faults).toStrictEqual(['reordered main 7', 'deleted main 5']);
    expect(messages.at(-1)).toBe('2 record(s) missing before position 7');
  });

  it('counts a position once that two misplaced records stand at', () => {
    const records = aChain();
    const rest = [...records.slice(0, 4), at(records[0]!, 5), at(records[1]!, 5), ...records.slice(6)];
    const { faults, messages } = verdictOn(rest, headOf(records));
    expect(faults).toStrictEqual(['reordered main 5', 'reordered main 5', 'deleted main 6']);
    expect(messages.at(-1)).toBe('1 record(s) missing before position 7');
  });

  it('does not let a misplaced record at a taken position, or behind the head, stand in for a missing one', () => {
    const records = aChain();
    const atTaken = [...records.slice(0, 3), at(records[8]!, 3), ...records.slice(3, 4), ...records.slice(5)];
    expect(verdictOn(atTaken, headOf(records)).faults).toStrictEqual(['reordered main 3', 'deleted main 5']);
    const behindHead = [...records.slice(0, 10), at(records[0]!, 900)];
    const { faults, messages } = verdictOn(behindHead, headOf(records));
    expect(faults).toStrictEqual(['reordered main 900', 'truncated main 11']);
    expect(messages.at(-1)).toMatch(/^2 record/);
  });

  it.each([
    [1000, 'reordered main 5'],
    [1001, 'edited main 5'],
  ])('looks for the place of a record up to a thousand positions away, not further: %i', (distance, fault) => {
    const records = aChain();
    records[4] = at(reseal(records[4]!, { position: 5 + distance }), 5);
    expect(verdictOn(records, headOf(records)).faults).toStrictEqual([fault]);
  });

  it('searches for so many records only, as searching is work an attacker could multiply', () => {
    const many = sealedRecords(Array.from({ length: 260 }, () => anAppendableEvent()));
    const head = headOf(many);
    // Neighbours swapped pairwise: no two have moved alike, so each needs a search of its own.
    const swapped = many.map((_, index) => at(many[index % 2 === 0 ? index + 1 : index - 1]!, index + 1));
    const { faults } = verdictOn(swapped, head);
    expect(faults.slice(0, 200).every((fault) => fault.startsWith('reordered'))).toBe(true);
    expect(faults.slice(200).every((fault) => fault.startsWith('edited'))).toBe(true);
    expect(faults).toHaveLength(260);
  });

  it('names the chain that a record was taken from', () => {
    const foreign = sealedRecords([anAppendableEvent(), anAppendableEvent()], 'tenant-b');
    const records = aChain();
    records[1] = withSeal(foreign[1]!, { chain: 'main' });
    const { faults, messages } = verdictOn(records, headOf(records), { knownChains: ['main', 'tenant-a', 'tenant-b'] });
    expect(faults).toStrictEqual(['inserted main 2']);
    expect(messages).toStrictEqual(['the record was sealed for chain "tenant-b", position 2']);
  });

  it('names a record of another chain that was handed in as it is', () => {
    const [first] = sealedRecords([anAppendableEvent()], 'tenant-b');
    expect(verdictOn([first!], null).faults).toStrictEqual(['inserted main 1']);
  });

  it('names a renamed chain once', () => {
    const records = aChain().map((record) => withSeal(record, { chain: 'renamed' }));
    const { faults, messages } = verdictOn(records, headOf(records), { chain: 'renamed' });
    expect(faults).toStrictEqual(['inserted renamed 1']);
    expect(messages).toStrictEqual([
      'the records at positions 1 to 12 were sealed for chain "main", positions 1 to 12',
    ]);
  });
});

describe('ChainVerifier on records too many', () => {
  const twice = (position: number): StoredRecord[] =>
    aChain().flatMap((record) => (record.seal.position === position ? [record, record] : [record]));

  it.each([1, 5, 12])('names the copy of record %i', (position) => {
    const records = twice(position);
    expect(verdictOn(records, headOf(records)).faults).toStrictEqual([`inserted main ${position}`]);
  });

  it.each(['before', 'behind'])('names a forged rival %s the genuine record, whose history goes on', (order) => {
    for (const index of [4, LENGTH - 1]) {
      const records = aChain();
      const head = headOf(records);
      const forged = reseal(records[index]!, {}, records[index]!.body.replace('Step', 'Stop'));
      records.splice(order === 'before' ? index : index + 1, 0, forged);
      expect(verdictOn(records, head).faults).toStrictEqual([`inserted main ${index + 1}`]);
    }
  });

  it('names a broken rival once, before or behind the genuine record', () => {
    const records = aChain();
    const head = headOf(records);
    const broken = { ...records[4]!, body: '{}' };
    expect(verdictOn(records.toSpliced(4, 0, broken), head).faults).toStrictEqual(['edited main 5']);
    expect(verdictOn(records.toSpliced(5, 0, broken), head).faults).toStrictEqual(['inserted main 5']);
  });

  it('names every rival, however many there are', () => {
    const records = aChain();
    const head = headOf(records);
    const forged = Array.from({ length: 20 }, (_, index) =>
      reseal(records[4]!, {}, records[4]!.body.replace('Step', `S${index}`)),
    );
    const { faults } = verdictOn(records.toSpliced(5, 0, ...forged), head);
    expect(faults).toStrictEqual(Array.from({ length: 20 }, () => 'inserted main 5'));
  });

  it('does not accept a broken rival as a record to continue from', () => {
    const records = aChain();
    const broken = withSeal(records[4]!, { hash: 'e'.repeat(64) });
    const follower = reseal(records[5]!, { previousHash: 'e'.repeat(64) });
    const rest = [...records.slice(0, 5), broken, follower];
    expect(verdictOn(rest, headOf(rest)).faults).toStrictEqual(['inserted main 5', 'forked main 6']);
  });

  it('names a record behind the head also when the record of the head is gone', () => {
    const records = aChain();
    const rest = [...records.slice(0, 9), records[10]!];
    expect(verdictOn(rest, headOf(records.slice(0, 10))).faults).toStrictEqual([
      'inserted main 11',
      'truncated main 10',
    ]);
  });

  it('names records behind the head, even those that continue the chain', () => {
    const records = sealedRecords(Array.from({ length: 5 }, () => anAppendableEvent()));
    expect(verdictOn(records, headOf(records.slice(0, 3))).faults).toStrictEqual([
      'inserted main 4',
      'inserted main 5',
    ]);
  });

  it('names a record at a position that no chain has', () => {
    const records = aChain();
    expect(verdictOn([reseal(records[0]!, { position: 0 }), ...records], headOf(records)).faults).toStrictEqual([
      'inserted main 0',
    ]);
    expect(verdictOn([at(records[3]!, -2), ...records], headOf(records)).faults).toStrictEqual(['reordered main -2']);
  });
});

describe('ChainVerifier on the head', () => {
  const head = (facts: object): ChainHead => ({ ...headOf(aChain())!, ...facts });
  const records = aChain();

  it.each<[string, ChainHead | null, string[]]>([
    ['is gone', null, [`head main ${LENGTH}`]],
    ['has another hash', { ...headOf(records)!, hash: 'f'.repeat(64) }, [`head main ${LENGTH}`]],
    ['was moved back', { ...headOf(records)!, position: 7 }, ['head main 7']],
    ['was moved on', { ...headOf(records)!, position: 15 }, ['head main 15']],
    ['has no position', head({ position: null }), [`head main ${LENGTH}`]],
    ['has a position that is none', head({ position: 0 }), [`head main ${LENGTH}`]],
    ['has no hash', head({ hash: null }), [`head main ${LENGTH}`]],
    [
      'knows of more records, with a hash nobody has seen',
      head({ position: 14, hash: 'f'.repeat(64) }),
      ['truncated main 13'],
    ],
  ])('that %s', (_what, stored, faults) => {
    expect(verdictOn(records, stored).faults).toStrictEqual(faults);
  });

  it('says nothing about the head when the last record is broken: that is a fault already', () => {
    const broken = records.with(LENGTH - 1, { ...records[LENGTH - 1]!, body: '{}' });
    expect(verdictOn(broken, headOf(records)).faults).toStrictEqual([`edited main ${LENGTH}`]);
  });

  it('that knows of records where there is none, even with the hash that every chain starts at', () => {
    expect(verdictOn([], head({ position: 3, hash: GENESIS_HASH })).faults).toStrictEqual(['truncated main 1']);
  });

  it('starts every chain at the genesis hash', () => {
    const [first] = sealedRecords([anAppendableEvent()]);
    const elsewhere = reseal(first!, { previousHash: 'a'.repeat(64) });
    expect(first!.seal.previousHash).toBe(GENESIS_HASH);
    expect(verdictOn([elsewhere], headOf([elsewhere])).faults).toStrictEqual(['forked main 1']);
  });
});
