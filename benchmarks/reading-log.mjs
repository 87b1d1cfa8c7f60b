/**
 * The log that the benchmarks of reading look at: five tenants, five thousand people, twenty types; a value of every kind that
 * nearly every record has, and one that one in ten thousand has.
 */
import { anAppendableEvent } from 'nestjs-audited/testing';

const BATCH = 1000;
const INDEX_STEP = 5000;
const RARE = 10_000;
const BEGIN = 1_790_000_000_000;
const TYPES = (
  'order.read order.created order.changed order.cancelled invoice.read invoice.sent invoice.paid user.created user.changed ' +
  'user.locked auth.login auth.logout auth.failed deploy.started deploy.completed deploy.failed config.changed config.read ' +
  'report.read report.exported'
).split(' ');

/** The event at a place of the log; the same every time but for its id. */
export function readingEvent(place) {
  const isRare = place % RARE === RARE / 2;
  const person = (place * 7919) % 5000;
  const at = new Date(BEGIN + place * 3000).toISOString();
  return anAppendableEvent(
    {
      type: isRare ? 'vault.opened' : TYPES[(place * 31) % TYPES.length],
      occurredAt: at,
      recordedAt: at,
      action: isRare ? `Opened the vault of branch ${place}` : `GET /orders/o-${place % 100_000}`,
      severity: isRare ? 'critical' : 'info',
      risk: isRare ? 'critical' : 'low',
      outcome: isRare ? 'denied' : 'success',
      actor: { kind: isRare ? 'service' : 'user', id: `u-${person}`, tenantId: `t-${place % 5}`, roles: ['billing'] },
      resource: { type: isRare ? 'vault' : 'order', id: `o-${place % 100_000}` },
      sessionId: `s-${Math.floor(place / 40)}`,
      correlationId: `c-${Math.floor(place / 3)}`,
      origin: { component: isRare ? 'vault-api' : 'order-api', environment: isRare ? 'staging' : 'production' },
      transport: {
        kind: 'http',
        method: 'GET',
        path: `/orders/o-${place % 100_000}`,
        route: isRare ? '/vaults/:id' : '/orders/:id',
        status: isRare ? 503 : 200,
      },
      durationMs: 11,
      details: { amount: 615.02, currency: 'EUR', note: 'changed by reviewer' },
      ...(isRare ? { changes: [{ field: 'limit', before: 1, after: 2 }] } : {}),
    },
    { '/actor/email': `user${person}@example.com`, '/actor/ip': `10.${person % 250}.15.${place % 250}` },
  );
}

/** Writes the records at places `from` up to `to`, and takes them into the index. */
export async function writeReadingLog(store, from, to, log) {
  for (let written = from; written < to; written += BATCH) {
    const count = Math.min(BATCH, to - written);
    await store.append(
      'main',
      Array.from({ length: count }, (_, index) => readingEvent(written + index)),
    );
    if (written % 100_000 === 0 && written > from) {
      log(`reading: ${written.toLocaleString('en-US')} records written`);
    }
  }
  const startedAt = performance.now();
  let taken = 0;
  for (let isCaughtUp = false; !isCaughtUp;) {
    const step = await store.index().advance(INDEX_STEP);
    taken += step.records;
    isCaughtUp = step.isCaughtUp;
  }
  const perSecond = (taken * 1000) / (performance.now() - startedAt);
  log(`reading: ${taken.toLocaleString('en-US')} records taken into the index, ${Math.round(perSecond)}/s`);
  return perSecond;
}
