import fc from 'fast-check';
import { HIDDEN_CHANGES } from './hidden-change.js';
import type { LifeEvent } from './living-log.js';

const someone = fc.integer({ min: 0, max: 2 });
const lifeEvent: fc.Arbitrary<LifeEvent> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      count: fc.integer({ min: 1, max: 12 }),
      isOld: fc.boolean(),
      chain: fc.constantFrom('main' as const, 'tenant:b' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('checkpoint' as const, 'prune' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom('restart' as const, 'rotate-key' as const, 'rotate-seal' as const) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('hold' as const, 'lift' as const, 'erase' as const), actor: someone }),
  },
);
/** Any sequence of what may happen to a log, and changes that somebody may hide in what came of it. */
export const life = fc.record({
  isKeyed: fc.boolean(),
  /** Somebody has done something before anything can happen to it. */
  begin: fc.integer({ min: 1, max: 12 }),
  events: fc.array(lifeEvent, { minLength: 2, maxLength: 12 }),
  changes: fc.array(
    fc.record({ change: fc.constantFrom(...HIDDEN_CHANGES), at: fc.double({ min: 0, max: 1, noNaN: true }) }),
    {
      minLength: 6,
      maxLength: 6,
    },
  ),
});
