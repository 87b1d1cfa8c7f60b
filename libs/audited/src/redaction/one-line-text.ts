import { isInvisible } from './secrets/text-screen.js';

/**
 * Writes characters that could forge or hide a part of a log line as visible text: a line feed becomes the six
 * characters `\u000a`.
 */
export function visibleText(text: string): string {
  let visible = '';
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (!isInvisible(code)) continue;
    visible += `${text.slice(from, at)}\\u${code.toString(16).padStart(4, '0')}`;
    from = at + 1;
  }
  return visible + text.slice(from);
}
