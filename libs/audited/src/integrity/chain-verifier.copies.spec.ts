import type { StoredRecord } from '../event/audit-record.js';
import { anAppendableEvent } from '../testing/audit-event.fixture.js';
import { ModelChain } from '../testing/model-chain.fixture.js';

function aChain(count: number): ModelChain {
  const chain = new ModelChain();
  chain.appendMany(count);
  return chain;
}

/** The record at a position once more, at the end. */
function copyToEnd(chain: ModelChain, { body }: StoredRecord): void {
  const event = JSON.parse(body) as object;
  chain.append(anAppendableEvent({ ...event, id: '019abcde-f012-7345-8678-00000000c0b1' }));
}

describe('ChainVerifier with statements that somebody copied', () => {
  it('lets an explanation speak only about what was there when it was made', async () => {
    const chain = aChain(100);
    chain.checkpoint('given');
    chain.restore(10);
    await chain.reanchor();
    const statement = chain.records.at(-1)!;
    chain.appendMany(200);
    copyToEnd(chain, statement);
    chain.records = chain.records.filter(({ seal }) => seal.position < 20 || seal.position > 90);
    const { faults, summary } = chain.verify();
    expect(summary.state).toBe('broken');
    expect(faults).toStrictEqual(['deleted 20', 'checkpoint 100 explained']);
  });

  it.each(['prune', 'erasure'] as const)('does not believe a %s of a history that was lost', async (kind) => {
    const chain = aChain(60);
    if (kind === 'prune') {
      await chain.state(kind, { from: 1, through: 40, hash: chain.hashes[39]! });
    } else {
      await chain.state(kind, { positions: '11-40' });
    }
    const statement = chain.records.at(-1)!;
    chain.restore(10);
    chain.appendMany(100);
    copyToEnd(chain, statement);
    if (kind === 'prune') {
      chain.records = chain.records.filter(({ seal }) => seal.position >= 40);
    } else {
      chain.eraseSecretly([11, 12, 13, 14]);
    }
    const { faults } = chain.verify();
    expect(faults.at(-1)).toBe('signature 111');
    expect(faults.slice(0, -1)).toContain(kind === 'prune' ? 'deleted 1' : 'erasure 11');
  });

  it('believes one that was made while others appended, and one whose own place is pruned', async () => {
    const chain = aChain(10);
    const after = { position: 10, hash: chain.hashes[9]! };
    chain.appendMany(3);
    chain.eraseSecretly([1, 3]);
    await chain.state('erasure', { positions: '1,3', after });
    expect(chain.verify().faults).toStrictEqual([]);
    await chain.prune(12);
    expect(chain.verify().faults).toStrictEqual([]);
  });
});
