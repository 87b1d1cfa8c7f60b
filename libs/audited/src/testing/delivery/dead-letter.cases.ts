import { deepStrictEqual, ok, rejects, strictEqual } from 'node:assert/strict';
import type { DeadLetterQuery, DeliveryLedger } from '../../delivery/delivery-ledger.js';
import { found, led, LONG_MS, aLetter, withLetters, type LedgerCase } from './ledger-under-test.js';

/** Destinations and positions of what matches, in the order in which it comes. */
async function places(ledger: DeliveryLedger, query?: DeadLetterQuery): Promise<readonly string[]> {
  return (await ledger.deadLetters(query)).map(({ destination, position }) => `${destination} ${position}`);
}

/** The promises of `DeadLetterBook`. */
export const deadLetterCases: readonly LedgerCase[] = [
  [
    'finds dead letters by everything that is given, in the order of their sequence',
    async ({ ledger }) => {
      const { letters } = await withLetters(ledger, [4, 2]);
      await withLetters(ledger, [1, 2], 'elastic');
      const [first = 0, second = 0] = letters.map(({ sequence }) => sequence);
      deepStrictEqual(await places(ledger), ['splunk 4', 'splunk 2', 'elastic 1', 'elastic 2']);
      deepStrictEqual(await places(ledger, { destination: 'elastic' }), ['elastic 1', 'elastic 2']);
      deepStrictEqual(await places(ledger, { eventId: 'splunk-2' }), ['splunk 2']);
      deepStrictEqual(await places(ledger, { sequences: [second, first, first, 999_999] }), ['splunk 4', 'splunk 2']);
      deepStrictEqual(await places(ledger, { sequences: [] }), []);
      deepStrictEqual(await places(ledger, { destination: 'elastic', sequences: [first] }), []);
      deepStrictEqual(await places(ledger, { destination: 'nobody' }), []);
      await ledger.mark({ sequences: [second] }, 'replaying');
      deepStrictEqual(await places(ledger, { state: 'replaying' }), ['splunk 2']);
      deepStrictEqual(await places(ledger, { state: 'dead', destination: 'splunk' }), ['splunk 4']);
      deepStrictEqual(await places(ledger, { state: 'discarded' }), []);
    },
  ],
  [
    'gives a hundred at a time, or as many as asked for, and goes on after a sequence',
    async ({ ledger }) => {
      const all = Array.from({ length: 130 }, (_, index) => index + 1);
      const { letters } = await withLetters(ledger, all);
      const first = await ledger.deadLetters();
      strictEqual(first.length, 100);
      const rest = await ledger.deadLetters({ after: first.at(-1)?.sequence ?? 0 });
      deepStrictEqual([...first, ...rest], letters);
      strictEqual((await ledger.deadLetters({ limit: 1 })).length, 1);
      const sequences = letters.map(({ sequence }) => sequence);
      deepStrictEqual(
        await ledger.deadLetters({ sequences, limit: 3, after: sequences[9] ?? 0 }),
        letters.slice(10, 13),
      );
    },
  ],
  [
    'takes more sequences than a statement has room for',
    async ({ ledger }) => {
      const { letters } = await withLetters(ledger, [1, 2, 3]);
      const known = letters.map(({ sequence }) => sequence);
      const sequences = [...Array.from({ length: 40_000 }, (_, index) => index + 1_000_000), ...known];
      deepStrictEqual(await ledger.deadLetters({ sequences }), letters);
      strictEqual(await ledger.mark({ sequences }, 'replaying'), 3);
    },
  ],
  [
    'refuses queries that make no sense',
    async ({ ledger }) => {
      await withLetters(ledger, [1]);
      const senseless: readonly DeadLetterQuery[] = [
        ...[0, -1, 1001, 1.5, NaN].map((limit) => ({ limit })),
        ...[-1, 0.5, NaN].map((after) => ({ after })),
        { sequences: [1, NaN] },
        { state: 'alive' as 'dead' },
      ];
      for (const query of senseless) {
        await rejects(ledger.deadLetters(query), { code: 'AUDIT_QUERY_INVALID' }, JSON.stringify(query));
      }
      await rejects(ledger.mark({ after: -1 }, 'discarded'), { code: 'AUDIT_QUERY_INVALID' });
      await rejects(ledger.mark({ sequences: [0.5] }, 'discarded'), { code: 'AUDIT_QUERY_INVALID' });
      strictEqual((await found(ledger)).deadLetters.dead, 1);
    },
  ],
  [
    'marks what matches for replay, and says how many',
    async ({ ledger }) => {
      const { letters } = await withLetters(ledger, [1, 2, 3]);
      await withLetters(ledger, [1, 2], 'elastic');
      strictEqual(await ledger.mark({ destination: 'elastic', eventId: 'elastic-2' }, 'replaying'), 1);
      strictEqual(await ledger.mark({ destination: 'splunk', after: letters[0]?.sequence ?? 0 }, 'replaying'), 2);
      deepStrictEqual(await places(ledger, { state: 'replaying' }), ['splunk 2', 'splunk 3', 'elastic 2']);
      deepStrictEqual((await found(ledger)).deadLetters, { dead: 1, replaying: 2, discarded: 0 });
      strictEqual(await ledger.mark({}, 'replaying'), 2);
      strictEqual(await ledger.mark({}, 'replaying'), 0);
      strictEqual(await ledger.mark({ destination: 'nobody' }, 'replaying'), 0);
      strictEqual(await ledger.mark({ sequences: [] }, 'discarded'), 0);
      deepStrictEqual((await found(ledger, 'elastic')).deadLetters, { dead: 0, replaying: 2, discarded: 0 });
    },
  ],
  [
    'discards what is dead or waits for being sent again, and replays nothing of it',
    async ({ ledger }) => {
      const { letters } = await withLetters(ledger, [1, 2, 3]);
      const sequences = letters.map(({ sequence }) => sequence);
      await ledger.mark({ sequences: sequences.slice(0, 1) }, 'replaying');
      strictEqual(await ledger.mark({ sequences: sequences.slice(0, 2) }, 'discarded'), 2);
      strictEqual(await ledger.mark({ sequences: sequences.slice(0, 2) }, 'discarded'), 0);
      strictEqual(await ledger.mark({}, 'replaying'), 1);
      deepStrictEqual(await places(ledger, { state: 'discarded' }), ['splunk 1', 'splunk 2']);
      deepStrictEqual((await found(ledger)).deadLetters, { dead: 0, replaying: 1, discarded: 2 });
    },
  ],
  [
    'marks more than a page, and beside somebody who leads and settles',
    async ({ ledger }) => {
      const lease = await led(ledger);
      const letters = Array.from({ length: 1000 }, (_, index) => aLetter(index + 1));
      await ledger.settle(lease, { deadLetters: [...letters, aLetter(1001), aLetter(1002)] }, LONG_MS);
      const [settled, ...marked] = await Promise.all([
        ledger.settle(lease, { deadLetters: [aLetter(2000)] }, LONG_MS),
        ledger.mark({}, 'replaying'),
        ledger.mark({}, 'replaying'),
        ledger.mark({ destination: 'splunk' }, 'replaying'),
      ]);
      const sum = marked.reduce((total, count) => total + count, 0);
      ok(settled && (sum === 1002 || sum === 1003), `${sum} were marked`);
      const { dead, replaying } = (await found(ledger)).deadLetters;
      deepStrictEqual([replaying, dead], [sum, 1003 - sum]);
    },
  ],
  [
    'leaves leases and cursors alone when it marks',
    async ({ ledger }) => {
      const { lease } = await withLetters(ledger, [1]);
      await ledger.settle(lease, { cursors: [{ chain: 'main', position: 1, sent: 1 }] }, LONG_MS);
      const before = await found(ledger);
      await ledger.mark({}, 'discarded');
      const after = await found(ledger);
      deepStrictEqual([after.fence, after.holder, after.cursors], [before.fence, before.holder, before.cursors]);
      strictEqual(await ledger.settle(lease, {}, LONG_MS), true);
    },
  ],
];
