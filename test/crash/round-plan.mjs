/** How a round ends the process: each with how often it is chosen. */
const ENDINGS = {
  /** Under full load. */
  load: 40,
  /** In the first moments of the load. */
  early: 15,
  /** Under load, and the next process while it starts. */
  'start-up': 15,
  /** Under load, and the next process again, soon. */
  twice: 15,
  /** While the database is out of reach, and the next process while it catches up. */
  replay: 15,
};
const OUTAGE_SHARE = 0.35;

/** What the next process does before it is killed too. */
const NEXT_DEATHS = {
  'start-up': (random) => ({ during: 'start', afterMs: random.between(20, 900) }),
  twice: (random) => ({ during: 'load', afterMs: random.between(10, 150) }),
  replay: (random) => ({ during: 'idle', afterMs: random.between(0, 150) }),
};

/**
 * @typedef {object} RoundPlan
 * @property {'express' | 'fastify'} adapter
 * @property {string} variant how the application uses the database
 * @property {string} ending
 * @property {number} killAfterMs
 * @property {number} killAfterAnswers so that a slow machine kills under load, too
 * @property {{ during: 'start' | 'load' | 'idle', afterMs: number } | undefined} nextDeath
 * @property {{ kind: string, fromMs: number, forMs: number } | undefined} outage
 */

/**
 * What happens in a round. Everything random about it is decided here, so that the seed repeats it.
 *
 * @returns {RoundPlan}
 */
export function planRound(round, random, { outages, variants }) {
  const variant = random.weighted(variants);
  const ending = random.weighted(ENDINGS);
  const killAfterMs = ending === 'early' ? random.between(0, 60) : random.between(150, 900);
  // The first round of every run has one: a short run must not leave the spool out.
  const isOut = random.chance(OUTAGE_SHARE) || ending === 'replay' || round === 0;
  const fromMs = random.between(0, killAfterMs);
  // Longer than the commit time-out, so that the spool takes over; sometimes beyond the death of the process.
  const outage = { kind: random.weighted(outages), fromMs, forMs: random.between(400, 900) };
  return {
    adapter: round % 2 === 0 ? 'express' : 'fastify',
    variant,
    ending,
    killAfterMs: ending === 'replay' ? fromMs + 350 : killAfterMs,
    killAfterAnswers: ending === 'early' ? 0 : random.between(20, 120),
    nextDeath: NEXT_DEATHS[ending]?.(random),
    outage: isOut ? outage : undefined,
  };
}

/** The plan in a few words, for the log of a run. */
export function inWords({ adapter, variant, ending, killAfterMs, nextDeath, outage }) {
  const next = nextDeath === undefined ? '' : `, then in ${nextDeath.during} after ${nextDeath.afterMs} ms`;
  const out = outage === undefined ? '' : `, ${outage.kind} at ${outage.fromMs} for ${outage.forMs} ms`;
  return `${adapter} ${variant} ${ending}: killed after ${killAfterMs} ms${next}${out}`;
}
