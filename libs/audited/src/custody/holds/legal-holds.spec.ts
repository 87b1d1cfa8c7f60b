import { anAppendableEvent } from '../../testing/audit-event.fixture.js';
import { MemoryCustody } from '../../testing/memory.custody-store.js';
import { CustodyRecords } from '../custody-records.js';
import { LegalHolds } from './legal-holds.js';

/** Records that place or lift a hold, in their order, however they came into the log. */
async function holdsOf(...events: readonly (readonly [type: string, hold: object])[]): Promise<LegalHolds> {
  const log = new MemoryCustody();
  for (const [type, hold] of events) {
    await log.append('main', [anAppendableEvent({ type, details: { hold: { ...hold } } })]);
  }
  const compose = (): never => {
    throw new Error('nothing is written here');
  };
  return new LegalHolds(new CustodyRecords({ store: log, compose }), log);
}

describe('the register of legal holds', () => {
  const [PLACED, LIFTED] = ['audit.hold_placed', 'audit.hold_lifted'];

  it('keeps both of two that were placed under one name at one time', async () => {
    const holds = await holdsOf(
      [PLACED, { name: 'case 7', selection: {} }],
      [PLACED, { name: 'case 7', selection: { actorId: 'ada' } }],
    );
    expect(await holds.active()).toMatchObject([
      { name: 'case 7', selection: {}, position: 1 },
      { name: 'case 7', selection: { actorId: 'ada' }, position: 2 },
    ]);
  });

  it('lifts what was placed before under the name, and nothing that is placed after', async () => {
    const holds = await holdsOf(
      [PLACED, { name: 'case 7', selection: {} }],
      [PLACED, { name: 'case 8', selection: {} }],
      [LIFTED, { name: 'case 7' }],
      [PLACED, { name: 'case 7', selection: { actorId: 'ada' } }],
    );
    expect((await holds.active()).map(({ name, position }) => [name, position])).toEqual([
      ['case 8', 2],
      ['case 7', 4],
    ]);
  });

  it('reads a hold that it does not understand as one on everything', async () => {
    const holds = await holdsOf([PLACED, { name: 'case 7', selection: { colour: 'red' } }]);
    expect(await holds.active()).toMatchObject([{ name: 'case 7', selection: {} }]);
  });
});
