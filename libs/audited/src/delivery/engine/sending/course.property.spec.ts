import fc from 'fast-check';
import { readRecord } from '../../../storage/stored-record.js';
import { anAppendableEvent } from '../../../testing/audit-event.fixture.js';
import { sealedRecords } from '../../../testing/sealed-records.fixture.js';
import type { DeliverableEvent } from '../../audit-exporter.js';
import type { DeliveryVerdict } from '../../delivery-verdict.js';
import type { PreparedBatch } from './batch-source.js';
import { firstCourse, outcomeOf, type Course, type CourseRules } from './course.js';

const RECORDS = sealedRecords(Array.from({ length: 120 }, () => anAppendableEvent())).map(readRecord);
const EVENTS: readonly DeliverableEvent[] = RECORDS.map((record) => ({ record, text: 'x', bytes: 1 }));

/** What a receiver is like. */
interface Nature {
  readonly maxEvents: number;
  readonly poison: ReadonlySet<number>;
  /** It tells which event it refuses. */
  readonly names: boolean;
  /** It judges events one by one. */
  readonly isBulk: boolean;
  /** Each attempt at these numbers fails as a whole. */
  readonly outages: ReadonlySet<number>;
  /** Positions that a bulk receiver has no room for at their first attempt. */
  readonly busy: ReadonlySet<number>;
}

const nature: fc.Arbitrary<Nature> = fc.record({
  maxEvents: fc.integer({ min: 1, max: 60 }),
  poison: fc.uniqueArray(fc.integer({ min: 1, max: 120 }), { maxLength: 20 }).map((list) => new Set(list)),
  names: fc.boolean(),
  isBulk: fc.boolean(),
  outages: fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 15 }).map((list) => new Set(list)),
  busy: fc.uniqueArray(fc.integer({ min: 1, max: 120 }), { maxLength: 20 }).map((list) => new Set(list)),
});

/** The engine without time, sockets and a ledger: reads, asks, follows the course. */
function deliverAll({ maxEvents, poison, names, isBulk, outages, busy }: Nature, rules: CourseRules) {
  const arrived: number[] = [];
  const dead: number[] = [];
  const wasBusy = new Set<number>();
  let course: Course = firstCourse(rules);
  let sent = 0;
  let attempts = 0;
  while (sent < EVENTS.length && attempts < 5000) {
    attempts += 1;
    const batch = batchAt(sent, course);
    if (batch.events.length === 0) {
      sent = batch.through;
      course = { ...course, stretch: undefined };
      continue;
    }
    const positions = batch.events.map(({ record }) => record.seal.position);
    const verdict = answer(positions);
    if (verdict.status === 'delivered') {
      arrived.push(...positions);
    } else if (verdict.status === 'partial') {
      const left = new Set([...verdict.refused.map(({ index }) => index), ...(verdict.again ?? [])]);
      arrived.push(...positions.filter((_, index) => !left.has(index)));
    }
    const outcome = outcomeOf(verdict, batch, course, rules);
    dead.push(...outcome.letters.map(({ position }) => position));
    course = outcome.course;
    if (outcome.fate === 'arrived') {
      sent = batch.through;
    }
  }
  return { arrived, dead, attempts };

  function answer(positions: readonly number[]): DeliveryVerdict {
    if (outages.has(attempts)) {
      return { status: 'retry', reason: 'down' };
    }
    if (positions.length > maxEvents) {
      return { status: 'split', reason: 'too large' };
    }
    const refused = positions.flatMap((position, index) => (poison.has(position) ? [index] : []));
    if (isBulk) {
      const again = positions.flatMap((position, index) =>
        busy.has(position) && !poison.has(position) && !wasBusy.has(position) ? [index] : [],
      );
      again.forEach((index) => wasBusy.add(positions[index] ?? 0));
      return refused.length === 0 && again.length === 0
        ? { status: 'delivered' }
        : { status: 'partial', reason: 'some', refused: refused.map((index) => ({ index, reason: 'bad' })), again };
    }
    const [index] = refused;
    return index === undefined
      ? { status: 'delivered' }
      : { status: 'poison', reason: 'bad', ...(names ? { index } : {}) };
  }
}

function batchAt(after: number, { cap, stretch }: Course): PreparedBatch {
  const through = stretch?.through ?? EVENTS.length;
  const events: DeliverableEvent[] = [];
  let at = after;
  for (const event of EVENTS.slice(after, through)) {
    if (events.length === cap) {
      break;
    }
    at = event.record.seal.position;
    if (stretch?.only?.has(at) !== false) {
      events.push(event);
    }
  }
  return { id: 'b', chain: 'main', after, through: at, events, bytes: events.length, letters: [], missing: 0 };
}

describe('The course of deliveries', () => {
  const rules: CourseRules = {
    maxEvents: 50,
    retry: { initialMs: 1, maxMs: 10 },
    hold: { initialMs: 1, maxMs: 10 },
    random: () => 0.5,
  };

  it('brings every event to its end: exactly the poison dies, everything else arrives once and, where the receiver takes batches whole, in order', () => {
    fc.assert(
      fc.property(nature, (receiver) => {
        const { arrived, dead, attempts } = deliverAll(receiver, rules);
        const all = EVENTS.map(({ record }) => record.seal.position);
        const ascending = (numbers: Iterable<number>): number[] => [...numbers].sort((a, b) => a - b);
        expect(ascending(dead)).toStrictEqual(ascending(receiver.poison));
        expect(ascending(arrived)).toStrictEqual(all.filter((position) => !receiver.poison.has(position)));
        if (!receiver.isBulk) {
          expect(arrived).toStrictEqual(ascending(arrived));
        }
        expect(attempts).toBeLessThan(1000);
      }),
      { numRuns: 300 },
    );
  });

  it('needs few attempts for one poison event in a large batch', () => {
    for (const position of [1, 25, 50]) {
      const receiver = { ...WELL, poison: new Set([position]) };
      expect(deliverAll(receiver, rules).attempts).toBeLessThanOrEqual(20);
    }
  });

  it('asks a receiver that took less before with few requests that are too large', () => {
    const large = { ...rules, maxEvents: 100 };
    const { attempts } = deliverAll({ ...WELL, maxEvents: 10 }, large);
    expect(attempts).toBeLessThanOrEqual(30);
  });

  it('waits longer with every hold, and looks at once when all is well again', () => {
    const batch = batchAt(0, firstCourse(rules));
    const hold = { status: 'hold', reason: 'no token', cure: 'Give one.' } as const;
    const times = { ...rules, hold: { initialMs: 30_000, maxMs: 300_000 } };
    const waits: number[] = [];
    let course = firstCourse(rules);
    for (let count = 0; count < 6; count += 1) {
      const outcome = outcomeOf(hold, batch, course, times);
      waits.push(outcome.waitMs);
      course = outcome.course;
      expect(course.cap).toBe(1);
    }
    expect(waits).toStrictEqual([30_000, 60_000, 120_000, 240_000, 300_000, 300_000]);
    const well = outcomeOf({ status: 'delivered' }, batchAt(0, course), course, times);
    expect(well.course).toStrictEqual(firstCourse(rules));
    expect(well.waitMs).toBe(0);
  });

  it('slows down when the receiver asks for it', () => {
    const batch = batchAt(0, firstCourse(rules));
    const outcome = outcomeOf({ status: 'delivered', slowDownMs: 700 }, batch, firstCourse(rules), rules);
    expect(outcome).toMatchObject({ fate: 'arrived', waitMs: 700 });
  });

  it('counts what was refused without a name, buries nothing for it, and does not send it again', () => {
    const batch = batchAt(0, firstCourse(rules));
    const verdict = { status: 'partial', reason: '3 rejected', refused: [], unnamed: 3 } as const;
    const outcome = outcomeOf(verdict, batch, firstCourse(rules), rules);
    expect(outcome).toMatchObject({ fate: 'arrived', unnamed: 3, letters: [], arrived: 47 });
  });

  it('takes events that were refused without a name for refused: when a hundred in a row are, it holds', () => {
    const batch = batchAt(0, firstCourse(rules));
    const unnamed = batch.events.length;
    const verdict = { status: 'partial', reason: 'all rejected', refused: [], unnamed } as const;
    let course = firstCourse(rules);
    let lost = 0;
    let outcome = outcomeOf(verdict, batch, course, rules);
    for (let count = 0; count < 10; count += 1) {
      outcome = outcomeOf(verdict, batch, course, rules);
      lost += outcome.unnamed;
      course = outcome.course;
    }
    expect(lost).toBe(100);
    expect(outcome).toMatchObject({ fate: 'again', trouble: { state: 'held' } });
    const some = { ...verdict, unnamed: unnamed - 1 };
    expect(outcomeOf(some, batch, course, rules)).toMatchObject({ fate: 'arrived', arrived: 1, unnamed: unnamed - 1 });
  });

  it('makes one bounded line of what an exporter says', () => {
    const batch = batchAt(0, firstCourse(rules));
    const { trouble } = outcomeOf(
      { status: 'retry', reason: `a\nb\u0007${'c'.repeat(900)}` },
      batch,
      firstCourse(rules),
      rules,
    );
    expect(trouble?.reason).toMatch(/^a b c+$/);
    expect(trouble?.reason.length).toBeLessThanOrEqual(500);
  });
});

const WELL: Nature = {
  maxEvents: 100,
  poison: new Set(),
  names: false,
  isBulk: false,
  outages: new Set(),
  busy: new Set(),
};
