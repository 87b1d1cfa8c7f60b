/**
 * A LIKE pattern (escape character `!`) for lower-cased canonical JSON that may hold an e-mail address as a value, in
 * whatever case. It finds a little too much rather than too little: of what JSON escapes, and of letters whose lower case
 * databases do not agree on, it says nothing.
 */
export function emailPattern(email: string): string {
  const certain = email
    .toLowerCase()
    .replace(/[!_%]/g, '!$&')
    .replace(/["\\]|[^ -~]+/g, '%');
  return `%"${certain}"%`;
}
