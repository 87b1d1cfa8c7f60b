import type { SecretDetector, SecretSpan } from './secret-spans.js';

const SCHEME = /\b(bearer|basic)(?:\s|%20|\+){1,16}(["']?[A-Za-z0-9._~+/=%:-]+)/gi;

/** What follows the word "bearer" in a sentence about tokens, not in a header. */
const BEARER_PROSE =
  /^(?:bearer|basic|tokens?|auth|authentication|authorization|scheme|credentials?|header|of|is|was|and|or|not|in|for|missing|required|invalid|expired|realm=?|error=?)$/i;

/**
 * `Bearer ...` and `Basic ...`: the scheme word stays, what follows is hidden. "Basic plan" is left alone: the
 * credentials must look encoded.
 */
export const findSchemeCredentials: SecretDetector = (text) => {
  const spans: SecretSpan[] = [];
  SCHEME.lastIndex = 0;
  for (let match = SCHEME.exec(text); match !== null; match = SCHEME.exec(text)) {
    const [whole, scheme = '', credential = ''] = match;
    const end = match.index + whole.length;
    const start = end - credential.length;
    const hidden = scheme.toLowerCase() === 'basic' ? looksEncoded(credential) : !BEARER_PROSE.test(credential);
    if (hidden) spans.push({ start, end });
    // `Bearer Bearer x`: the second word is looked at again.
    else SCHEME.lastIndex = start;
  }
  return spans;
};

function looksEncoded(credential: string): boolean {
  if (/[0-9+/=%]/.test(credential) || /.[A-Z]/.test(credential)) return true;
  return Buffer.from(credential, 'base64').includes(':');
}

const KEY_BEGIN = /-----BEGIN [A-Z0-9 ]{0,64}PRIVATE KEY(?: BLOCK)?-----/g;
const KEY_END = /-----END [A-Z0-9 ]{0,64}-----/g;

/** PEM and PGP private keys, to their end line or, where that is missing, to the end of the text. */
export const findPrivateKeys: SecretDetector = (text) => {
  const spans: SecretSpan[] = [];
  let end = 0;
  for (const begin of text.matchAll(KEY_BEGIN)) {
    if (begin.index < end) continue;
    KEY_END.lastIndex = begin.index + begin[0].length;
    end = KEY_END.test(text) ? KEY_END.lastIndex : text.length;
    spans.push({ start: begin.index, end });
  }
  return spans;
};

const AUTHORITY = /[^/?#\s"'<>]*/y;
/** A raw password may hold a slash; it is looked for a short way only, since this look starts at every URL. */
const TO_LATER_AT = /[^\s"'<>@]{0,128}@/y;
const PORT = /^:\d*$/;

/** Passwords in URLs: `postgres://user:password@host`. The user's name stays. */
export const findUrlPasswords: SecretDetector = (text) => {
  const spans: SecretSpan[] = [];
  for (let at = text.indexOf('://'); at !== -1; at = text.indexOf('://', at + 3)) {
    AUTHORITY.lastIndex = at + 3;
    const authority = AUTHORITY.exec(text)?.[0] ?? '';
    const colon = authority.indexOf(':');
    if (colon === -1) continue;
    const start = at + 3 + colon + 1;
    const end = at + 3 + authority.lastIndexOf('@');
    if (end >= start) spans.push({ start, end });
    else if (end < at + 3 && !PORT.test(authority.slice(colon))) {
      TO_LATER_AT.lastIndex = start;
      if (TO_LATER_AT.test(text)) spans.push({ start, end: TO_LATER_AT.lastIndex - 1 });
    }
  }
  return spans.filter(({ start, end }) => end > start);
};
