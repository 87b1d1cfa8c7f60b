import { createHash, createHmac, randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { anAppendableEvent } from 'nestjs-audited/testing';
import type { SealOptions, SqliteAuditStore, StoreOptions } from 'nestjs-audited/typeorm';

/** Any store of this package. */
export type KeyedStore = Pick<
  SqliteAuditStore,
  'open' | 'close' | 'append' | 'appendMissing' | 'get' | 'find' | 'verify'
>;

/** What is compared of a row. */
export interface SealRow {
  readonly chain: string;
  readonly position: number;
  readonly previous_hash: string;
  readonly hash: string;
  readonly scheme: string;
  readonly mac: string | null;
  readonly body: string;
}

export const SECRETS = { k1: randomBytes(32), 'k.2_-': randomBytes(48) } as const;
const K1 = { id: 'k1', secret: SECRETS.k1.toString('base64') };
const K2 = { id: 'k.2_-', secret: SECRETS['k.2_-'] };

/** Keys to verify with; new records are sealed without one. */
export const BOTH_KEYS: SealOptions = { keys: [K1, K2] };

/** Positions at which the seals change in the log of {@link writeRotatedLog}: unkeyed, `k1`, `k.2_-`, unkeyed. */
export const [FIRST_K1, FIRST_K2, FIRST_UNKEYED, LAST] = [3, 7, 11, 12];

/** One log, by four stores one after another: without key, with the first, with the second, and back to none. */
export async function writeRotatedLog(open: (options: StoreOptions) => KeyedStore): Promise<void> {
  const seals: readonly (readonly [through: number, seal: SealOptions | undefined])[] = [
    [FIRST_K1 - 1, undefined],
    [FIRST_K2 - 1, { current: 'k1', keys: [K1] }],
    [FIRST_UNKEYED - 1, { current: 'k.2_-', keys: [K1, K2] }],
    [LAST, BOTH_KEYS],
  ];
  let position = 1;
  for (const [through, seal] of seals) {
    const store = open(seal === undefined ? {} : { seal });
    await store.open();
    for (; position <= through; position += 2) {
      const events = [eventAt(position), eventAt(position + 1)];
      if (position % 4 === 1) {
        await store.appendMissing('main', events);
      } else {
        await store.append('main', events);
      }
    }
    await store.close();
  }
}

/** What an auditor computes with the keys and the page on the record format; no line of the package is used. */
export function sealsOf(rows: readonly SealRow[]): readonly Pick<SealRow, 'hash' | 'scheme' | 'mac'>[] {
  return rows.map(({ chain, position, previous_hash: previous, body }) => {
    const key = keyAt(position);
    const event = `{"chain":"${chain}","event":${body}`;
    const scheme = key === undefined ? 'sha256-v1' : 'hmac-sha256-v1';
    const rest = `"position":${position},"previous":"${previous}","scheme":"${scheme}"}`;
    const digits =
      key === undefined
        ? ''
        : createHmac('sha256', SECRETS[key]).update(`${event},"key":"${key}",${rest}`).digest('hex');
    const mac = key === undefined ? null : `${key}:${digits}`;
    const member = mac === null ? '' : `"mac":"${mac}",`;
    return { hash: createHash('sha256').update(`${event},${member}${rest}`).digest('hex'), scheme, mac };
  });
}

/** The texts that somebody who looks for a secret would find it by. */
export function tracesOf(text: string): string[] {
  return Object.values(SECRETS).flatMap((secret) =>
    (['hex', 'base64', 'base64url', 'latin1', 'utf8'] as const)
      .map((encoding) => secret.toString(encoding))
      .concat(inspect(secret), JSON.stringify([...secret]).slice(1, -1))
      .filter((trace) => text.includes(trace)),
  );
}

function keyAt(position: number): keyof typeof SECRETS | undefined {
  if (position < FIRST_K1 || position >= FIRST_UNKEYED) {
    return undefined;
  }
  return position < FIRST_K2 ? 'k1' : 'k.2_-';
}

function eventAt(position: number): ReturnType<typeof anAppendableEvent> {
  const personal = position % 3 === 0 ? { '/actor/email': `zoë-${position}@example.com` } : undefined;
  return anAppendableEvent({ action: `Step ${position} € 𝒳 "quoted"` }, personal);
}
