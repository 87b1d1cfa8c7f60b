import { deepStrictEqual, ok, rejects, strictEqual } from 'node:assert/strict';
import { acquired, aLetter, append, found, led, LONG_MS, positions, registered } from './ledger-under-test.js';
import type { LedgerCase } from './ledger-under-test.js';

const UNKNOWN = { state: 'unknown', reason: '', cure: '', failures: 0, deliveredAt: 0 };
const NO_LETTERS = { dead: 0, replaying: 0, discarded: 0 };

/** The promises of `DestinationBook`. */
export const destinationCases: readonly LedgerCase[] = [
  [
    'knows no destination before one is registered',
    async ({ ledger }) => {
      deepStrictEqual(await ledger.destinations(), []);
      strictEqual(await ledger.change('splunk', { act: 'pause' }), false);
    },
  ],
  [
    'holds a new destination as it was registered: active, led by nobody, of unknown health',
    async ({ ledger }) => {
      await registered(ledger, 'splunk', { isRequired: true });
      const { fence, ...destination } = await found(ledger);
      ok(fence >= 0);
      deepStrictEqual(destination, {
        name: 'splunk',
        type: 'splunk-hec',
        endpoint: 'https://splunk.example.com',
        isRequired: true,
        state: 'active',
        holder: '',
        leaseLeftMs: 0,
        health: UNKNOWN,
        cursors: [],
        deadLetters: NO_LETTERS,
      });
    },
  ],
  [
    'gives the destinations in the order of their names',
    async ({ ledger }) => {
      for (const name of ['syslog', 'Z', 'elastic', 'kafka-2', 'kafka-10']) {
        await registered(ledger, name);
      }
      const names = (await ledger.destinations()).map(({ name }) => name);
      deepStrictEqual(names, ['Z', 'elastic', 'kafka-10', 'kafka-2', 'syslog']);
    },
  ],
  [
    'changes nothing when the same is registered again, also while somebody leads it',
    async ({ ledger }) => {
      const lease = await led(ledger);
      await ledger.settle(lease, { cursors: [{ chain: 'main', position: 3, sent: 5 }] }, LONG_MS);
      const before = await found(ledger);
      await registered(ledger);
      await registered(ledger, 'splunk', { startFrom: 'now' });
      const after = await found(ledger);
      deepStrictEqual({ ...after, leaseLeftMs: 0 }, { ...before, leaseLeftMs: 0 });
      strictEqual(await ledger.settle(lease, {}, LONG_MS), true);
    },
  ],
  [
    'updates type, endpoint and whether retention waits, and keeps cursors, health and dead letters',
    async ({ ledger, store }) => {
      const lease = await led(ledger);
      const health = { state: 'held', reason: 'no', cure: 'yes', failures: 2, deliveredAt: 77 } as const;
      const cursors = [{ chain: 'main', position: 3, sent: 5 }];
      await ledger.settle(lease, { cursors, health, deadLetters: [aLetter(1)] }, LONG_MS);
      await append(store, 'main', 9);
      await registered(ledger, 'splunk', { type: 'elastic', endpoint: 'e', isRequired: true, startFrom: 'now' });
      const { type, endpoint, isRequired, ...rest } = await found(ledger);
      deepStrictEqual([type, endpoint, isRequired], ['elastic', 'e', true]);
      deepStrictEqual([rest.cursors, rest.health, rest.deadLetters], [cursors, health, { ...NO_LETTERS, dead: 1 }]);
    },
  ],
  [
    'leaves a paused destination paused when it is registered again',
    async ({ ledger }) => {
      await registered(ledger);
      strictEqual(await ledger.change('splunk', { act: 'pause' }), true);
      await registered(ledger);
      strictEqual((await found(ledger)).state, 'paused');
    },
  ],
  [
    'is registered by many at once as by one',
    async ({ ledger, store }) => {
      await append(store, 'main', 3);
      await Promise.all(Array.from({ length: 8 }, () => registered(ledger, 'splunk', { startFrom: 'now' })));
      strictEqual((await ledger.destinations()).length, 1);
      deepStrictEqual(positions((await found(ledger)).cursors), { main: 3 });
    },
  ],
  [
    'starts from the beginning, or after what each chain holds now; later chains begin at 0',
    async ({ ledger, store }) => {
      await append(store, 'main', 4);
      await append(store, 'other', 2);
      await registered(ledger, 'all');
      await registered(ledger, 'new', { startFrom: 'now' });
      await append(store, 'main', 1);
      await append(store, 'later', 1);
      deepStrictEqual((await found(ledger, 'all')).cursors, []);
      deepStrictEqual((await found(ledger, 'new')).cursors, [
        { chain: 'main', position: 4, sent: 4 },
        { chain: 'other', position: 2, sent: 2 },
      ]);
      deepStrictEqual((await acquired(ledger, 'new')).cursors, (await found(ledger, 'new')).cursors);
    },
  ],
  [
    'forgets a removed destination but for its name, its dead letters included',
    async ({ ledger }) => {
      const lease = await led(ledger);
      const kept = await led(ledger, 'kept');
      const settlement = { cursors: [{ chain: 'main', position: 3, sent: 3 }], deadLetters: [aLetter(1), aLetter(2)] };
      await ledger.settle(lease, settlement, LONG_MS);
      await ledger.settle(kept, settlement, LONG_MS);
      strictEqual(await ledger.change('splunk', { act: 'remove' }), true);
      const { name, state, cursors, deadLetters, isRequired, holder, health } = await found(ledger);
      deepStrictEqual([name, state, cursors, isRequired, holder], ['splunk', 'removed', [], false, '']);
      deepStrictEqual([deadLetters, health], [NO_LETTERS, UNKNOWN]);
      deepStrictEqual(await ledger.deadLetters({ destination: 'splunk' }), []);
      strictEqual((await ledger.deadLetters({ destination: 'kept' })).length, 2);
      deepStrictEqual(positions((await found(ledger, 'kept')).cursors), { main: 3 });
    },
  ],
  [
    'changes a removed destination no more, and lets nobody lead it',
    async ({ ledger }) => {
      await registered(ledger);
      await ledger.change('splunk', { act: 'remove' });
      for (const act of ['pause', 'resume', 'remove'] as const) {
        strictEqual(await ledger.change('splunk', { act }), false);
      }
      strictEqual(await ledger.change('splunk', { act: 'rewind', chain: 'main', position: 1 }), false);
      strictEqual(await ledger.acquire('splunk', 'one', LONG_MS), undefined);
      deepStrictEqual((await found(ledger)).cursors, []);
    },
  ],
  [
    'begins anew when a removed destination is registered again, under a greater fence',
    async ({ ledger, store }) => {
      await append(store, 'main', 6);
      const before = await led(ledger);
      const health = { state: 'held', reason: 'no', cure: 'yes', failures: 2, deliveredAt: 77 } as const;
      await ledger.settle(before, { cursors: [{ chain: 'main', position: 3, sent: 3 }], health }, LONG_MS);
      await ledger.change('splunk', { act: 'remove' });
      await registered(ledger);
      deepStrictEqual([(await found(ledger)).cursors, (await found(ledger)).state], [[], 'active']);
      const after = await acquired(ledger);
      ok(after.fence > before.fence);
      deepStrictEqual([after.cursors, after.health], [[], UNKNOWN]);
      strictEqual(await ledger.settle(before, { deadLetters: [aLetter(1)] }, LONG_MS), false);
      await ledger.change('splunk', { act: 'remove' });
      await registered(ledger, 'splunk', { startFrom: 'now' });
      deepStrictEqual(positions((await found(ledger)).cursors), { main: 6 });
    },
  ],
  [
    'lets nobody lead a paused destination, and anybody after it is resumed, where it stood',
    async ({ ledger }) => {
      const lease = await led(ledger);
      await ledger.settle(lease, { cursors: [{ chain: 'main', position: 3, sent: 4 }] }, LONG_MS);
      await ledger.change('splunk', { act: 'pause' });
      strictEqual(await ledger.acquire('splunk', 'one', LONG_MS), undefined);
      strictEqual(await ledger.change('splunk', { act: 'resume' }), true);
      const resumed = await acquired(ledger, 'splunk', 'two');
      deepStrictEqual(resumed.cursors, [{ chain: 'main', position: 3, sent: 4 }]);
      ok(resumed.fence > lease.fence);
    },
  ],
  [
    'takes the lease from whoever holds it with every change',
    async ({ ledger }) => {
      await registered(ledger);
      for (const change of [
        { act: 'resume' },
        { act: 'rewind', chain: 'main', position: 0 },
        { act: 'pause' },
        { act: 'remove' },
      ] as const) {
        const lease = await acquired(ledger, 'splunk', 'one');
        await ledger.change('splunk', change);
        const { fence, holder, leaseLeftMs } = await found(ledger);
        ok(fence > lease.fence);
        deepStrictEqual([holder, leaseLeftMs], ['', 0]);
        strictEqual(await ledger.settle(lease, {}, LONG_MS), false, change.act);
        await ledger.change('splunk', { act: 'resume' });
      }
    },
  ],
  [
    'rewinds one chain, back and forward, and forgets the dead letters after it only',
    async ({ ledger }) => {
      const lease = await led(ledger);
      const cursors = [
        { chain: 'main', position: 9, sent: 10 },
        { chain: 'other', position: 9, sent: 9 },
      ];
      const deadLetters = [aLetter(3), aLetter(5), aLetter(6), aLetter(8, { chain: 'other' })];
      await ledger.settle(lease, { cursors, deadLetters }, LONG_MS);
      strictEqual(await ledger.change('splunk', { act: 'rewind', chain: 'main', position: 5 }), true);
      const left = (await ledger.deadLetters()).map(({ chain, position }) => `${chain} ${position}`);
      deepStrictEqual(left, ['main 3', 'main 5', 'other 8']);
      const rewound = await found(ledger);
      deepStrictEqual(rewound.cursors, [{ chain: 'main', position: 5, sent: 5 }, cursors[1]]);
      deepStrictEqual(rewound.deadLetters, { ...NO_LETTERS, dead: 3 });
      await ledger.change('splunk', { act: 'rewind', chain: 'main', position: 20 });
      await ledger.change('splunk', { act: 'rewind', chain: 'new', position: 2 });
      deepStrictEqual(positions((await acquired(ledger)).cursors), { main: 20, new: 2, other: 9 });
    },
  ],
  [
    'refuses what cannot be registered or rewound to, and changes nothing',
    async ({ ledger }) => {
      for (const name of ['', 'x'.repeat(129), 'half \ud83d']) {
        await rejects(registered(ledger, name), { code: 'AUDIT_OPTIONS_INVALID' });
      }
      await rejects(registered(ledger, 'x', { startFrom: 'later' as 'now' }), { code: 'AUDIT_OPTIONS_INVALID' });
      deepStrictEqual(await ledger.destinations(), []);
      await registered(ledger, 'x'.repeat(128));
      await registered(ledger);
      for (const position of [-1, 1.5, NaN]) {
        await rejects(ledger.change('splunk', { act: 'rewind', chain: 'main', position }), {
          code: 'AUDIT_QUERY_INVALID',
        });
      }
      await rejects(ledger.change('splunk', { act: 'rewind', chain: 'no chain', position: 1 }), {
        code: 'AUDIT_CHAIN_INVALID',
      });
      deepStrictEqual((await found(ledger)).cursors, []);
    },
  ],
];
