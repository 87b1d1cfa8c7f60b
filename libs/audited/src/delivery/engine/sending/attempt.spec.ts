import { VirtualDeliveryTimer } from '../../../testing/virtual.delivery-timer.js';
import type { DeliveryBatch } from '../../audit-exporter.js';
import type { DeliveryVerdict } from '../../delivery-verdict.js';
import { resolveDestination } from '../../destination.options.js';
import { attempt } from './attempt.js';

const BATCH: DeliveryBatch = { id: 'b', attempt: 1, events: Array(3).fill({ record: {}, text: 'x', bytes: 1 }) };
const STOP = new AbortController().signal;

function answering(verdict: unknown) {
  const destination = resolveDestination(
    { name: 'siem', exporter: () => Promise.resolve(verdict as DeliveryVerdict) },
    'destination',
  );
  return attempt(destination, BATCH, STOP, new VirtualDeliveryTimer());
}

describe('What an exporter answers', () => {
  it.each<[string, DeliveryVerdict]>([
    ['delivered', { status: 'delivered', slowDownMs: 0 }],
    ['sent', { status: 'sent', handle: '' }],
    ['partial', { status: 'partial', reason: '', refused: [{ index: 2, reason: '' }], again: [0], unnamed: 1 }],
    ['retry', { status: 'retry', reason: '', cure: '', afterMs: 3_600_000 }],
    ['split', { status: 'split', reason: '' }],
    ['poison', { status: 'poison', reason: '', index: 2 }],
    ['hold', { status: 'hold', reason: '', cure: '', afterMs: 1 }],
  ])('is taken as it is when it makes sense: %s', async (_status, verdict) => {
    expect(await answering(verdict)).toStrictEqual({ verdict, isBroken: false });
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['an unknown status', { status: 'ok' }],
    ['a wait that never ends', { status: 'retry', reason: '', afterMs: Number.POSITIVE_INFINITY }],
    ['a wait that is no number', { status: 'retry', reason: '', afterMs: Number.NaN }],
    ['a wait that is a text', { status: 'delivered', slowDownMs: '5' }],
    ['a wait before now', { status: 'hold', reason: '', cure: '', afterMs: -1 }],
    ['a cure that is no text', { status: 'retry', reason: '', cure: 5 }],
    ['a refusal without a reason', { status: 'partial', reason: '', refused: [{ index: 0 }] }],
    ['a refusal of nothing', { status: 'partial', reason: '', refused: [null] }],
    ['a place behind the last', { status: 'partial', reason: '', refused: [], again: [3] }],
    ['a poison before the first', { status: 'poison', reason: '', index: -1 }],
    ['more refusals than events', { status: 'partial', reason: '', refused: [], unnamed: 4 }],
    ['less than no refusal', { status: 'partial', reason: '', refused: [], unnamed: -1 }],
    ['a sent batch without a handle', { status: 'sent' }],
    ['a hold without a cure', { status: 'hold', reason: '' }],
    ['a split without a reason', { status: 'split' }],
  ])('is tried again with care when it makes none: %s', async (_what, verdict) => {
    expect(await answering(verdict)).toMatchObject({ isBroken: true, verdict: { status: 'retry' } });
  });

  it('is not waited for longer than it may take, and a little more once it was told to give up', async () => {
    const timer = new VirtualDeliveryTimer();
    const toldAt: number[] = [];
    const startedAt = timer.elapsed();
    const destination = resolveDestination(
      {
        name: 'siem',
        timeoutMs: 10_000,
        exporter: (_batch, signal) => {
          signal.addEventListener('abort', () => toldAt.push(timer.elapsed() - startedAt));
          return new Promise(() => undefined);
        },
      },
      'destination',
    );
    const stop = new AbortController();
    const slow = attempt(destination, BATCH, stop.signal, timer).then(() => timer.elapsed() - startedAt);
    await timer.pass(20_000);
    expect([toldAt, await slow]).toStrictEqual([[10_000], 15_000]);
    const ended = attempt(destination, BATCH, stop.signal, timer).then(() => timer.elapsed() - startedAt);
    await timer.pass(1000);
    stop.abort();
    await timer.pass(5000);
    expect([toldAt, await ended]).toStrictEqual([[10_000, 21_000], 21_500]);
    const late = await attempt(destination, BATCH, stop.signal, timer);
    expect(late).toStrictEqual({ verdict: { status: 'retry', reason: 'given up' }, isBroken: false });
  });
});
