/**
 * A LIKE pattern (escape character `!`) for lower-cased canonical JSON that may hold an e-mail address as a value, in
 * whatever case and Unicode form. It finds a little too much rather than too little: of what JSON escapes, of letters whose
 * lower case databases do not agree on, and of a character in front of them, with which they may make up one, it says nothing.
 * Three characters of ASCII have a twin outside of it that means the same: `k` (Kelvin sign), `;` and the grave accent.
 */
export function emailPattern(email: string): string {
  const certain = email
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase())
    .replace(/["\\]|[ -~]?[^ -~]+|[!_%]/g, (found) => (/^[!_%]$/.test(found) ? `!${found}` : '%'))
    .replace(/[k;`]/g, '_');
  return `%"${certain}"%`;
}
