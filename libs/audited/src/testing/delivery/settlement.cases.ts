import { deepStrictEqual, ok, rejects, strictEqual } from 'node:assert/strict';
import type { DeadLetter } from '../../delivery/delivery-ledger.js';
import {
  acquired,
  aLetter,
  found,
  led,
  LONG_MS,
  positions,
  registered,
  withLetters,
  type LedgerCase,
} from './ledger-under-test.js';

const HEALTHY = { state: 'ok', reason: '', cure: '', failures: 0, deliveredAt: 1_800_000_000_123 } as const;

const sequencesOf = (letters: readonly DeadLetter[]): readonly number[] => letters.map(({ sequence }) => sequence);

/** Whitespace, quotes, what SQL and LIKE know, NUL, letters outside the BMP, and what PostgreSQL's NUL is written as. */
const AWKWARD = [
  `it's "quoted" \\ back\`tick\` %_ ; -- $1 ? :name`,
  'tab\there, line\nbreak\r\n, end ',
  ' leading, \u0000NUL\u0000, \u24000 and \u2400\u2400 and \u2400',
  '😀 𝕬 \u{10ffff} é e\u0301 \uffff',
];

/** The promises of `LeaseBook` on what is settled. */
export const settlementCases: readonly LedgerCase[] = [
  [
    'settles cursors, dead letters and health together',
    async ({ ledger }) => {
      const lease = await led(ledger);
      const cursors = [
        { chain: 'main', position: 4, sent: 9 },
        { chain: 'other', position: 2, sent: 2 },
      ];
      const before = Date.now();
      strictEqual(await ledger.settle(lease, { cursors, deadLetters: [aLetter(3)], health: HEALTHY }, LONG_MS), true);
      const destination = await found(ledger);
      deepStrictEqual([destination.cursors, destination.health], [cursors, HEALTHY]);
      deepStrictEqual(destination.deadLetters, { dead: 1, replaying: 0, discarded: 0 });
      const [letter] = await ledger.deadLetters();
      const { sequence = 0, diedAt = 0, changedAt = 0, ...kept } = letter ?? {};
      ok(sequence > 0);
      ok(Math.abs(diedAt - before) < 3_600_000 && changedAt === diedAt, `${diedAt}, ${changedAt}`);
      deepStrictEqual(kept, { ...aLetter(3), destination: 'splunk', state: 'dead', replays: 0 });
      const again = await acquired(ledger);
      deepStrictEqual([again.cursors, again.health], [cursors, HEALTHY]);
    },
  ],
  [
    'settles nothing at all when the lease is lost',
    async ({ ledger }) => {
      const { lease, letters } = await withLetters(ledger, [1, 2]);
      const [first = 0, second = 0] = sequencesOf(letters);
      await ledger.mark({}, 'replaying');
      const everything = {
        cursors: [{ chain: 'main', position: 9, sent: 9 }],
        deadLetters: [aLetter(5)],
        revived: [first],
        refusedAgain: [{ sequence: second, reason: 'again' }],
        health: HEALTHY,
      };
      await acquired(ledger);
      const before = [await ledger.deadLetters(), { ...(await found(ledger)), leaseLeftMs: 0 }];
      strictEqual(await ledger.settle(lease, everything, LONG_MS), false);
      strictEqual(await ledger.settle({ ...lease, fence: lease.fence + 100 }, everything, LONG_MS), false);
      strictEqual(await ledger.settle({ ...lease, holder: 'two' }, everything, LONG_MS), false);
      strictEqual(await ledger.settle({ ...lease, destination: 'nobody' }, everything, LONG_MS), false);
      deepStrictEqual([await ledger.deadLetters(), { ...(await found(ledger)), leaseLeftMs: 0 }], before);
    },
  ],
  [
    'puts cursors where the settlement says, what was sent at least there, and leaves other chains',
    async ({ ledger }) => {
      const lease = await led(ledger);
      const settle = (chain: string, position: number, sent: number): Promise<boolean> =>
        ledger.settle(lease, { cursors: [{ chain, position, sent }] }, LONG_MS);
      await settle('other', 1, 1);
      await settle('main', 5, 8);
      await settle('main', 5, 3);
      deepStrictEqual((await found(ledger)).cursors[0], { chain: 'main', position: 5, sent: 5 });
      await settle('main', 2, 6);
      deepStrictEqual((await found(ledger)).cursors, [
        { chain: 'main', position: 2, sent: 6 },
        { chain: 'other', position: 1, sent: 1 },
      ]);
    },
  ],
  [
    'takes the last of two cursors of one chain, and hundreds of chains',
    async ({ ledger }) => {
      const lease = await led(ledger);
      const chains = Array.from({ length: 250 }, (_, index) => ({ chain: `c${index}`, position: index, sent: index }));
      const cursors = [{ chain: 'c7', position: 1, sent: 1 }, ...chains, { chain: 'c9', position: 99, sent: 99 }];
      strictEqual(await ledger.settle(lease, { cursors }, LONG_MS), true);
      const settled = positions((await found(ledger)).cursors);
      deepStrictEqual([Object.keys(settled).length, settled['c7'], settled['c9'], settled['c249']], [250, 7, 99, 249]);
    },
  ],
  [
    'keeps the greatest positions and times exactly',
    async ({ ledger }) => {
      const lease = await led(ledger);
      const most = Number.MAX_SAFE_INTEGER;
      const cursors = [{ chain: 'main', position: most, sent: most }];
      const health = { ...HEALTHY, failures: 123_456_789_012, deliveredAt: most };
      await ledger.settle(lease, { cursors, health, deadLetters: [aLetter(most)] }, LONG_MS);
      deepStrictEqual((await found(ledger)).cursors, cursors);
      deepStrictEqual((await found(ledger)).health, health);
      strictEqual((await ledger.deadLetters())[0]?.position, most);
    },
  ],
  [
    'leaves a dead letter that is there already as it is, whatever became of it',
    async ({ ledger }) => {
      const lease = await led(ledger);
      const twice = [aLetter(1), aLetter(1, { reason: 'once more' })];
      await ledger.settle(lease, { deadLetters: twice }, LONG_MS);
      await ledger.mark({}, 'discarded');
      const before = await ledger.deadLetters();
      await ledger.settle(
        lease,
        { deadLetters: [aLetter(1, { reason: 'new', cause: 'damaged' }), aLetter(2)] },
        LONG_MS,
      );
      const [first, second, ...rest] = await ledger.deadLetters();
      deepStrictEqual([[first], second?.position, rest], [before, 2, []]);
      strictEqual(first?.reason, 'it was refused');
    },
  ],
  [
    'keeps the same position of other chains and other destinations apart',
    async ({ ledger }) => {
      const one = await led(ledger);
      const two = await led(ledger, 'elastic');
      await ledger.settle(one, { deadLetters: [aLetter(1), aLetter(1, { chain: 'other' })] }, LONG_MS);
      await ledger.settle(two, { deadLetters: [aLetter(1)] }, LONG_MS);
      strictEqual((await ledger.deadLetters()).length, 3);
      strictEqual((await found(ledger)).deadLetters.dead, 2);
    },
  ],
  [
    'takes a thousand dead letters with one settlement, revives them and refuses them again',
    async ({ ledger }) => {
      const lease = await led(ledger);
      const reason = 'r'.repeat(2000);
      const deadLetters = Array.from({ length: 1000 }, (_, index) => aLetter(index + 1, { reason }));
      strictEqual(await ledger.settle(lease, { deadLetters }, LONG_MS), true);
      const letters = await ledger.deadLetters({ limit: 1000 });
      deepStrictEqual(
        letters.map(({ position }) => position),
        deadLetters.map(({ position }) => position),
      );
      const refusedAgain = sequencesOf(letters).map((sequence, index) => ({ sequence, reason: `reason ${index % 7}` }));
      strictEqual(await ledger.settle(lease, { refusedAgain }, LONG_MS), true);
      const refused = await ledger.deadLetters({ limit: 1000 });
      ok(refused.every(({ replays, reason: given }, index) => replays === 1 && given === `reason ${index % 7}`));
      strictEqual(await ledger.settle(lease, { revived: sequencesOf(letters).slice(1) }, LONG_MS), true);
      strictEqual((await found(ledger)).deadLetters.dead, 1);
    },
  ],
  [
    'takes away what arrived after all, of its own destination only, whatever was marked meanwhile',
    async ({ ledger }) => {
      const { lease, letters } = await withLetters(ledger, [1, 2, 3]);
      const { letters: others } = await withLetters(ledger, [1], 'elastic');
      const [first = 0, second = 0] = sequencesOf(letters);
      await ledger.mark({ sequences: [first] }, 'discarded');
      const revived = [first, second, second, ...sequencesOf(others), 999_999];
      strictEqual(await ledger.settle(lease, { revived }, LONG_MS), true);
      const left = (await ledger.deadLetters()).map(({ destination, position }) => `${destination} ${position}`);
      deepStrictEqual(left, ['splunk 3', 'elastic 1']);
    },
  ],
  [
    'never gives the sequence of a dead letter that is gone to another one',
    async ({ ledger }) => {
      const { lease, letters } = await withLetters(ledger, [1, 2]);
      await ledger.settle(lease, { revived: sequencesOf(letters) }, LONG_MS);
      await ledger.settle(lease, { deadLetters: [aLetter(3)] }, LONG_MS);
      const [letter] = await ledger.deadLetters();
      ok((letter?.sequence ?? 0) > Math.max(...sequencesOf(letters)));
    },
  ],
  [
    'makes a replayed one dead again when it is refused again, and counts; one that was given up stays so',
    async ({ ledger }) => {
      const { lease, letters } = await withLetters(ledger, [1, 2, 3]);
      const [first = 0, second = 0] = sequencesOf(letters);
      await ledger.mark({ sequences: [first, second] }, 'replaying');
      await ledger.mark({ sequences: [second] }, 'discarded');
      const refusedAgain = [first, second].map((sequence) => ({ sequence, reason: 'still refused' }));
      strictEqual(await ledger.settle(lease, { refusedAgain }, LONG_MS), true);
      const after = await ledger.deadLetters();
      deepStrictEqual(
        after.map(({ state, replays, reason }) => [state, replays, reason]),
        [
          ['dead', 1, 'still refused'],
          ['discarded', 0, 'it was refused'],
          ['dead', 0, 'it was refused'],
        ],
      );
      ok(after.every(({ changedAt, diedAt }) => changedAt >= diedAt));
      await ledger.mark({ sequences: [first] }, 'replaying');
      await ledger.settle(lease, { refusedAgain: [{ sequence: first, reason: 'thrice' }] }, LONG_MS);
      strictEqual((await ledger.deadLetters())[0]?.replays, 2);
    },
  ],
  [
    'gives awkward texts back as they were',
    async ({ ledger }) => {
      for (const [index, text] of AWKWARD.entries()) {
        const name = `${index} ${text}`.slice(0, 100).toWellFormed();
        await registered(ledger, name, { type: text, endpoint: text });
        const lease = await acquired(ledger, name, text);
        const deadLetters = [aLetter(1, { eventId: text, eventType: text, reason: text })];
        const health = { ...HEALTHY, state: 'retrying', reason: text, cure: text } as const;
        const cursors = [{ chain: 'main', position: 1, sent: 1 }];
        strictEqual(await ledger.settle(lease, { cursors, deadLetters, health }, LONG_MS), true, text);
        const destination = await found(ledger, name);
        deepStrictEqual([destination.type, destination.endpoint, destination.holder], [text, text, text]);
        deepStrictEqual([destination.health, destination.cursors], [health, cursors]);
        strictEqual(destination.deadLetters.dead, 1);
        const [letter, ...rest] = await ledger.deadLetters({ destination: name, eventId: text });
        deepStrictEqual([letter?.eventId, letter?.eventType, letter?.reason, rest], [text, text, text, []]);
        strictEqual(await ledger.mark({ destination: name, eventId: text }, 'replaying'), 1);
      }
    },
  ],
  [
    'tells names, holders and ids apart to the last bit',
    async ({ ledger }) => {
      const names = ['splunk', 'Splunk', 'splunk ', 'splûnk', 'splu\u0302nk'];
      for (const name of names) {
        await registered(ledger, name);
        await acquired(ledger, name, 'one');
        strictEqual(await ledger.acquire(name, 'ONE', LONG_MS), undefined);
        strictEqual(await ledger.acquire(name, 'one ', LONG_MS), undefined);
      }
      strictEqual((await ledger.destinations()).length, names.length);
    },
  ],
  [
    'replaces lone surrogates, and cuts long texts after 2000 characters, between characters',
    async ({ ledger }) => {
      const lease = await led(ledger);
      const long = `${'x'.repeat(1999)}😀 and more`;
      const deadLetters = [aLetter(1, { reason: 'half \ud83d' }), aLetter(2, { reason: long })];
      await ledger.settle(
        lease,
        { deadLetters, health: { ...HEALTHY, reason: 'y'.repeat(5000), cure: long } },
        LONG_MS,
      );
      const reasons = (await ledger.deadLetters()).map(({ reason }) => reason);
      deepStrictEqual(reasons, ['half \ufffd', 'x'.repeat(1999)]);
      const { reason, cure } = (await found(ledger)).health;
      deepStrictEqual([reason, cure], ['y'.repeat(2000), 'x'.repeat(1999)]);
    },
  ],
  [
    'refuses what is no place, and settles nothing of it',
    async ({ ledger }) => {
      const lease = await led(ledger);
      const good = { chain: 'main', position: 1, sent: 1 };
      for (const cursor of [{ position: -1 }, { position: NaN }, { sent: 0.5 }]) {
        await rejects(
          ledger.settle(
            lease,
            {
              cursors: [
                { ...good, chain: 'x' },
                { ...good, ...cursor },
              ],
            },
            LONG_MS,
          ),
          {
            code: 'AUDIT_QUERY_INVALID',
          },
        );
      }
      await rejects(
        ledger.settle(lease, { cursors: [good], deadLetters: [aLetter(1, { chain: 'no chain' })] }, LONG_MS),
        {
          code: 'AUDIT_CHAIN_INVALID',
        },
      );
      deepStrictEqual((await found(ledger)).cursors, []);
      strictEqual(await ledger.settle(lease, {}, LONG_MS), true);
    },
  ],
];
