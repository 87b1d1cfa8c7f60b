/**
 * What a text is behind a format of keys and values, told character by character: U+FFFD for half a surrogate pair, a
 * space for a control character, nothing around it, and no more bytes than there is room for.
 *
 * @param keeps control characters that the format has an escape for
 */
export function carriedText(text: string, bytes: number, keeps = ''): string {
  let clean = '';
  for (const character of keeps === '' ? text.replaceAll('\r\n', '\n') : text) {
    const point = character.codePointAt(0) as number;
    const control = point < 32 || (point >= 127 && point < 160) || point === 0x20_28 || point === 0x20_29;
    if (point >= 0xd8_00 && point < 0xe0_00) clean += '\ufffd';
    else clean += control && !keeps.includes(character) ? ' ' : character;
  }
  let carried = '';
  let size = 0;
  for (const character of clean.trim()) {
    size += Buffer.byteLength(character);
    if (size > bytes) break;
    carried += character;
  }
  return carried.trimEnd();
}
