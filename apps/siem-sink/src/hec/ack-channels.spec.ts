import { AckChannels } from './ack-channels.js';

const DELAY_MS = 300;

describe('AckChannels', () => {
  let clockMs = 0;
  let acks: AckChannels;

  beforeEach(() => {
    clockMs = 0;
    acks = new AckChannels(DELAY_MS, () => clockMs);
  });

  it('acknowledges a request a moment after it was taken, and only once', () => {
    const ackId = acks.take('a');
    clockMs = DELAY_MS - 1;
    expect(acks.tell('a', ackId)).toBe(false);
    clockMs = DELAY_MS;
    expect([acks.tell('a', ackId), acks.tell('a', ackId)]).toEqual([true, false]);
  });

  it('numbers the requests of each channel from 0, and tells nothing about those of another', () => {
    expect([acks.take('a'), acks.take('a'), acks.take('b')]).toEqual([0, 1, 0]);
    clockMs = DELAY_MS;
    expect([acks.tell('b', 1), acks.tell('c', 0), acks.tell('a', 1)]).toEqual([false, false, true]);
  });

  it('is full when nobody asks, and has room again when somebody does', () => {
    while (!acks.isFull('a')) acks.take('a');
    clockMs = DELAY_MS;
    expect(acks.tell('a', 0)).toBe(true);
    expect(acks.isFull('a')).toBe(false);
  });

  it('forgets the channel that was unused for longest', () => {
    acks.take('old');
    acks.take('used');
    for (let count = 0; count < 998; count += 1) acks.take(`filler-${count}`);
    acks.take('used');
    acks.take('one more');
    clockMs = DELAY_MS;
    expect([acks.tell('old', 0), acks.tell('used', 0)]).toEqual([false, true]);
  });
});
