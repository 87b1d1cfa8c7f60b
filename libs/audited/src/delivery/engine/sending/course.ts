import type { ChainId } from '../../../event/audit-record.js';
import { singleLine } from '../../../formats/plain-text.js';
import type { DeliverableEvent } from '../../audit-exporter.js';
import type { NewDeadLetter } from '../../delivery-ledger.js';
import type { DeliveryVerdict } from '../../delivery-verdict.js';
import type { HoldTimes, RetryTimes } from '../../destination.options.js';
import { holdDelayMs, retryDelayMs } from './backoff.js';
import { deadLetterOf, type PreparedBatch } from './batch-source.js';

/** A stretch of a chain that has to be settled before anything behind it. */
export interface Stretch {
  readonly chain: ChainId;
  readonly through: number;
  /** The positions in it that are still to be sent; absent: all. */
  readonly only?: ReadonlySet<number>;
}

/** What earlier attempts taught about the next one. */
export interface Course {
  /** How many events the next batch may have. */
  readonly cap: number;
  /** How the cap grows back: `slowly` where the receiver found requests too large, which it will do again. */
  readonly growth: 'at-once' | 'slowly';
  readonly stretch: Stretch | undefined;
  /** Attempts in a row at which nothing arrived. */
  readonly failures: number;
  readonly holds: number;
  /** Events in a row that were refused, with none between that arrived. */
  readonly refusals: number;
  /** Attempts in a row at which the exporter itself was broken. */
  readonly breakdowns: number;
}

/** What follows from a verdict. */
export interface Outcome {
  readonly course: Course;
  /**
   * `arrived`: the batch is settled, except for what `letters` names. `on-its-way`: it will be told. `again`: it, or what
   * `course.stretch` leaves of it, is sent again.
   */
  readonly fate: 'arrived' | 'on-its-way' | 'again';
  readonly letters: readonly NewDeadLetter[];
  /** How many events the receiver has now that it had not before. */
  readonly arrived: number;
  /** How many it refused without saying which. */
  readonly unnamed: number;
  readonly waitMs: number;
  /** Absent: all is well. */
  readonly trouble?: { readonly state: 'retrying' | 'held'; readonly reason: string; readonly cure: string };
}

/** What the decisions depend on besides the verdict. */
export interface CourseRules {
  readonly maxEvents: number;
  readonly retry: RetryTimes;
  readonly hold: HoldTimes;
  readonly random: () => number;
}

/** When so many events in a row are refused, it is not the events' fault. */
export const MOST_REFUSALS = 100;
/** An exporter that breaks down so often in a row is left alone for longer. */
const MOST_BREAKDOWNS = 10;
/** The cap grows back to its limit in so many steps. */
const SLOW_STEPS = 50;

export function firstCourse({ maxEvents }: Pick<CourseRules, 'maxEvents'>): Course {
  return {
    cap: maxEvents,
    growth: 'at-once',
    stretch: undefined,
    failures: 0,
    holds: 0,
    refusals: 0,
    breakdowns: 0,
  };
}

/** Decides what a verdict on a batch means for the next one. Pure. */
export function outcomeOf(
  verdict: DeliveryVerdict,
  batch: PreparedBatch,
  course: Course,
  rules: CourseRules,
  isBroken = false,
): Outcome {
  const only = batch.events.length === 1 ? batch.events[0] : undefined;
  switch (verdict.status) {
    case 'delivered':
    case 'sent':
      return {
        ...settled(batch, arrivedCourse(batch, course, rules), [], batch.events.length),
        fate: verdict.status === 'sent' ? 'on-its-way' : 'arrived',
        waitMs: verdict.slowDownMs ?? 0,
      };
    case 'partial':
      return partial(verdict, batch, course, rules);
    case 'retry':
      return isBroken && course.breakdowns + 1 >= MOST_BREAKDOWNS
        ? held(verdict.reason, verdict.cure ?? '', undefined, course, rules, 1)
        : retried(verdict, batch, { ...course, breakdowns: isBroken ? course.breakdowns + 1 : 0 }, rules);
    case 'split':
      return only === undefined
        ? narrowed(batch, { ...course, growth: 'slowly' })
        : refused(only, 'too-large', verdict.reason, batch, course, rules);
    case 'poison': {
      const named = verdict.index === undefined ? only : batch.events[verdict.index];
      return named === undefined
        ? narrowed(batch, course)
        : refused(named, 'refused', verdict.reason, batch, course, rules);
    }
    case 'hold':
      return held(verdict.reason, verdict.cure, verdict.afterMs, course, rules);
  }
}

function partial(
  verdict: Extract<DeliveryVerdict, { status: 'partial' }>,
  batch: PreparedBatch,
  course: Course,
  rules: CourseRules,
): Outcome {
  const { events } = batch;
  const places = new Set(verdict.refused.map(({ index }) => index));
  const again = (verdict.again ?? []).filter((index) => !places.has(index));
  const arrived = events.length - places.size - new Set(again).size - (verdict.unnamed ?? 0);
  const refusals = arrived > 0 ? 0 : course.refusals + places.size + (verdict.unnamed ?? 0);
  if (refusals > MOST_REFUSALS) {
    return everythingRefused(verdict.reason, course, rules);
  }
  const letters = verdict.refused.flatMap(({ index, reason }) => {
    const event = events[index];
    return event === undefined ? [] : [deadLetterOf(event.record, 'refused', line(reason))];
  });
  const told = { unnamed: verdict.unnamed ?? 0, letters: [...batch.letters, ...letters] };
  if (again.length === 0) {
    return { ...settled(batch, { ...arrivedCourse(batch, course, rules), refusals }, letters, arrived), ...told };
  }
  const stretch = stretchOf(again, batch, course.stretch);
  // What arrived is progress: the wait begins anew.
  const failures = arrived > 0 ? 1 : course.failures + 1;
  return {
    ...retried(verdict, batch, { ...course, stretch, refusals, failures: failures - 1, breakdowns: 0 }, rules),
    ...told,
    arrived: Math.max(0, arrived),
  };
}

function retried(
  verdict: { readonly reason: string; readonly cure?: string; readonly afterMs?: number },
  batch: PreparedBatch,
  course: Course,
  { retry, random }: CourseRules,
): Outcome {
  const failures = course.failures + 1;
  return {
    ...again({ ...course, failures, stretch: course.stretch ?? { chain: batch.chain, through: batch.through } }),
    waitMs: retryDelayMs(failures, retry, verdict.afterMs, random),
    trouble: { state: 'retrying', reason: line(verdict.reason), cure: line(verdict.cure ?? '') },
  };
}

/** Half the batch: either it is small enough, or the poison is in the other half. */
function narrowed(batch: PreparedBatch, course: Course): Outcome {
  const cap = Math.max(1, Math.floor(batch.events.length / 2));
  return again({ ...course, cap, stretch: course.stretch ?? { chain: batch.chain, through: batch.through } });
}

/** One event can never be taken; nothing else of the batch has arrived. */
function refused(
  event: DeliverableEvent,
  cause: NewDeadLetter['cause'],
  reason: string,
  batch: PreparedBatch,
  course: Course,
  rules: CourseRules,
): Outcome {
  const refusals = course.refusals + 1;
  if (refusals > MOST_REFUSALS) {
    return everythingRefused(reason, course, rules);
  }
  const letter = deadLetterOf(event.record, cause, line(reason));
  if (batch.events.length === 1) {
    return settled(batch, { ...arrivedCourse(batch, course, rules), refusals }, [letter], 0);
  }
  const others = batch.events.flatMap((other, index) => (other === event ? [] : [index]));
  return {
    ...again({ ...course, refusals, stretch: stretchOf(others, batch, course.stretch) }),
    letters: [...batch.letters, letter],
  };
}

function everythingRefused(reason: string, course: Course, rules: CourseRules): Outcome {
  return held(
    `${MOST_REFUSALS} events in a row were refused: ${reason}`,
    'Nothing more is given up. Mend the receiver (its index, mapping or stream), or the format; "resume" lets so many more go.',
    undefined,
    course,
    rules,
  );
}

function held(
  reason: string,
  cure: string,
  afterMs: number | undefined,
  course: Course,
  rules: CourseRules,
  breakdowns = 0,
): Outcome {
  const holds = course.holds + 1;
  return {
    // One event is probe enough.
    ...again({ ...course, holds, failures: course.failures + 1, cap: 1, growth: 'at-once', breakdowns }),
    waitMs: holdDelayMs(holds, rules.hold, afterMs),
    trouble: { state: 'held', reason: line(reason), cure: line(cure) },
  };
}

function again(course: Course): Outcome {
  return { course, fate: 'again', letters: [], arrived: 0, unnamed: 0, waitMs: 0 };
}

function settled(batch: PreparedBatch, course: Course, letters: readonly NewDeadLetter[], arrived: number): Outcome {
  return { course, fate: 'arrived', letters: [...batch.letters, ...letters], arrived, unnamed: 0, waitMs: 0 };
}

function arrivedCourse(batch: PreparedBatch, course: Course, { maxEvents }: CourseRules): Course {
  const isOpen = course.stretch !== undefined && course.stretch.through > batch.through;
  const grown =
    course.growth === 'slowly' ? Math.min(maxEvents, course.cap + Math.ceil(maxEvents / SLOW_STEPS)) : maxEvents;
  // Within a stretch that holds poison somewhere, a batch as large as before would only meet it again.
  const cap = isOpen && course.holds === 0 ? Math.min(grown, course.cap * 2) : grown;
  return {
    cap,
    growth: cap === maxEvents ? 'at-once' : course.growth,
    stretch: isOpen ? course.stretch : undefined,
    failures: 0,
    holds: 0,
    refusals: 0,
    breakdowns: 0,
  };
}

/** What is left of a batch, and of the stretch that it was part of. */
function stretchOf(places: readonly number[], batch: PreparedBatch, before: Stretch | undefined): Stretch {
  const positions = places.flatMap((index) => batch.events[index]?.record.seal.position ?? []);
  const later = [...(before?.only ?? [])].filter((position) => position > batch.through);
  const through = before?.only === undefined ? batch.through : before.through;
  return { chain: batch.chain, through, only: new Set([...positions, ...later]) };
}

const MOST_CHARACTERS = 500;

function line(text: string): string {
  return singleLine(text).slice(0, MOST_CHARACTERS);
}
