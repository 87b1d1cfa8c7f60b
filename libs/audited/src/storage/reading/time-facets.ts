/** Day and month in which an event occurred: with them a time range of long ago is found without reading what came after. */
const DAY = { facet: 20, length: 'YYYY-MM-DD'.length, next: (time: Date) => time.setUTCDate(time.getUTCDate() + 1) };
const MONTH = {
  facet: 21,
  length: 'YYYY-MM'.length,
  next: (time: Date) => time.setUTCMonth(time.getUTCMonth() + 1, 1),
};

/** Times of another form compare as texts outside of every range between two times of this form. */
const FORM = /^\d{4}-\d{2}-\d{2}T/;

/** The facets of a time, an ISO text. */
export function timeFacets(occurredAt: string): readonly (readonly [facet: number, value: string])[] {
  return FORM.test(occurredAt)
    ? [DAY, MONTH].map(({ facet, length }) => [facet, occurredAt.slice(0, length)] as const)
    : [];
}

/**
 * The values that hold every event of a time range: days, or months where there would be too many.
 *
 * @param from ISO text, included
 * @param to ISO text, not included
 * @returns `undefined` when more than `most` would be needed
 */
export function rangeFacets(
  from: string,
  to: string,
  most: number,
): { readonly facet: number; readonly values: readonly string[] } | undefined {
  if (!FORM.test(from) || !FORM.test(to)) {
    return undefined;
  }
  for (const { facet, length, next } of [DAY, MONTH]) {
    const values: string[] = [];
    const last = to.slice(0, length);
    const time = new Date(`${from.slice(0, 10)}T00:00:00.000Z`);
    while (values.length <= most) {
      const value = time.toISOString().slice(0, length);
      if (value > last) {
        return { facet, values };
      }
      values.push(value);
      next(time);
    }
  }
  return undefined;
}
