import fc from 'fast-check';
import type { StatedExplanation } from './fault-explanations.js';
import { FaultList } from './fault-list.js';
import type { IntegrityFault, IntegrityFaultKind } from './integrity-fault.js';

const aFault = (position: number, facts: Partial<IntegrityFault> = {}): IntegrityFault => ({
  kind: 'edited',
  chain: 'main',
  position,
  message: 'changed',
  ...facts,
});
const anExplanation = (
  position: number,
  ...faults: readonly (readonly [kind: IntegrityFaultKind, from: number, through: number])[]
): StatedExplanation => ({
  position,
  reach: position,
  cause: 'restore',
  at: '2026-11-21T12:00:00.000Z',
  faults: faults.map(([kind, from, through]) => ({ kind, from, through })),
});

describe('FaultList', () => {
  it('is intact without a fault', () => {
    expect(new FaultList().summary()).toStrictEqual({
      ok: true,
      state: 'intact',
      faults: [],
      faultCount: 0,
      explainedCount: 0,
    });
  });

  it('names the first faults in the order of chains and positions, however they came, and counts all', () => {
    const list = new FaultList(3);
    [aFault(9), aFault(4), aFault(1, { chain: 'z' }), aFault(7), aFault(2), aFault(4, { kind: 'column' })].forEach(
      (fault) => list.add(fault),
    );
    const { faults, faultCount, state } = list.summary();
    expect(faults.map(({ kind, position }) => `${kind} ${position}`)).toStrictEqual([
      'edited 2',
      'edited 4',
      'column 4',
    ]);
    expect([faultCount, state]).toStrictEqual([6, 'broken']);
  });

  it('counts when it names none', () => {
    const list = new FaultList(0);
    [1, 2, 3].forEach((position) => list.add(aFault(position)));
    expect(list.summary()).toMatchObject({ faults: [], faultCount: 3, state: 'broken' });
    list.explain('main', [anExplanation(9, ['edited', 1, 3])]);
    expect(list.summary()).toMatchObject({ faultCount: 3, explainedCount: 3, state: 'explained' });
  });

  it('names who explained a fault, in the chain where it was said', () => {
    const list = new FaultList();
    list.add(aFault(3));
    list.add(aFault(3, { chain: 'z' }));
    list.explain('main', [anExplanation(9, ['edited', 3, 3])]);
    expect(list.summary()).toMatchObject({
      ok: false,
      state: 'broken',
      explainedCount: 1,
      faults: [
        { chain: 'main', explainedBy: { position: 9, cause: 'restore', at: '2026-11-21T12:00:00.000Z' } },
        { chain: 'z' },
      ],
    });
    expect(list.summary().faults[1]).not.toHaveProperty('explainedBy');
  });

  it('says the same about faults, however few of them it names', () => {
    const kinds = ['edited', 'column', 'erasure'] as const;
    const faults = fc.array(fc.record({ kind: fc.constantFrom(...kinds), position: fc.integer({ min: 0, max: 60 }) }), {
      maxLength: 60,
    });
    const spans = fc.array(fc.tuple(fc.constantFrom(...kinds), fc.nat(60), fc.nat(20)), { maxLength: 6 });
    fc.assert(
      fc.property(faults, spans, fc.nat(10), (found, explained, maxFaults) => {
        // One fault of a kind at a position, in rising order, as a verifier finds them.
        const distinct = [...new Map(found.map((fault) => [`${fault.kind} ${fault.position}`, fault])).values()].sort(
          (a, b) => a.position - b.position,
        );
        const explanations = explained.map(([kind, from, length]) => anExplanation(50, [kind, from, from + length]));
        const [all, few] = [new FaultList(1000), new FaultList(maxFaults)].map((list) => {
          distinct.forEach(({ kind, position }) => list.add(aFault(position, { kind })));
          list.explain('main', explanations);
          return list.summary();
        });
        expect(few).toStrictEqual({ ...all, faults: all!.faults.slice(0, maxFaults) });
      }),
    );
  });

  it('keeps no more than it must of very many faults, and errs on the side of broken', () => {
    const list = new FaultList(10);
    for (let position = 1; position <= 60_000; position += 2) {
      list.add(aFault(position));
    }
    list.explain('main', [anExplanation(70_000, ['edited', 1, 60_000])]);
    expect(list.summary()).toMatchObject({ faultCount: 30_000, explainedCount: 30_000, state: 'explained' });
    list.explain('main', [anExplanation(70_000, ['edited', 1, 40_000])]);
    expect(list.summary().state).toBe('broken');
  });

  it('adds what other lists found', () => {
    const [one, other] = [new FaultList(2), new FaultList(2)];
    [1, 2, 3].forEach((position) => one.add(aFault(position)));
    one.explain('main', [anExplanation(9, ['edited', 1, 3])]);
    other.add(aFault(5, { chain: 'z' }));
    other.explain('z', [anExplanation(9, ['edited', 5, 5])]);
    const sum = new FaultList(2);
    sum.addSummary(other.summary());
    sum.addSummary(one.summary());
    expect(sum.summary()).toMatchObject({
      state: 'explained',
      faultCount: 4,
      explainedCount: 4,
      faults: [{ position: 1 }, { position: 2 }],
    });
  });
});
