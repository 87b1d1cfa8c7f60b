import { VirtualDeliveryTimer } from '../../../testing/virtual.delivery-timer.js';
import type { AcquiredLease, NewDeadLetter, Settlement } from '../../delivery-ledger.js';
import { SettlementBook } from './settlement-book.js';

const HEALTH = { state: 'ok', reason: '', cure: '', failures: 0, deliveredAt: 0 } as const;
const LEASE: AcquiredLease = { destination: 'siem', holder: 'one', fence: 1, cursors: [], health: HEALTH };

function letter(position: number): NewDeadLetter {
  return { chain: 'main', position, eventId: `e-${position}`, eventType: 't', cause: 'refused', reason: 'bad' };
}

function booked() {
  const settlements: Settlement[] = [];
  const answers: ((isSettled: boolean | Error) => void)[] = [];
  const ledger = {
    settle: (_lease: unknown, settlement: Settlement) =>
      new Promise<boolean>((resolve, reject) => {
        settlements.push(settlement);
        answers.push((isSettled) => (isSettled instanceof Error ? reject(isSettled) : resolve(isSettled)));
      }),
  };
  const timer = new VirtualDeliveryTimer();
  const book = new SettlementBook(ledger, LEASE, 10_000, timer, timer.elapsed());
  const answer = async (isSettled: boolean | Error): Promise<void> => {
    await timer.pass(0);
    answers.shift()?.(isSettled);
    await timer.pass(0);
  };
  return { settlements, timer, book, answer };
}

describe('A settlement', () => {
  it('is written one after the other, however many ask for it, and loses nothing that comes meanwhile', async () => {
    const { settlements, book, answer } = booked();
    book.die([letter(1)]);
    const flushes = [book.flush(), book.flush(), book.flush()];
    await answer(true);
    book.die([letter(2)]);
    await answer(true);
    book.die([letter(3)]);
    await answer(true);
    expect(await Promise.all(flushes)).toStrictEqual([true, true, true]);
    const positions = settlements.map(({ deadLetters = [] }) => deadLetters.map(({ position }) => position));
    expect(positions).toStrictEqual([[1], [], [2]]);
    const last = book.flush();
    await answer(true);
    await last;
    expect(settlements[3]?.deadLetters).toStrictEqual([letter(3)]);
    expect(book.hasNews).toBe(false);
  });

  it('that failed leaves everything as news, also for the one that waits behind it', async () => {
    const { settlements, book, answer } = booked();
    book.move({ chain: 'main', position: 5, sent: 7 });
    book.feel({ ...HEALTH, failures: 2 });
    book.revive(4);
    book.refuseAgain(5, 'bad');
    const first = book.flush();
    const second = book.flush();
    const failed = first.catch(String);
    await answer(new Error('locked'));
    expect(await failed).toBe('Error: locked');
    expect(book.hasNews).toBe(true);
    await answer(true);
    expect(await second).toBe(true);
    expect(settlements[1]).toStrictEqual(settlements[0]);
    expect(settlements[1]).toStrictEqual({
      cursors: [{ chain: 'main', position: 5, sent: 7 }],
      deadLetters: [],
      revived: [4],
      refusedAgain: [{ sequence: 5, reason: 'bad' }],
      health: { ...HEALTH, failures: 2 },
    });
    expect(book.hasNews).toBe(false);
  });

  it('keeps what moved or was felt while it was written for the next', async () => {
    const { settlements, timer, book, answer } = booked();
    book.move({ chain: 'main', position: 1, sent: 1 });
    book.feel(HEALTH);
    const first = book.flush();
    await timer.pass(0);
    book.move({ chain: 'main', position: 2, sent: 2 });
    book.feel({ ...HEALTH, failures: 1 });
    await answer(true);
    await first;
    expect(book.hasNews).toBe(true);
    const last = book.flush();
    await answer(true);
    await last;
    expect(settlements.at(-1)).toMatchObject({
      cursors: [{ chain: 'main', position: 2, sent: 2 }],
      health: { failures: 1 },
    });
  });

  it('never lets a cursor pass dead letters that are not written yet', async () => {
    const { settlements, book, answer } = booked();
    book.die(Array.from({ length: 501 }, (_, index) => letter(index + 1)));
    book.move({ chain: 'main', position: 501, sent: 501 });
    const first = book.flush();
    await answer(true);
    await first;
    expect(settlements[0]?.cursors).toBeUndefined();
    expect(settlements[0]?.deadLetters).toHaveLength(500);
    expect(book.isUrgent).toBe(true);
    const second = book.flush();
    await answer(true);
    await second;
    expect(settlements[1]).toMatchObject({ cursors: [{ position: 501 }], deadLetters: [{ position: 501 }] });
    expect(book.hasNews).toBe(false);
  });

  it('that is refused ends the leading for good; so does time', async () => {
    const { settlements, timer, book, answer } = booked();
    await timer.pass(6000);
    const renewed = book.flush();
    await timer.pass(3000);
    await answer(true);
    await renewed;
    // It counts from when it was asked for.
    await timer.pass(6999);
    expect(book.isLeading).toBe(true);
    await timer.pass(1);
    expect(book.isLeading).toBe(false);
    const refused = book.flush();
    await answer(false);
    expect(await refused).toBe(false);
    expect(await book.flush()).toBe(false);
    expect(settlements).toHaveLength(2);
    expect(book.isLeading).toBe(false);
  });
});
