import { HistoryChangedError } from '../../event/custody.error.js';
import { parseCheckpoint } from '../../integrity/notes/checkpoint.js';
import { KeyRing } from '../../integrity/notes/key-ring.js';
import { generateKeyPair, signerFromPem, type NoteSigner } from '../../integrity/notes/note-signer.js';
import { CompactRange } from '../../integrity/tree/compact-range.js';
import { leafHash } from '../../integrity/tree/merkle-hash.js';
import { anAppendableEvent } from '../../testing/audit-event.fixture.js';
import { draftComposer } from '../../testing/composed-draft.fixture.js';
import { FixedClock } from '../../testing/fixed.clock.js';
import { MemoryCustody } from '../../testing/memory.custody-store.js';
import { CustodyRecords } from '../custody-records.js';
import { StatementWriter } from '../statement-writer.js';
import { Checkpointer, type CheckpointerParts } from './checkpointer.js';

const LOG = 'audit.example.com/orders';
const ORIGIN = `${LOG}/main`;
const MINUTE_MS = 60_000;

const aSigner = (): NoteSigner => signerFromPem(generateKeyPair().privatePem);

function aLog(signers: readonly NoteSigner[] = [aSigner()]) {
  const log = new MemoryCustody();
  const clock = new FixedClock();
  const records = new CustodyRecords({ store: log, compose: draftComposer(clock) });
  /** Another process over the same log, or the same after a restart. */
  const aCheckpointer = (parts: Partial<CheckpointerParts> = {}): Checkpointer =>
    new Checkpointer({ custody: log, records, signers, logName: LOG, clock, ...parts });
  const append = async (count: number, chain = 'main'): Promise<void> => {
    for (let left = count; left > 0; left--) {
      await log.append(chain, [anAppendableEvent()]);
    }
  };
  const events = (chain = 'main') => log.rows(chain).map(({ body }) => JSON.parse(body));
  const types = (): string[] => events().map(({ type }) => type as string);
  return { log, clock, records, signers, aCheckpointer, append, events, types };
}

/** The root by the definition of RFC 6962, from the records alone. */
function rootOf(log: MemoryCustody, size: number): string {
  const range = CompactRange.empty();
  for (const { seal } of log.rows('main').slice(0, size)) {
    range.append(leafHash(Buffer.from(seal.hash, 'hex')));
  }
  return Buffer.from(range.root()).toString('hex');
}

/** Makes all records from `position` on anew, as somebody does who can write to the database. */
async function rewriteFrom(log: MemoryCustody, position: number): Promise<void> {
  const forged = new MemoryCustody();
  for (const { seal, body } of log.rows('main')) {
    await forged.append('main', [seal.position === position ? anAppendableEvent({ type: 'x.forged' }) : { body }]);
  }
  log.rows('main').splice(0, Infinity, ...forged.rows('main'));
}

describe('the checkpointer', () => {
  it('signs the root of the records, stores it, and says so in the chain', async () => {
    const { log, signers, aCheckpointer, append, events } = aLog();
    await append(300);
    const [checkpoint] = await aCheckpointer().checkpoint();
    expect(checkpoint).toMatchObject({ chain: 'main', size: 300, root: rootOf(log, 300) });
    const note = checkpoint?.note ?? '';
    expect(parseCheckpoint(note)).toMatchObject({ origin: ORIGIN, size: 300, time: '2026-11-21T18:51:39.123Z' });
    expect(new KeyRing(signers).check(note, ORIGIN).state).toBe('trusted');
    expect(await log.checkpoints()).toEqual([checkpoint]);
    expect(events().at(-1)).toMatchObject({
      type: 'audit.checkpoint',
      outcome: 'success',
      details: { origin: ORIGIN, size: 300, root: checkpoint?.root, time: checkpoint?.signedAt, note },
    });
  });

  it('goes on from the stored tree, over the borders of tiles and reads', async () => {
    const { log, aCheckpointer, append } = aLog();
    for (const count of [1, 254, 1, 700, 3]) {
      await append(count);
      const [checkpoint] = await aCheckpointer().checkpoint();
      expect(checkpoint?.root).toBe(rootOf(log, checkpoint?.size ?? 0));
    }
  });

  it('signs nothing when nothing happened but its own record', async () => {
    const { aCheckpointer, append } = aLog();
    const checkpointer = aCheckpointer();
    await append(3);
    expect(await checkpointer.checkpoint()).toHaveLength(1);
    expect(await checkpointer.checkpoint()).toEqual([]);
    expect(await aCheckpointer().checkpoint()).toEqual([]);
    expect(await checkpointer.checkpoint('main', { force: true })).toMatchObject([{ size: 4 }]);
    expect(await checkpointer.checkpoint()).toEqual([]);
    await append(1);
    expect(await checkpointer.checkpoint()).toMatchObject([{ size: 6 }]);
  });

  it('tells whoever decides how old the last checkpoint is and what came since', async () => {
    const { clock, aCheckpointer, append } = aLog();
    const checkpointer = aCheckpointer();
    await append(3);
    await checkpointer.checkpoint();
    await append(2);
    clock.advance(MINUTE_MS);
    const needs: unknown[] = [];
    await checkpointer.checkpoint('main', {
      isDue: async ({ ageMs, records, hasNews }) => needs.push({ ageMs, records, news: await hasNews() }) > 1,
    });
    // Also a clock that was set back.
    clock.advance(-3 * MINUTE_MS);
    await checkpointer.checkpoint('main', { isDue: ({ ageMs }) => needs.push(ageMs) > 9 });
    expect(needs).toEqual([{ ageMs: MINUTE_MS, records: 3, news: true }, 2 * MINUTE_MS]);
  });

  it('signs every chain, with an origin of its own', async () => {
    const { aCheckpointer, append } = aLog();
    await append(2);
    await append(5, 'tenant:acme');
    const signed = await aCheckpointer().checkpoint();
    expect(signed.map(({ chain, size, note }) => [chain, size, note.split('\n', 1)[0]])).toEqual([
      ['main', 2, ORIGIN],
      ['tenant:acme', 5, `${LOG}/tenant:acme`],
    ]);
  });

  it('has every key sign', async () => {
    const signers = [aSigner(), aSigner()];
    const { aCheckpointer, append } = aLog(signers);
    await append(1);
    const [checkpoint] = await aCheckpointer().checkpoint();
    for (const signer of signers) {
      expect(new KeyRing([signer]).check(checkpoint?.note ?? '', ORIGIN).state).toBe('trusted');
    }
  });

  it('records that other keys sign, once, and covers that record', async () => {
    const { aCheckpointer, append, events, types } = aLog();
    await append(1);
    await aCheckpointer().checkpoint();
    const rotated = aCheckpointer({ signers: [aSigner()] });
    await rotated.checkpoint();
    await append(1);
    await rotated.checkpoint();
    expect(types()).toEqual([
      'deploy.completed',
      'audit.checkpoint',
      'audit.config_changed',
      'audit.checkpoint',
      'deploy.completed',
      'audit.checkpoint',
    ]);
    const { before, after } = events()[2].details.checkpointKeys;
    expect(before).toEqual([expect.stringMatching(/^[0-9a-f]{8}$/)]);
    expect(after).toEqual([expect.stringMatching(/^[0-9a-f]{8}$/)]);
    expect(before).not.toEqual(after);
    expect(events()[3].details.size).toBe(3);
  });

  it('grows the tree where nobody signs', async () => {
    const { log, aCheckpointer, append } = aLog([]);
    await append(600);
    const checkpointer = aCheckpointer();
    expect(checkpointer.signs).toBe(false);
    expect(await checkpointer.checkpoint()).toEqual([]);
    await append(10);
    expect(await aCheckpointer().growTree('main')).toBe(610);
    expect(log.storedTiles.get('main/0/2')?.hashes).toHaveLength((610 - 512) * 32);
    expect(await log.checkpoints()).toEqual([]);
  });

  it('makes damaged and lost tiles again', async () => {
    const { log, aCheckpointer, append } = aLog();
    await append(600);
    await aCheckpointer().checkpoint();
    log.storedTiles.delete('main/0/2');
    log.storedTiles.set('main/0/1', { level: 0, index: 1, hashes: new Uint8Array(256 * 32) });
    log.storedTiles.set('main/1/0', { level: 1, index: 0, hashes: new Uint8Array(2 * 32) });
    await append(5);
    const [checkpoint] = await aCheckpointer().checkpoint();
    expect(checkpoint).toMatchObject({ size: 606, root: rootOf(log, 606) });
    expect(log.storedTiles.get('main/0/1')?.hashes).not.toEqual(new Uint8Array(256 * 32));
  });
});

describe('a log that is no continuation of what was signed', () => {
  it('is not signed when its history was rewritten, and says so in the chain once', async () => {
    const { log, aCheckpointer, append, events, types } = aLog();
    await append(20);
    const checkpointer = aCheckpointer();
    await checkpointer.checkpoint();
    await rewriteFrom(log, 5);
    await append(1);
    await expect(checkpointer.checkpoint()).rejects.toThrow(/first 20 records are not those that were signed/);
    await expect(aCheckpointer().checkpoint()).rejects.toThrow(HistoryChangedError);
    await expect(checkpointer.checkpoint('main', { force: true })).rejects.toThrow(HistoryChangedError);
    expect(await log.checkpoints()).toHaveLength(1);
    expect(types().slice(-2)).toEqual(['audit.checkpoint', 'audit.checkpoint']);
    expect(events().at(-1)).toMatchObject({ outcome: 'failure', details: { origin: ORIGIN, signedSize: 20 } });
  });

  it('is not signed when its end was cut off together with its checkpoint', async () => {
    const { log, clock, aCheckpointer, append } = aLog();
    await append(20);
    const checkpointer = aCheckpointer();
    const [checkpoint] = await checkpointer.checkpoint();
    const restored = new MemoryCustody();
    for (const { body } of log.rows('main').slice(0, 10)) {
      await restored.append('main', [{ body }]);
    }
    const records = new CustodyRecords({ store: restored, compose: draftComposer(clock) });
    const after = aCheckpointer({ custody: restored, records });
    after.rememberNotes(['no note', checkpoint?.note ?? '']);
    await expect(after.checkpoint()).rejects.toThrow(/there are 10 records, and 20 were signed/);
    // Whoever does not know of the earlier one cannot tell; what it signs is no excuse for those who do.
    clock.advance(MINUTE_MS);
    await expect(aCheckpointer({ custody: restored, records }).checkpoint()).resolves.toHaveLength(1);
    await expect(after.checkpoint('main', { force: true })).rejects.toThrow(/20 were signed/);
  });

  it('is not signed when its last checkpoint was replaced by one of an unknown key', async () => {
    const { log, aCheckpointer, append, records, clock } = aLog();
    await append(20);
    const checkpointer = aCheckpointer();
    await checkpointer.checkpoint();
    await rewriteFrom(log, 5);
    clock.advance(MINUTE_MS);
    const forged = new MemoryCustody();
    for (const { body } of log.rows('main')) {
      await forged.append('main', [{ body }]);
    }
    const forger = new Checkpointer({ custody: forged, records, signers: [aSigner()], logName: LOG, clock });
    const [fake] = await forger.checkpoint();
    await log.save('main', [], fake);
    await append(1);
    await expect(checkpointer.checkpoint()).rejects.toThrow(HistoryChangedError);
    await expect(aCheckpointer().checkpoint()).rejects.toThrow(HistoryChangedError);
  });

  it('is signed again after an operator explained the break', async () => {
    const { log, signers, records, clock, aCheckpointer, append } = aLog();
    await append(20);
    const checkpointer = aCheckpointer();
    await checkpointer.checkpoint();
    await rewriteFrom(log, 5);
    await append(1);
    await expect(checkpointer.checkpoint()).rejects.toThrow(HistoryChangedError);
    const facts = { kind: 'reanchor', chain: 'main', cause: 'restore', faults: [] } as const;
    const draft = {
      type: 'audit.reanchor',
      action: 'a',
      act: { by: { kind: 'user', id: 'ops' }, reason: 'r' },
    } as const;
    clock.advance(1);
    await new StatementWriter({ records, signers: [aSigner()], logName: LOG, clock }).write(facts, draft);
    await expect(checkpointer.checkpoint('main', { force: true })).rejects.toThrow(HistoryChangedError);
    await new StatementWriter({ records, signers, logName: LOG, clock }).write(facts, draft);
    clock.advance(1);
    const [checkpoint] = await checkpointer.checkpoint('main', { force: true });
    expect(checkpoint?.root).toBe(rootOf(log, checkpoint?.size ?? 0));
    await append(1);
    await expect(aCheckpointer().checkpoint()).resolves.toHaveLength(1);
  });

  it('is signed again over a hole that no checkpoint covered, once an operator explained exactly that', async () => {
    const { log, signers, records, clock, aCheckpointer, append } = aLog();
    await append(10);
    await aCheckpointer().checkpoint();
    await append(9);
    log.rows('main').splice(14, 3);
    const draft = {
      type: 'audit.reanchor',
      action: 'a',
      act: { by: { kind: 'user', id: 'ops' }, reason: 'r' },
    } as const;
    const explain = (through: number) =>
      new StatementWriter({ records, signers, logName: LOG, clock }).write(
        { kind: 'reanchor', chain: 'main', cause: 'disaster', faults: [{ kind: 'deleted', from: 15, through }] },
        draft,
      );
    clock.advance(1);
    await expect(aCheckpointer().checkpoint()).rejects.toThrow(/position 15 is missing/);
    await explain(16);
    await expect(aCheckpointer().checkpoint('main', { force: true })).rejects.toThrow(/position 17 is missing/);
    await explain(17);
    const [checkpoint] = await aCheckpointer().checkpoint('main', { force: true });
    const leaves = log.rows('main').map(({ seal }) => seal.hash);
    // What is lost keeps its place; the last of it is known from the record behind it.
    leaves.splice(14, 0, '0'.repeat(64), '0'.repeat(64), log.rows('main')[14]?.seal.previousHash ?? '');
    const range = CompactRange.empty();
    leaves.slice(0, checkpoint?.size).forEach((hash) => range.append(leafHash(Buffer.from(hash, 'hex'))));
    expect(checkpoint?.root).toBe(Buffer.from(range.root()).toString('hex'));
  });

  it('is signed again by every process after a break was explained in another', async () => {
    const { log, signers, clock, aCheckpointer, append } = aLog();
    await append(20);
    await aCheckpointer().checkpoint();
    // A backup of before the checkpoint was restored.
    const restored = new MemoryCustody();
    for (const { body } of log.rows('main').slice(0, 10)) {
      await restored.append('main', [{ body }]);
    }
    const over = { custody: restored, records: new CustodyRecords({ store: restored, compose: draftComposer(clock) }) };
    const tool = aCheckpointer(over);
    tool.rememberNotes((await log.checkpoints()).map(({ note }) => note));
    const longRunning = aCheckpointer(over);
    longRunning.rememberNotes((await log.checkpoints()).map(({ note }) => note));
    clock.advance(1);
    await new StatementWriter({ records: over.records, signers, logName: LOG, clock }).write(
      { kind: 'reanchor', chain: 'main', cause: 'restore', faults: [] },
      { type: 'audit.reanchor', action: 'a', act: { by: { kind: 'user', id: 'ops' }, reason: 'r' } },
    );
    clock.advance(1);
    await expect(tool.checkpoint('main', { force: true })).resolves.toMatchObject([{ size: 11 }]);
    clock.advance(1);
    await expect(longRunning.checkpoint('main', { force: true })).resolves.toMatchObject([{ size: 12 }]);
  });

  it('is not signed over a hole', async () => {
    const { log, aCheckpointer, append } = aLog();
    await append(20);
    log.rows('main').splice(12, 1);
    await expect(aCheckpointer().checkpoint()).rejects.toThrow(/position 13 is missing/);
  });
});

describe('trouble', () => {
  it('of a key keeps everything as it was, and others from nothing', async () => {
    const { log, aCheckpointer, append, types } = aLog();
    await append(3);
    const broken: NoteSigner = { publicKey: aSigner().publicKey, sign: () => Promise.reject(new Error('KMS is down')) };
    await expect(aCheckpointer({ signers: [broken] }).checkpoint()).rejects.toThrow('KMS is down');
    expect([await log.checkpoints(), types()]).toEqual([
      [],
      ['deploy.completed', 'deploy.completed', 'deploy.completed'],
    ]);
    await expect(aCheckpointer().checkpoint()).resolves.toHaveLength(1);
  });

  it('of one chain keeps the others from nothing', async () => {
    const { log, aCheckpointer, append } = aLog();
    await append(3, 'a');
    await append(3, 'b');
    log.rows('a').splice(1, 1);
    await expect(aCheckpointer().checkpoint()).rejects.toThrow(HistoryChangedError);
    expect(await log.checkpoints()).toMatchObject([{ chain: 'b', size: 3 }]);
  });

  it('throws away what a slow key answers after the end', async () => {
    const { log, aCheckpointer, append, signers } = aLog();
    await append(3);
    let answer: (() => void) | undefined;
    const answering = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const [signer] = signers;
    const slow: NoteSigner = {
      publicKey: signer?.publicKey ?? new Uint8Array(),
      sign: async (message) => {
        await answering;
        return (await signer?.sign(message)) ?? new Uint8Array();
      },
    };
    const checkpointer = aCheckpointer({ signers: [slow] });
    const checkpoint = checkpointer.checkpoint();
    checkpointer.close();
    answer?.();
    await expect(checkpoint).rejects.toThrow(/closed/);
    expect(await log.checkpoints()).toEqual([]);
  });
});
