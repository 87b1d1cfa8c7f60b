import { deliveryLedgerContract } from './delivery-ledger.contract.js';
import { FixedClock } from './fixed.clock.js';
import { MemoryCustody } from './memory.custody-store.js';
import { MemoryDeliveryLedger } from './memory.delivery-ledger.js';

describe('MemoryDeliveryLedger', () => {
  const cases = deliveryLedgerContract(() => {
    const store = new MemoryCustody();
    return { store, ledger: new MemoryDeliveryLedger({ heads: () => store.heads() }) };
  });

  it.each(cases.map(({ promise, run }) => [promise, run] as const))('%s', (_promise, run) => run());

  it('goes by the given clock', async () => {
    const clock = new FixedClock(1000);
    const ledger = new MemoryDeliveryLedger({ clock });
    await ledger.register({ name: 'a', type: 't', endpoint: '', isRequired: false, startFrom: 'now' });
    const lease = await ledger.acquire('a', 'one', 500);
    clock.advance(499);
    expect((await ledger.destinations())[0]?.leaseLeftMs).toBe(1);
    expect(await ledger.acquire('a', 'two', 500)).toBeUndefined();
    clock.advance(1);
    expect((await ledger.acquire('a', 'two', 500))?.fence).toBeGreaterThan(lease?.fence ?? Infinity);
  });
});
