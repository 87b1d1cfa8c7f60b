/** A text of at most so many characters, and `...` where it was longer; no character is split. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) {
    return text;
  }
  const last = text.charCodeAt(most - 1);
  const splits = last >= 0xd800 && last <= 0xdbff;
  return `${text.slice(0, splits ? most - 1 : most)}...`;
}
