/** Datadog cuts a tag here; name, colon and value together. */
const MOST_CHARACTERS = 200;

export function isTagName(name: string): boolean {
  return /^[a-z][a-z0-9_\-./]{0,99}$/.test(name);
}

/**
 * A tag as Datadog would store it: lower case, `_` for what a tag cannot hold. A comma above all: it would begin another tag.
 *
 * @see https://docs.datadoghq.com/getting_started/tagging/#define-tags
 */
export function tagText(name: string, value: string): string {
  const allowed = value
    .toWellFormed()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_\-:./]/gu, '_');
  // By code points: a cut must not leave half of one.
  return Array.from(`${name}:${allowed}`).slice(0, MOST_CHARACTERS).join('');
}
