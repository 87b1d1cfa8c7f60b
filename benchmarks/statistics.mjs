/** Medians of interleaved rounds, and ratios made round by round: a slow moment hits both sides alike. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Runs every variant once a round, in random order. `run(name)` gives a rate. */
export async function interleaved(names, rounds, run, onRound = () => undefined) {
  const rates = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const name of shuffled(names)) {
      rates[name].push(await run(name));
    }
    onRound(round);
  }
  return rates;
}

/** Ratio of two variants: the median of the medians, and the spread of the rounds' own ratios. */
export function ratioOf(rates, name, reference) {
  const perRound = rates[name].map((rate, round) => rate / rates[reference][round]);
  return {
    ratio: median(rates[name]) / median(rates[reference]),
    min: Math.min(...perRound),
    max: Math.max(...perRound),
  };
}

function shuffled(values) {
  const copy = [...values];
  for (let index = copy.length - 1; index > 0; index--) {
    const other = Math.floor(Math.random() * (index + 1));
    [copy[index], copy[other]] = [copy[other], copy[index]];
  }
  return copy;
}
