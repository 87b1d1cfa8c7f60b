import type { HecEnvelope } from '../hec/hec-envelopes.js';
import { EventLog, type ReceivedEvent } from './event-log.js';

const AT = new Date('2026-11-30T12:00:00.000Z');

const envelope = (position: number, chain = 'main'): HecEnvelope => ({
  event: { event: { id: `${chain}-${position}` } },
  fields: { audit_event_id: `${chain}-${position}`, audit_chain: chain, audit_position: position },
});

function logOf(...envelopes: readonly HecEnvelope[]): EventLog {
  const log = new EventLog(3, () => AT);
  log.add(envelopes);
  return log;
}

const shown = (log: EventLog, limit = 10) => JSON.parse(log.latest(limit)) as readonly ReceivedEvent[];

describe('EventLog', () => {
  it('has counted nothing at the beginning', () => {
    expect(logOf().counts()).toEqual({
      received: 0,
      distinct: 0,
      duplicates: 0,
      outOfOrder: 0,
      withoutId: 0,
      kept: 0,
      lastReceivedAt: null,
      chains: {},
    });
  });

  it('keeps the latest, the newest first, and counts all', () => {
    const log = logOf(envelope(1), envelope(2), envelope(3), envelope(4));
    expect(shown(log).map(({ sequence, position }) => [sequence, position])).toEqual([
      [4, 4],
      [3, 3],
      [2, 2],
    ]);
    expect(shown(log, 1).map(({ id }) => id)).toEqual(['main-4']);
    expect(log.counts()).toMatchObject({ received: 4, distinct: 4, kept: 3, lastReceivedAt: AT.toISOString() });
  });

  it('tells a repetition from an event that comes too late', () => {
    const log = logOf(envelope(1), envelope(3), envelope(1), envelope(2));
    expect(shown(log).map(({ position, isDuplicate, isOutOfOrder }) => [position, isDuplicate, isOutOfOrder])).toEqual([
      [2, false, true],
      [1, true, false],
      [3, false, false],
    ]);
    expect(log.counts()).toMatchObject({ received: 4, distinct: 3, duplicates: 1, outOfOrder: 1 });
  });

  it('keeps the order of each chain apart', () => {
    const log = logOf(envelope(5, 'a'), envelope(1, 'b'), envelope(6, 'a'), envelope(2, 'b'));
    expect(log.counts()).toMatchObject({ outOfOrder: 0, chains: { a: 6, b: 2 } });
  });

  it('takes events without an id, and calls none of them a repetition', () => {
    const log = logOf({ event: 'the same text' }, { event: 'the same text' });
    expect(log.counts()).toMatchObject({ received: 2, distinct: 0, duplicates: 0, withoutId: 2 });
  });

  it('knows an event by its record where there are no indexed fields', () => {
    const record = { event: { id: 'x', type: 'deploy.initiated' }, seal: { chain: 'main', position: 7 } };
    const [event] = shown(logOf({ event: record }));
    expect(event).toMatchObject({ id: 'x', type: 'deploy.initiated', chain: 'main', position: 7, event: record });
  });

  it('keeps fewer events when they are large', () => {
    const large = { event: 'x'.repeat(30 * 2 ** 20) };
    expect(logOf(large, large, large).counts()).toMatchObject({ received: 3, kept: 2 });
  });

  it('forgets everything when it is cleared', () => {
    const log = logOf(envelope(1), envelope(2));
    log.clear();
    expect(log.counts()).toMatchObject({ received: 0, kept: 0, chains: {}, lastReceivedAt: null });
    expect(shown(log)).toEqual([]);
    log.add([envelope(1)]);
    expect(log.counts()).toMatchObject({ distinct: 1, duplicates: 0, outOfOrder: 0 });
  });
});
