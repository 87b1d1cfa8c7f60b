import { GENESIS_HASH, type StoredRecord } from '../event/audit-record.js';
import type { JsonObject } from '../event/json-value.js';
import { anAppendableEvent } from '../testing/audit-event.fixture.js';
import { ModelChain } from '../testing/model-chain.fixture.js';
import type { ChainEvidence } from './chain-evidence.js';
import { generateKeyPair, signerFromPem } from './notes/note-signer.js';

function aChain(count: number): ModelChain {
  const chain = new ModelChain();
  chain.appendMany(count);
  return chain;
}

const faultsOf = (chain: ModelChain, evidence?: Partial<ChainEvidence>): readonly string[] =>
  chain.verify(evidence).faults;

/** Rewrites everything from a position on, so that the chain is consistent in itself. */
function rewriteFrom(chain: ModelChain, position: number): void {
  const rewritten = chain.records.filter(({ seal }) => seal.position >= position);
  chain.restore(position - 1);
  rewritten.forEach((record) => chain.append(again({ ...record, body: record.body.replace('Step', 'Stop') })));
}

/** The event of a record, to be sealed another time. */
function again({ body, personal, salt }: StoredRecord): ReturnType<typeof anAppendableEvent> {
  return { body, ...(personal !== null && salt !== null && { personal, salt }) };
}

describe('ChainVerifier with checkpoints', () => {
  it('counts those that agree, and says how far they cover the chain', () => {
    const chain = aChain(5);
    chain.checkpoint();
    chain.appendMany(4);
    chain.checkpoint('given');
    chain.appendMany(1);
    const { verdict, faults } = chain.verify();
    expect(faults).toStrictEqual([]);
    expect(verdict.checkpoints).toStrictEqual({ agreed: 2, beyond: 0, coveredThrough: 9, isTrusted: true });
  });

  it('accepts those of an empty chain, and of every size up to the last record', () => {
    const chain = new ModelChain();
    chain.checkpoint();
    expect(chain.verify()).toMatchObject({ faults: [], verdict: { checkpoints: { agreed: 1, coveredThrough: 0 } } });
    for (let size = 1; size <= 20; size++) {
      chain.appendMany(1);
      chain.checkpoint();
    }
    expect(chain.verify()).toMatchObject({ faults: [], verdict: { checkpoints: { agreed: 21, coveredThrough: 20 } } });
  });

  it('finds a history that was rewritten and is consistent, between the last that agrees and the first that does not', () => {
    const chain = aChain(4);
    chain.checkpoint();
    for (let round = 0; round < 4; round++) {
      chain.appendMany(4);
      chain.checkpoint();
    }
    rewriteFrom(chain, 6);
    const { faults, summary, verdict } = chain.verify();
    expect(faults).toStrictEqual(['checkpoint 8']);
    expect(summary.faults[0]).toMatchObject({ position: 8, through: 20 });
    expect(summary.faults[0]?.message).toMatch(/behind position 4, where a checkpoint agrees.*3 more.*up to size 20/);
    expect(verdict.checkpoints).toMatchObject({ agreed: 1, coveredThrough: 4 });
  });

  it('finds an end that was cut off together with the head, and names the checkpoint and the count', () => {
    const chain = aChain(10);
    chain.checkpoint('given');
    chain.restore(7);
    const { faults, summary } = chain.verify();
    expect(faults).toStrictEqual(['truncated 8']);
    expect(summary.faults[0]).toMatchObject({
      through: 10,
      message: '3 record(s) missing at the end; the given checkpoint of size 10 covers them',
    });
  });

  it('finds a chain that was removed with its head', () => {
    const chain = aChain(3);
    chain.checkpoint('given');
    chain.restore(0);
    expect(faultsOf(chain)).toStrictEqual(['truncated 1']);
  });

  it('names one end that is missing once, whoever knows of it', () => {
    const chain = aChain(10);
    chain.checkpoint();
    chain.records = chain.records.slice(0, 6);
    expect(faultsOf(chain)).toStrictEqual(['truncated 7']);
    expect(chain.verify().summary.faults[0]?.message).toBe('4 record(s) missing at the end; the head is at 10');
  });

  it('finds a head that was moved back, and does not doubt the records that a checkpoint covers', () => {
    const chain = aChain(10);
    chain.checkpoint();
    const head = chain.records[5]!.seal;
    chain.head = { chain: 'main', position: 6, hash: head.hash };
    expect(faultsOf(chain)).toStrictEqual(['head 6']);
  });

  it('does not name a checkpoint beside a fault that says what happened', () => {
    for (const change of ['edit', 'hash', 'delete', 'delete two', 'swap', 'insert'] as const) {
      const chain = aChain(10);
      chain.checkpoint();
      const third = chain.records[2]!;
      const fourth = chain.records[3]!;
      if (change === 'edit') {
        chain.records[2] = { ...third, body: '{}' };
      } else if (change === 'hash') {
        chain.records[2] = { ...third, seal: { ...third.seal, hash: 'f'.repeat(64) } };
      } else if (change === 'swap') {
        chain.records[2] = { ...fourth, seal: { ...fourth.seal, position: 3 } };
        chain.records[3] = { ...third, seal: { ...third.seal, position: 4 } };
      } else if (change === 'insert') {
        chain.records.splice(3, 0, third);
      } else {
        chain.records.splice(2, change === 'delete' ? 1 : 2);
      }
      const { faults, verdict } = chain.verify();
      expect([change, faults]).toStrictEqual([change, faults.filter((fault) => !fault.startsWith('checkpoint'))]);
      expect(faults.length).toBeGreaterThan(0);
      // What stood there is known from the record behind it, or from the stored tree.
      expect([change, verdict.checkpoints.agreed]).toStrictEqual([change, 1]);
    }
  });

  it('names a rewritten history also behind a gap, when a checkpoint before the gap does not agree', () => {
    const chain = aChain(6);
    chain.checkpoint();
    chain.appendMany(6);
    chain.checkpoint();
    rewriteFrom(chain, 3);
    chain.records.splice(8, 2);
    expect(faultsOf(chain)).toStrictEqual(['checkpoint 6', 'deleted 9']);
  });

  it('cannot compare behind a gap without a stored tree, and says so', () => {
    const chain = aChain(10);
    chain.checkpoint();
    chain.records.splice(4, 3);
    const { faults, verdict } = chain.verify({ frontier: () => undefined });
    expect(faults).toStrictEqual(['deleted 5']);
    expect(verdict.checkpoints).toMatchObject({ agreed: 0, beyond: 1 });
  });
});

describe('ChainVerifier on a pruned chain', () => {
  async function pruned(): Promise<ModelChain> {
    const chain = aChain(10);
    chain.checkpoint();
    chain.appendMany(5);
    await chain.prune(12);
    chain.appendMany(3);
    chain.checkpoint();
    return chain;
  }

  it('is intact, and says what was pruned, when and by whom', async () => {
    const { faults, verdict } = (await pruned()).verify();
    expect(faults).toStrictEqual([]);
    expect(verdict.pruned).toStrictEqual({ through: 12, statedAt: 16, at: expect.any(String) as string, by: 'u-1' });
    expect(verdict.checkpoints).toMatchObject({ agreed: 1, beyond: 1, coveredThrough: 19 });
  });

  it('is intact while the removal is under way, and when it was pruned again', async () => {
    const chain = await pruned();
    const before = [...chain.records];
    await chain.prune(17);
    expect(faultsOf(chain)).toStrictEqual([]);
    chain.records = [...before.slice(3), chain.records.at(-1)!];
    expect(faultsOf(chain)).toStrictEqual([]);
    expect(chain.verify().verdict.pruned).toMatchObject({ through: 15 });
  });

  it('is broken when more is missing than was stated', async () => {
    const chain = await pruned();
    chain.records.shift();
    expect(faultsOf(chain)).toStrictEqual(['deleted 1']);
  });

  it('is broken without the statement, and when nobody whom one trusts signed it', async () => {
    const chain = aChain(10);
    await chain.state('prune', { from: 1, through: 4, hash: chain.hashes[3]! }, []);
    chain.records = chain.records.slice(4);
    expect(faultsOf(chain)).toStrictEqual(['deleted 1', 'signature 11']);
    const stranger = aChain(10);
    const key = signerFromPem(generateKeyPair().privatePem);
    await stranger.state('prune', { from: 1, through: 4, hash: stranger.hashes[3]! }, [key]);
    stranger.records = stranger.records.slice(4);
    expect(faultsOf(stranger)).toStrictEqual(['deleted 1', 'signature 11']);
  });

  it('is intact with an unsigned statement for whoever trusts no key', async () => {
    const chain = aChain(10);
    await chain.state('prune', { from: 1, through: 4, hash: chain.hashes[3]! }, []);
    chain.records = chain.records.slice(4);
    const { ring: _ring, ...evidence } = chain.evidence;
    expect(faultsOf(chain, { ...evidence, ring: undefined } as never)).toStrictEqual([]);
  });

  it('is broken when the statement names another record than the one that is continued', async () => {
    const chain = aChain(10);
    await chain.state('prune', { from: 1, through: 4, hash: GENESIS_HASH });
    chain.records = chain.records.slice(4);
    expect(faultsOf(chain)).toStrictEqual(['forked 5']);
  });

  it('is broken when records that are left were rewritten', async () => {
    const chain = await pruned();
    rewriteFrom(chain, 17);
    expect(faultsOf(chain)).toStrictEqual(['checkpoint 19']);
  });

  it('says that it cannot be compared when the stored tree is gone; without access to the tree it counts', async () => {
    const chain = await pruned();
    expect(faultsOf(chain, { frontier: () => undefined })).toStrictEqual(['tree 19']);
    const { frontier: _frontier, ...evidence } = chain.evidence;
    chain.records = [...chain.records];
    const bare = chain.verify({ ...evidence, frontier: undefined } as never);
    expect(bare.faults).toStrictEqual([]);
    expect(bare.verdict.checkpoints).toMatchObject({ agreed: 0, beyond: 2, coveredThrough: 0 });
  });
});

describe('ChainVerifier on personal parts that are gone', () => {
  it('accepts those that a statement names, by position or by event, before or after the record', async () => {
    const chain = aChain(9);
    await chain.erase([1, 3, 5]);
    const early = anAppendableEvent({}, { '/actor/name': 'Ann' });
    const late = anAppendableEvent({}, { '/actor/name': 'Bo' });
    const idOf = ({ body }: { body: string }): string => (JSON.parse(body) as { id: string }).id;
    chain.append({ body: early.body });
    await chain.state('erasure', { positions: '', events: [idOf(early), idOf(late)] });
    chain.append({ body: late.body });
    expect(chain.verify()).toMatchObject({ faults: [], verdict: { erased: 5 } });
  });

  it('names those that none does, runs of them as one fault', async () => {
    const chain = new ModelChain();
    chain.append(...Array.from({ length: 10 }, () => anAppendableEvent({}, { '/actor/name': 'Ann' })));
    chain.eraseSecretly([2, 3, 4, 8]);
    await chain.erase([3, 9]);
    expect(faultsOf(chain)).toStrictEqual(['erasure 2', 'erasure 4', 'erasure 8']);
    const run = new ModelChain();
    run.append(...Array.from({ length: 10 }, () => anAppendableEvent({}, { '/actor/name': 'Ann' })));
    run.eraseSecretly([2, 3, 4, 5]);
    expect(run.verify().summary.faults).toMatchObject([{ kind: 'erasure', position: 2, through: 5 }]);
  });

  it('does not believe a statement about positions that come after it', async () => {
    const chain = aChain(2);
    await chain.state('erasure', { positions: '1-100' });
    chain.append(anAppendableEvent({}, { '/actor/name': 'Ann' }));
    chain.eraseSecretly([1, 4]);
    expect(faultsOf(chain)).toStrictEqual(['erasure 4']);
  });

  it.each<[string, (details: JsonObject) => JsonObject]>([
    ['is not signed', ({ statement }) => ({ statement: statement! })],
    [
      'was changed',
      (details) => ({ ...details, statement: { ...(details['statement'] as object), positions: '1-3' } }),
    ],
    [
      'is about another chain',
      (details) => ({ ...details, statement: { ...(details['statement'] as object), chain: 'b' } }),
    ],
    [
      'is one of another log',
      (details) => ({ ...details, statement: { ...(details['statement'] as object), origin: 'log2/main' } }),
    ],
  ])('does not believe a statement that %s', async (_what, change) => {
    const chain = aChain(3);
    chain.eraseSecretly([1]);
    const signed = aChain(3);
    await signed.state('erasure', { positions: '1' });
    const { details } = JSON.parse(signed.records[3]!.body) as { details: JsonObject };
    chain.append(anAppendableEvent({ type: 'audit.erasure', details: change(details) }));
    expect(faultsOf(chain)).toStrictEqual(['erasure 1', 'signature 4']);
  });

  it.each([
    ['no statement', {}],
    ['a text', { statement: 'all' }],
    ['positions that are none', { statement: { kind: 'erasure', chain: 'main', at: 'now', positions: 'all' } }],
    [
      'another kind',
      { statement: { kind: 'prune', chain: 'main', at: 'now', from: 1, through: 1, hash: GENESIS_HASH } },
    ],
  ])('ignores %s in the record of an erasure', (_what, details) => {
    const chain = aChain(3);
    chain.eraseSecretly([1]);
    chain.append(anAppendableEvent({ type: 'audit.erasure', details }));
    expect(faultsOf(chain)).toStrictEqual(['erasure 1']);
  });

  it('does not believe a statement in a record that was put in beside the genuine one', async () => {
    for (const isBefore of [true, false]) {
      const forged = aChain(3);
      await forged.state('erasure', { positions: '1' });
      const chain = new ModelChain();
      chain.append(...forged.records.slice(0, 3).map(again));
      chain.eraseSecretly([1]);
      chain.appendMany(2);
      chain.records.splice(isBefore ? 3 : 4, 0, forged.records[3]!);
      expect(faultsOf(chain)).toStrictEqual(['erasure 1', 'inserted 4']);
      // The same when nothing but the head comes after it.
      chain.records.pop();
      chain.head = { chain: 'main', position: 4, hash: chain.hashes[3]! };
      expect(faultsOf(chain)).toStrictEqual(['erasure 1', 'inserted 4']);
    }
  });
});

describe('ChainVerifier on explained faults', () => {
  it('stays truthful about an end that was lost and written anew: explained, not intact', async () => {
    const chain = aChain(10);
    chain.checkpoint('given');
    chain.restore(6);
    await chain.reanchor();
    expect(faultsOf(chain)).toStrictEqual(['truncated 8 explained']);
    chain.appendMany(9);
    chain.checkpoint();
    const { faults, summary } = chain.verify();
    expect(faults).toStrictEqual(['checkpoint 10 explained']);
    expect(summary).toMatchObject({ ok: false, state: 'explained', faultCount: 1, explainedCount: 1 });
  });

  it('does not let the explanation of a lost end hide what is done to the positions that were given again', async () => {
    const lost = aChain(10);
    lost.checkpoint('given');
    lost.restore(6);
    await lost.reanchor();
    lost.appendMany(2);
    lost.checkpoint();
    const rewritten = lost.records.length;
    rewriteFrom(lost, rewritten);
    expect(faultsOf(lost)).toStrictEqual(['checkpoint 9', 'truncated 10 explained']);
    lost.restore(8);
    expect(faultsOf(lost)).toStrictEqual(['truncated 9', 'truncated 9 explained']);
    lost.appendMany(4);
    lost.records.splice(8, 1);
    expect(lost.verify().summary.state).toBe('broken');
  });

  it('explains exactly the faults that were there', async () => {
    const chain = aChain(10);
    chain.records[2] = { ...chain.records[2]!, body: '{}' };
    chain.eraseSecretly([5]);
    await chain.reanchor();
    expect(faultsOf(chain)).toStrictEqual(['edited 3 explained', 'erasure 5 explained']);
    chain.records[3] = { ...chain.records[3]!, body: '{}' };
    expect(faultsOf(chain)).toStrictEqual(['edited 3 explained', 'edited 4', 'erasure 5 explained']);
    expect(chain.verify().summary).toMatchObject({ state: 'broken', explainedCount: 2 });
  });

  it('explains an end that was lost without its head: the gap that it becomes', async () => {
    const chain = aChain(10);
    chain.records = chain.records.slice(0, 7);
    await chain.reanchor();
    expect(faultsOf(chain)).toStrictEqual(['deleted 8 explained']);
  });

  it('explains a head that was wrong: the fork that it becomes', async () => {
    const chain = aChain(5);
    chain.head = { ...chain.head!, hash: 'a'.repeat(64) };
    await chain.reanchor();
    expect(faultsOf(chain)).toStrictEqual(['forked 6 explained']);
  });

  it('does not believe an explanation that nobody signed', async () => {
    const chain = aChain(5);
    chain.records[2] = { ...chain.records[2]!, body: '{}' };
    await chain.state('reanchor', { cause: 'other', faults: [{ kind: 'edited', from: 1, through: 5 }] }, []);
    expect(faultsOf(chain)).toStrictEqual(['edited 3', 'signature 6']);
  });

  it('does not believe an explanation of what comes after it', async () => {
    const chain = aChain(5);
    await chain.state('reanchor', { cause: 'other', faults: [{ kind: 'edited', from: 1, through: 500 }] });
    chain.appendMany(3);
    chain.records[7] = { ...chain.records[7]!, body: '{}' };
    expect(faultsOf(chain)).toStrictEqual(['edited 8']);
  });
});

describe('ChainVerifier on keyed seals', () => {
  function keyed(count: number): ModelChain {
    const chain = aChain(3);
    chain.rotateSealKey();
    chain.appendMany(count);
    return chain;
  }

  it('checks them with the keys that it is given, old and new, and counts', () => {
    const chain = keyed(4);
    chain.rotateSealKey();
    chain.appendMany(2);
    expect(chain.verify()).toMatchObject({ faults: [], verdict: { macs: { checked: 6, unchecked: 0 } } });
    const [first] = chain.sealKeys!.keys;
    const partly = chain.verify({ sealKeys: { keys: [first!] } });
    expect(partly).toMatchObject({ faults: ['mac 8'], verdict: { macs: { checked: 6, unchecked: 0 } } });
  });

  it('names a wrong key once for all records in a row that it sealed', () => {
    const chain = keyed(6);
    chain.rotateSealKey();
    chain.appendMany(2);
    const wrong = { keys: [{ id: 'k1', secret: Buffer.alloc(32, 99) }, chain.sealKeys!.keys[1]!] };
    const { faults, summary } = chain.verify({ sealKeys: wrong });
    expect(faults).toStrictEqual(['mac 4']);
    expect(summary.faults[0]).toMatchObject({ position: 4, through: 9 });
    expect(summary.faults[0]?.message).toMatch(/key "k1"/);
  });

  it('names a chain that goes on without a key once, and knows an explanation of it', async () => {
    const chain = keyed(3);
    chain.stopSealingKeyed();
    chain.appendMany(4);
    expect(faultsOf(chain)).toStrictEqual(['scheme 7']);
    await chain.reanchor();
    chain.appendMany(2);
    expect(faultsOf(chain)).toStrictEqual(['scheme 7 explained']);
    chain.rotateSealKey();
    chain.appendMany(1);
    chain.stopSealingKeyed();
    chain.appendMany(1);
    expect(faultsOf(chain)).toStrictEqual(['scheme 7 explained', 'scheme 15']);
  });

  it('does not believe a statement that was sealed weaker than the records before it, or with a wrong key', async () => {
    const chain = keyed(3);
    chain.eraseSecretly([1]);
    const { sealKeys } = chain;
    chain.stopSealingKeyed();
    await chain.state('erasure', { positions: '1' });
    expect(faultsOf(chain)).toStrictEqual(['erasure 1', 'scheme 7']);
    chain.restore(6);
    chain.sealKeys = { current: 'k1', keys: [{ id: 'k1', secret: Buffer.alloc(32, 99) }] };
    await chain.state('erasure', { positions: '1' });
    chain.sealKeys = sealKeys;
    expect(faultsOf(chain)).toStrictEqual(['erasure 1', 'mac 7']);
  });

  it('names a mac that was changed, or put beside a seal that has none', () => {
    const chain = keyed(3);
    const other = (index: number, mac: string): void => {
      const record = chain.records[index]!;
      chain.records[index] = { ...record, seal: { ...record.seal, mac } };
    };
    other(4, `k1:${'0'.repeat(64)}`);
    expect(faultsOf(chain)).toStrictEqual(['edited 5']);
    other(1, `k1:${'0'.repeat(64)}`);
    expect(faultsOf(chain)).toStrictEqual(['mac 2', 'edited 5']);
  });
});
