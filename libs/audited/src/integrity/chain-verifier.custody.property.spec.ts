import fc from 'fast-check';
import type { StoredRecord } from '../event/audit-record.js';
import { anAppendableEvent } from '../testing/audit-event.fixture.js';
import { ModelChain } from '../testing/model-chain.fixture.js';
import type { IntegrityFaultKind } from './integrity-fault.js';

/** Something that is done to a log as it should be; `choice` says to which part of it. */
type Act = (chain: ModelChain, choice: number) => Promise<void> | void;

const personal = (chain: ModelChain): readonly StoredRecord[] =>
  chain.records.filter((record) => record.personal !== null);
const positionsOf = (records: readonly StoredRecord[]): readonly number[] => records.map(({ seal }) => seal.position);
/** The last member of canonical JSON; what was tampered with may be none. */
const typeOf = ({ body }: StoredRecord): string => /"type":"([^"]*)"\}$/.exec(body)?.[1] ?? '';
const indexOfType = (chain: ModelChain, type: string): number =>
  chain.records.findIndex((record) => typeOf(record) === type);

/** How much may go: never an explanation that a checkpoint still needs, never half of an erasure by event. */
function prunable(chain: ModelChain, choice: number): number {
  const through = chain.first - 1 + (choice % Math.max(1, chain.records.length));
  const keptFrom = Math.min(
    ...chain.records
      .filter((record) => ['audit.reanchor', 'early'].includes(typeOf(record)))
      .map(({ seal }) => seal.position),
  );
  return Math.min(through, keptFrom - 1);
}

const ACTS: Readonly<Record<string, Act>> = {
  append: (chain, choice) => chain.appendMany(1 + (choice % 5)),
  checkpoint: (chain, choice) => chain.checkpoint(choice % 2 === 0 ? 'stored' : 'given'),
  prune: async (chain, choice) => {
    const through = prunable(chain, choice);
    if (through >= chain.first && chain.records.length > 0) {
      await chain.prune(through);
    }
  },
  erase: (chain, choice) =>
    chain.erase(positionsOf(personal(chain)).filter((_, index) => (choice >> (index % 30)) % 2 === 0)),
  eraseUnplaced: async (chain) => {
    const { body } = anAppendableEvent({ type: 'early' }, { '/actor/name': 'Ann' });
    const { id } = JSON.parse(body) as { id: string };
    chain.append({ body });
    await chain.state('erasure', { positions: '', events: [id] });
  },
  restore: async (chain, choice) => {
    if (chain.records.length > 2) {
      chain.restore(chain.first + (choice % (chain.records.length - 1)));
      await chain.reanchor();
      // The record itself may be sealed weaker than those that were not lost.
      if (chain.verify().summary.state === 'broken') {
        await chain.reanchor();
      }
    }
  },
  rotateSigner: (chain) => chain.rotateSigner(),
  rotateSealKey: (chain) => chain.rotateSealKey(),
  stopSealingKeyed: async (chain) => {
    chain.stopSealingKeyed();
    chain.appendMany(1);
    await chain.reanchor();
  },
};

const history = fc.array(fc.tuple(fc.constantFrom(...Object.keys(ACTS)), fc.nat()), { minLength: 1, maxLength: 25 });

async function lived(acts: readonly (readonly [name: string, choice: number])[]): Promise<ModelChain> {
  const chain = new ModelChain();
  for (const [name, choice] of acts) {
    await ACTS[name]?.(chain, choice);
  }
  return chain;
}

/**
 * Something that is done to a log in secret.
 *
 * @returns what it must be called, one of them; `undefined` when it cannot be done to this log
 */
type Change = (chain: ModelChain, choice: number) => readonly IntegrityFaultKind[] | undefined;

function replace(chain: ModelChain, index: number, facts: Partial<StoredRecord>): void {
  chain.records = chain.records.with(index, { ...chain.records[index]!, ...facts });
}

/** Seals everything behind a record again, as somebody would who has the keys of the application. */
function resealFrom(chain: ModelChain, index: number, first: StoredRecord): void {
  const behind = chain.records.slice(index + 1);
  chain.restore(first.seal.position - 1);
  [first, ...behind].forEach(({ body, personal: part, salt }) =>
    chain.append({ body, ...(part !== null && salt !== null && { personal: part, salt }) }),
  );
}

/** Whether a checkpoint outside covers a position, and its records are not all pruned. */
const isCovered = (chain: ModelChain, position: number, before: number): boolean =>
  chain.checkpoints.some(({ size, root }) => size >= position && size <= before && rootOf(chain, size) === root);
const rootOf = (chain: ModelChain, size: number): string => Buffer.from(chain.tree(size).root()).toString('hex');

const CHANGES: Readonly<Record<string, Change>> = {
  body: (chain, choice) => {
    const index = choice % chain.records.length;
    const { body } = chain.records[index]!;
    replace(chain, index, { body: `${body.slice(0, -2)}!${body.slice(-1)}` });
    return ['edited'];
  },
  hash: (chain, choice) => {
    const index = choice % chain.records.length;
    const { seal } = chain.records[index]!;
    const hash = (seal.hash.startsWith('0') ? '1' : '0') + seal.hash.slice(1);
    replace(chain, index, { seal: { ...seal, hash } });
    return ['edited'];
  },
  mac: (chain, choice) => {
    const index = choice % chain.records.length;
    const { seal } = chain.records[index]!;
    const { mac: was = `k1:${'1'.repeat(64)}` } = seal;
    replace(chain, index, { seal: { ...seal, mac: was.slice(0, -1) + (was.endsWith('0') ? '1' : '0') } });
    return seal.mac === undefined ? ['mac'] : ['edited'];
  },
  personal: (chain, choice) => {
    const people = personal(chain);
    const record = people[choice % people.length];
    if (record === undefined) {
      return undefined;
    }
    replace(chain, chain.records.indexOf(record), { personal: '{"/actor/name":"Nobody"}' });
    return ['personal'];
  },
  personalRemoved: (chain, choice) => {
    const people = personal(chain);
    const record = people[choice % people.length];
    if (record === undefined) {
      return undefined;
    }
    chain.eraseSecretly([record.seal.position]);
    return ['erasure'];
  },
  deletion: (chain, choice) => {
    const index = choice % chain.records.length;
    chain.records = chain.records.toSpliced(index, 1);
    return ['deleted', 'truncated'];
  },
  prefixDeletion: (chain, choice) => {
    if (chain.records.length < 2 || indexOfType(chain, 'audit.prune') >= 0) {
      return undefined;
    }
    chain.records = chain.records.slice(1 + (choice % (chain.records.length - 1)));
    return ['deleted'];
  },
  pruneStatementDropped: (chain) => {
    const index = indexOfType(chain, 'audit.prune');
    if (index < 0) {
      return undefined;
    }
    chain.records = chain.records.toSpliced(index, 1);
    return ['deleted', 'truncated'];
  },
  insertion: (chain, choice) => {
    const index = choice % chain.records.length;
    chain.records = chain.records.toSpliced(index, 0, chain.records[index]!);
    return ['inserted'];
  },
  swap: (chain, choice) => {
    const index = choice % (chain.records.length - 1);
    const [low, high] = chain.records.slice(index, index + 2);
    if (low === undefined || high === undefined) {
      return undefined;
    }
    replace(chain, index, { ...high, seal: { ...high.seal, position: low.seal.position } });
    replace(chain, index + 1, { ...low, seal: { ...low.seal, position: high.seal.position } });
    return ['reordered'];
  },
  endCutOff: (chain) => {
    const size = chain.size - 1;
    if (!isCovered(chain, chain.size, chain.size) || chain.records.length < 2) {
      return undefined;
    }
    chain.restore(size);
    return ['truncated'];
  },
  rewritten: (chain, choice) => {
    const index = choice % chain.records.length;
    const record = chain.records[index]!;
    const { position } = record.seal;
    if (typeOf(record) !== 'deploy.completed' || !isCovered(chain, position, chain.size)) {
      return undefined;
    }
    resealFrom(chain, index, { ...record, body: record.body.replace('Step', 'Stop') });
    return ['checkpoint', 'tree'];
  },
  forgedStatement: (chain, choice) => {
    const people = personal(chain);
    const record = people[choice % people.length];
    if (record === undefined) {
      return undefined;
    }
    const { position } = record.seal;
    chain.eraseSecretly([position]);
    const statement = { kind: 'erasure', chain: 'main', at: '2026-11-22T00:00:00.000Z', positions: String(position) };
    chain.append(anAppendableEvent({ type: 'audit.erasure', details: { statement } }));
    return ['erasure'];
  },
  rootReplaced: (chain, choice) => {
    const usable = chain.checkpoints.filter(({ size }) => size >= chain.first && size <= chain.size);
    const checkpoint = usable[choice % usable.length];
    if (checkpoint === undefined) {
      return undefined;
    }
    const root = checkpoint.root.replace(/^./, (digit) => (digit === '0' ? '1' : '0'));
    // As if it had been signed a moment ago: what was signed before a loss is explained by it.
    const replaced = { ...checkpoint, root, signedAt: '2026-11-23T00:00:00.000Z' };
    chain.checkpoints = chain.checkpoints.map((one) => (one === checkpoint ? replaced : one));
    return ['checkpoint'];
  },
  downgrade: (chain) => {
    const last = chain.records.at(-1);
    if (last?.seal.mac === undefined) {
      return undefined;
    }
    chain.stopSealingKeyed();
    chain.appendMany(1);
    return ['scheme'];
  },
};

describe('a chain with any history of custody', () => {
  it('verifies as intact, or as explained where there was a break that an operator explained', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (acts) => {
        const chain = await lived(acts);
        const { summary, verdict } = chain.verify();
        const wasBroken = acts.some(([name]) => name === 'restore' || name === 'stopSealingKeyed');
        expect([summary.state, summary.faults.filter((fault) => fault.explainedBy === undefined)]).toStrictEqual([
          wasBroken ? summary.state : 'intact',
          [],
        ]);
        expect(summary.state).not.toBe('broken');
        expect([verdict.records, verdict.position]).toStrictEqual([chain.records.length, chain.size]);
        // Who loses the end may lose the statement of a prune with it.
        const gone = Math.max(0, chain.first - 1);
        expect(verdict.pruned?.through ?? (wasBroken ? gone : 0)).toBe(gone);
      }),
      { numRuns: 120 },
    );
  });

  it.each(Object.keys(CHANGES))('betrays a hidden change on top of it: %s', async (name) => {
    let done = 0;
    await fc.assert(
      fc.asyncProperty(history, fc.nat(), async (acts, choice) => {
        const chain = await lived(acts);
        fc.pre(chain.records.length > 1);
        const kinds = CHANGES[name]!(chain, choice);
        fc.pre(kinds !== undefined);
        done++;
        const { summary } = chain.verify();
        const unexplained = summary.faults.filter((fault) => fault.explainedBy === undefined);
        expect([summary.state, unexplained.some(({ kind }) => kinds!.includes(kind)), unexplained]).toStrictEqual([
          'broken',
          true,
          unexplained,
        ]);
      }),
      { numRuns: 25, maxSkipsPerRun: 1000 },
    );
    expect(done).toBeGreaterThan(10);
  });

  it('gets the same verdict when its records are examined elsewhere, whatever was done to it', async () => {
    const changes = fc.array(fc.tuple(fc.constantFrom(...Object.keys(CHANGES)), fc.nat()), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(history, changes, async (acts, secret) => {
        const chain = await lived(acts);
        for (const [name, choice] of chain.records.length > 1 ? secret : []) {
          CHANGES[name]!(chain, choice);
        }
        expect(chain.verify({}, true)).toStrictEqual(chain.verify());
      }),
      { numRuns: 60 },
    );
  });
});
