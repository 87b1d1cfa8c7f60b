import { deepStrictEqual, ok, rejects, strictEqual } from 'node:assert/strict';
import { MAIN_CHAIN } from '../event/audit-record.js';
import type { AppendableEvent } from '../storage/audit-store.js';
import type { RecordStream } from '../storage/record-stream.js';
import { anAppendableEvent } from './audit-event.fixture.js';
import type { CustodyCase } from './custody-under-test.js';

const plain = (count: number): readonly AppendableEvent[] => Array.from({ length: count }, () => anAppendableEvent());

/** First and last position that are left, and how many. */
async function extent(stream: RecordStream, chain: string): Promise<readonly (number | undefined)[]> {
  const positions: number[] = [];
  for await (const records of stream.records(chain)) {
    positions.push(...records.map(({ seal }) => seal.position));
  }
  return [positions[0], positions.at(-1), positions.length];
}

/** The promises of `RetentionStore`. */
export const retentionCases: readonly CustodyCase[] = [
  [
    'removes the front of a chain, and leaves the rest and other chains as they are',
    async ({ store, custody }) => {
      await store.append(MAIN_CHAIN, plain(30));
      await store.append('other', plain(30));
      strictEqual(await custody.removePrefix(MAIN_CHAIN, 12), 12);
      deepStrictEqual(await extent(custody, MAIN_CHAIN), [13, 30, 18]);
      deepStrictEqual(await extent(custody, 'other'), [1, 30, 30]);
      strictEqual((await custody.heads()).find(({ chain }) => chain === MAIN_CHAIN)?.position, 30);
    },
  ],
  [
    'goes on where it stopped, and does nothing where nothing is left to do',
    async ({ store, custody }) => {
      await store.append(MAIN_CHAIN, plain(10));
      strictEqual(await custody.removePrefix(MAIN_CHAIN, 4), 4);
      strictEqual(await custody.removePrefix(MAIN_CHAIN, 7), 3);
      strictEqual(await custody.removePrefix(MAIN_CHAIN, 7), 0);
      strictEqual(await custody.removePrefix(MAIN_CHAIN, 2), 0);
      strictEqual(await custody.removePrefix('nobody', 5), 0);
      deepStrictEqual(await extent(custody, MAIN_CHAIN), [8, 10, 3]);
    },
  ],
  [
    'removes thousands, tells how far it is, and lets others append',
    async ({ store, custody }) => {
      await store.append(MAIN_CHAIN, plain(5500));
      const progress: number[] = [];
      const [removed] = await Promise.all([
        custody.removePrefix(MAIN_CHAIN, 5200, (through) => progress.push(through)),
        store.append(MAIN_CHAIN, plain(2)),
      ]);
      strictEqual(removed, 5200);
      strictEqual(progress.at(-1), 5200);
      ok(progress.every((through, index) => index === 0 || through > (progress[index - 1] ?? 0)));
      deepStrictEqual(await extent(custody, MAIN_CHAIN), [5201, 5502, 302]);
    },
  ],
  [
    'lets a chain go on after everything in it was removed',
    async ({ store, custody }) => {
      await store.append(MAIN_CHAIN, plain(3));
      const [head] = await custody.heads();
      strictEqual(await custody.removePrefix(MAIN_CHAIN, 3), 3);
      strictEqual((await store.append(MAIN_CHAIN, plain(1))).firstPosition, 4);
      for await (const [record] of custody.records(MAIN_CHAIN)) {
        strictEqual(record?.seal.previousHash, head?.hash);
      }
    },
  ],
  [
    'removes nothing for a name that no chain may have',
    async ({ custody }) => {
      await rejects(custody.removePrefix('no chain', 1), { code: 'AUDIT_CHAIN_INVALID' });
      await rejects(custody.erase('no chain', [1]), { code: 'AUDIT_CHAIN_INVALID' });
    },
  ],
];
