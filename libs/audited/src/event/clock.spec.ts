import { systemClock } from './clock.js';

describe('systemClock', () => {
  it('tells the time of the machine in milliseconds since the epoch', () => {
    const before = Date.now();
    const told = systemClock.now();
    expect(told).toBeGreaterThanOrEqual(before);
    expect(told).toBeLessThanOrEqual(Date.now());
  });
});
