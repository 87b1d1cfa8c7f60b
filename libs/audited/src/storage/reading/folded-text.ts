/**
 * A text as searches compare it: upper and lower case, composed and decomposed letters, and kinds and amounts of white
 * space make no difference. The same on every database, because no database does it.
 *
 * Never holds NUL or half a surrogate pair, which not every database keeps, nor a line break.
 */
export function foldedText(text: string): string {
  return (
    text
      .toWellFormed()
      .replaceAll('\0', '\uFFFD')
      .replaceAll(/\s+/g, ' ')
      .normalize('NFC')
      .toLowerCase()
      // Which of the two small sigmas JavaScript writes depends on what follows; a word may be looked for in a longer one.
      .replaceAll('ς', 'σ')
  );
}
