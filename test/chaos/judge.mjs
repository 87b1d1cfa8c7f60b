/** What must hold, whatever went wrong meanwhile. */

const PICKY = 'picky';

/**
 * @param {object} evidence
 * @param {readonly { id: string, position: number, isPoison: boolean }[]} evidence.records what is in the log
 * @param {readonly any[]} evidence.receivers what they remember
 * @param {readonly { destination: string, eventId: string }[]} evidence.letters the dead letters
 * @param {boolean} evidence.isSettled whether every destination came to its end
 */
export function judge({ records, receivers, letters, isSettled }) {
  const poison = new Set(records.filter(({ isPoison }) => isPoison).map(({ id }) => id));
  const lines = receivers.map((receiver) => lineOf(receiver, records, letters, poison));
  const sum = (name) => lines.reduce((total, line) => total + line[name], 0);
  const dead = new Set(letters.filter(({ destination }) => destination === PICKY).map(({ eventId }) => eventId));
  const wrongLetters =
    letters.filter(({ destination, eventId }) => destination !== PICKY || !poison.has(eventId)).length +
    [...poison].filter((id) => !dead.has(id)).length;
  return {
    lines,
    destinations: receivers.length,
    records: records.length,
    missing: sum('missing'),
    outOfOrder: sum('outOfOrder'),
    duplicates: sum('duplicates'),
    unexplained: sum('unexplained'),
    deadLetters: letters.length,
    poison: poison.size,
    wrongLetters,
    healthyLagMs: lines.find(({ name }) => name === 'healthy')?.lagMs ?? Number.POSITIVE_INFINITY,
    isSettled,
  };
}

function lineOf(receiver, records, letters, poison) {
  const { name, arrivals, outOfOrder, duplicates, unexplained } = receiver;
  const dead = new Set(letters.filter(({ destination }) => destination === name).map(({ eventId }) => eventId));
  const missing = records.filter(({ id }) => !arrivals.has(id) && !dead.has(id)).length;
  const lags = [...arrivals.values()].map(({ at, recordedAt }) => at - recordedAt);
  return {
    name,
    arrived: arrivals.size,
    missing,
    outOfOrder,
    duplicates,
    unexplained,
    dead: dead.size,
    poison: name === PICKY ? poison.size : 0,
    lagMs: lags.reduce((most, lag) => Math.max(most, lag), 0),
  };
}
