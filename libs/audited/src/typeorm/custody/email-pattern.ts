/**
 * A LIKE pattern (escape character `!`) for lower-cased canonical JSON that may hold an e-mail address as a value, in
 * whatever case. It finds a little too much rather than too little: of what JSON escapes, and of letters whose lower case
 * databases do not agree on, it says nothing. Two of those have a lower case that is made of A to Z: the Kelvin sign's is
 * `k`, and that of the capital I with a dot is `i` and a combining dot.
 */
export function emailPattern(email: string): string {
  const certain = email
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase())
    .replace(/[!_%]/g, '!$&')
    .replace(/["\\]|i?[^ -~]+/g, '%')
    .replace(/k/g, '_');
  return `%"${certain}"%`;
}
