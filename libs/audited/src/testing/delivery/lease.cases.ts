import { deepStrictEqual, ok, rejects, strictEqual } from 'node:assert/strict';
import {
  acquired,
  acquiredInTime,
  found,
  inTime,
  led,
  LONG_MS,
  registered,
  type LedgerCase,
} from './ledger-under-test.js';

const BRIEF_MS = 5;

/** The promises of `LeaseBook` on who leads. */
export const leaseCases: readonly LedgerCase[] = [
  [
    'lets nobody lead a destination that is unknown',
    async ({ ledger }) => {
      strictEqual(await ledger.acquire('nobody', 'one', LONG_MS), undefined);
      deepStrictEqual(await ledger.destinations(), []);
    },
  ],
  [
    'gives a lease, with where the destination stands, and says who holds it for how long',
    async ({ ledger }) => {
      await registered(ledger);
      const lease = await acquired(ledger, 'splunk', 'one');
      deepStrictEqual([lease.destination, lease.holder, lease.cursors], ['splunk', 'one', []]);
      strictEqual(lease.health.state, 'unknown');
      const { holder, leaseLeftMs, fence } = await found(ledger);
      deepStrictEqual([holder, fence], ['one', lease.fence]);
      ok(leaseLeftMs > LONG_MS / 2 && leaseLeftMs <= LONG_MS, `${leaseLeftMs} ms are left`);
    },
  ],
  [
    'gives it to nobody else while it lasts',
    async ({ ledger }) => {
      await led(ledger);
      strictEqual(await ledger.acquire('splunk', 'two', LONG_MS), undefined);
      strictEqual((await found(ledger)).holder, 'one');
    },
  ],
  [
    'gives it to exactly one of many who want it at once',
    async ({ ledger }) => {
      await registered(ledger);
      const holders = Array.from({ length: 20 }, (_, index) => `holder-${index}`);
      const leases = await Promise.all(holders.map((holder) => ledger.acquire('splunk', holder, LONG_MS)));
      const given = leases.filter((lease) => lease !== undefined);
      strictEqual(given.length, 1);
      strictEqual((await found(ledger)).holder, given[0]?.holder);
    },
  ],
  [
    'gives it to its holder again, each time under a greater fence that no other lease has',
    async ({ ledger }) => {
      const first = await led(ledger);
      const second = await acquired(ledger);
      ok(second.fence > first.fence);
      strictEqual(await ledger.settle(first, {}, LONG_MS), false);
      strictEqual(await ledger.settle(second, {}, LONG_MS), true);
      const more = await Promise.all(Array.from({ length: 8 }, () => ledger.acquire('splunk', 'one', LONG_MS)));
      const fences = more.map((lease) => lease?.fence ?? 0);
      strictEqual(new Set(fences).size, fences.length);
      ok(Math.min(...fences) > second.fence);
    },
  ],
  [
    'leads each destination apart from the others',
    async ({ ledger }) => {
      await registered(ledger, 'a');
      await registered(ledger, 'b');
      const lease = await acquired(ledger, 'a', 'one');
      await acquired(ledger, 'b', 'two');
      await ledger.change('b', { act: 'remove' });
      strictEqual(await ledger.settle(lease, {}, LONG_MS), true);
    },
  ],
  [
    'passes the lease on when it is over, under a greater fence, and refuses its holder from then on',
    async ({ ledger }) => {
      await registered(ledger);
      const lost = await acquired(ledger, 'splunk', 'one', BRIEF_MS);
      const lease = await acquiredInTime(ledger, 'splunk', 'two');
      ok(lease.fence > lost.fence);
      const cursors = [{ chain: 'main', position: 1, sent: 1 }];
      strictEqual(await ledger.settle(lost, { cursors }, LONG_MS), false);
      strictEqual(await ledger.acquire('splunk', 'one', LONG_MS), undefined);
      deepStrictEqual((await found(ledger)).cursors, []);
      strictEqual(await ledger.settle(lease, { cursors }, LONG_MS), true);
    },
  ],
  [
    'passes a lease that is over to exactly one of many',
    async ({ ledger }) => {
      await registered(ledger);
      await acquired(ledger, 'splunk', 'gone', BRIEF_MS);
      const wants = (index: number): Promise<number> =>
        inTime(async () => {
          const lease = await ledger.acquire('splunk', `holder-${index}`, LONG_MS);
          const isDecided = lease !== undefined || (await found(ledger)).holder !== 'gone';
          return isDecided ? Number(lease !== undefined) : undefined;
        });
      const given = await Promise.all(Array.from({ length: 10 }, (_, index) => wants(index)));
      strictEqual(
        given.reduce((sum, one) => sum + one, 0),
        1,
      );
    },
  ],
  [
    'says that a lease is over, and still settles for its holder when nobody else took it',
    async ({ ledger }) => {
      await registered(ledger);
      const lease = await acquired(ledger, 'splunk', 'one', BRIEF_MS);
      await inTime(async () => ((await found(ledger)).leaseLeftMs === 0 ? true : undefined));
      strictEqual(await ledger.settle(lease, {}, LONG_MS), true);
      ok((await found(ledger)).leaseLeftMs > LONG_MS / 2);
      strictEqual(await ledger.acquire('splunk', 'two', LONG_MS), undefined);
    },
  ],
  [
    'prolongs the lease with every settlement, an empty one included, and shortens it too',
    async ({ ledger }) => {
      await registered(ledger);
      const lease = await acquired(ledger, 'splunk', 'one', 60_000);
      strictEqual(await ledger.settle(lease, {}, LONG_MS), true);
      ok((await found(ledger)).leaseLeftMs > 60_000);
      strictEqual(await ledger.settle(lease, {}, BRIEF_MS), true);
      await acquiredInTime(ledger, 'splunk', 'two');
    },
  ],
  [
    'counts settlements that change nothing as accepted',
    async ({ ledger }) => {
      const lease = await led(ledger);
      const health = { state: 'ok', reason: '', cure: '', failures: 0, deliveredAt: 1 } as const;
      const same = { cursors: [{ chain: 'main', position: 1, sent: 1 }], health };
      const settled = await Promise.all(Array.from({ length: 10 }, () => ledger.settle(lease, same, LONG_MS)));
      deepStrictEqual(new Set(settled), new Set([true]));
    },
  ],
  [
    'lets another one lead at once when a lease is released; the released one settles nothing',
    async ({ ledger }) => {
      const lease = await led(ledger);
      await ledger.release(lease);
      deepStrictEqual([(await found(ledger)).holder, (await found(ledger)).leaseLeftMs], ['', 0]);
      strictEqual(await ledger.settle(lease, {}, LONG_MS), false);
      const next = await acquired(ledger, 'splunk', 'two');
      ok(next.fence > lease.fence);
      await ledger.release(lease);
      strictEqual((await found(ledger)).holder, 'two');
    },
  ],
  [
    'does nothing when a lost lease is released, or that of a destination that is gone',
    async ({ ledger }) => {
      const first = await led(ledger);
      const second = await acquired(ledger);
      await ledger.release(first);
      strictEqual(await ledger.settle(second, {}, LONG_MS), true);
      await ledger.release({ destination: 'nobody', holder: 'one', fence: 1 });
      await ledger.change('splunk', { act: 'pause' });
      await ledger.release(second);
      deepStrictEqual([(await found(ledger)).state, (await ledger.destinations()).length], ['paused', 1]);
    },
  ],
  [
    'refuses holders without a name and leases of no time',
    async ({ ledger }) => {
      await registered(ledger);
      await rejects(ledger.acquire('splunk', '', LONG_MS), { code: 'AUDIT_QUERY_INVALID' });
      await rejects(ledger.acquire('splunk', 'x'.repeat(256), LONG_MS), { code: 'AUDIT_QUERY_INVALID' });
      for (const leaseMs of [0, -5, 1.5, NaN, Infinity]) {
        await rejects(ledger.acquire('splunk', 'one', leaseMs), { code: 'AUDIT_QUERY_INVALID' });
      }
      const lease = await acquired(ledger, 'splunk', 'x'.repeat(255));
      await rejects(ledger.settle(lease, {}, 0), { code: 'AUDIT_QUERY_INVALID' });
      strictEqual(await ledger.settle(lease, {}, LONG_MS), true);
    },
  ],
];
