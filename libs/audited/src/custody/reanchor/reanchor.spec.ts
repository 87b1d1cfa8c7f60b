import { HistoryChangedError } from '../../event/custody.error.js';
import type { IntegrityFault, IntegrityFaultKind, IntegrityReport } from '../../integrity/integrity-fault.js';
import type { StatementFacts } from '../statement-writer.js';
import { reanchor, type ReanchorParts } from './reanchor.js';

const ACT = { by: { kind: 'user' as const, id: 'ops' }, reason: 'disk failure, backup of yesterday' };

function aFault(kind: IntegrityFaultKind, position: number): IntegrityFault {
  return { kind, chain: 'main', position, message: 'as found' };
}

/** Parts over a chain of 40 records with these faults; what is written can be looked at. */
function parts(faults: readonly IntegrityFault[], faultCount = faults.length) {
  const written: StatementFacts[] = [];
  const given: (readonly string[])[] = [];
  const report = {
    ok: faults.length === 0,
    state: faults.length === 0 ? 'intact' : 'broken',
    chains: [{ chain: 'main', position: 40 }],
    faults,
    faultCount,
  } as unknown as IntegrityReport;
  const made: ReanchorParts = {
    statements: {
      write: (facts: StatementFacts) => {
        written.push(facts);
        return Promise.resolve({ position: 41 });
      },
    } as unknown as ReanchorParts['statements'],
    verify: (_chain, checkpoints) => {
      given.push(checkpoints);
      return Promise.resolve(report);
    },
    checkpoint: () => Promise.resolve(),
  };
  return { made, written, given };
}

describe('re-anchoring', () => {
  it('explains exactly the faults that are there, neighbours together', async () => {
    const { made, written } = parts([
      aFault('edited', 7),
      aFault('edited', 8),
      aFault('column', 8),
      aFault('edited', 20),
    ]);
    const done = await reanchor(made, { chain: 'main', cause: 'restore' }, ACT);
    expect(done.position).toBe(41);
    expect(written).toEqual([
      {
        kind: 'reanchor',
        chain: 'main',
        cause: 'restore',
        faults: [
          { kind: 'edited', from: 7, through: 8 },
          { kind: 'column', from: 8, through: 8 },
          { kind: 'edited', from: 20, through: 20 },
        ],
      },
    ]);
  });

  it('says why nobody could sign over the break, because the explanation is in the log already', async () => {
    const { made } = parts([aFault('deleted', 7)]);
    const checkpoint = () => Promise.reject(new HistoryChangedError('main', 'the record at position 7 is missing'));
    const done = await reanchor({ ...made, checkpoint }, { chain: 'main', cause: 'restore' }, ACT);
    expect(done).toMatchObject({ position: 41, unsigned: expect.stringContaining('position 7 is missing') as string });
    const down = () => Promise.reject(new Error('the key service is down'));
    await expect(reanchor({ ...made, checkpoint: down }, { chain: 'main', cause: 'restore' }, ACT)).rejects.toThrow(
      'the key service is down',
    );
  });

  it('explains what a cut end turns into when the chain goes on', async () => {
    const { made, written } = parts([aFault('truncated', 41)]);
    await reanchor(made, { chain: 'main', cause: 'restore' }, ACT);
    expect(written[0]).toMatchObject({
      faults: [
        { kind: 'truncated', from: 41, through: 41 },
        { kind: 'deleted', from: 41, through: 41 },
        { kind: 'checkpoint', from: 41, through: 41 },
        { kind: 'forked', from: 41, through: 41 },
      ],
    });
  });

  it('explains nothing where there is nothing, or where somebody did already', async () => {
    await expect(reanchor(parts([]).made, { chain: 'main', cause: 'restore' }, ACT)).rejects.toThrow(
      /no unexplained fault/,
    );
    const explained = { ...aFault('edited', 7), explainedBy: { position: 9, cause: 'restore', at: 'then' } };
    await expect(reanchor(parts([explained]).made, { chain: 'main', cause: 'restore' }, ACT)).rejects.toThrow(
      /no unexplained fault/,
    );
  });

  it.each([
    ['more faults than a report names', parts([aFault('edited', 7)], 5000), /5000 faults/],
    [
      'faults all over the place',
      parts(Array.from({ length: 300 }, (_, index) => aFault('edited', index * 2 + 1))),
      /300 separate places/,
    ],
  ])('refuses to explain %s', async (_, { made, written }, message) => {
    await expect(reanchor(made, { chain: 'main', cause: 'restore' }, ACT)).rejects.toThrow(message);
    expect(written).toEqual([]);
  });

  it.each([
    [{ chain: 'main', cause: 'accident' as never }, ACT, /"cause".*restore, disaster, migration, other/],
    [{ chain: 'main', cause: 'restore' as const }, { ...ACT, reason: '' }, /"reason" is missing/],
  ])('refuses an incomplete request', async (request, act, message) => {
    await expect(reanchor(parts([aFault('edited', 7)]).made, request, act)).rejects.toThrow(message);
  });
});
