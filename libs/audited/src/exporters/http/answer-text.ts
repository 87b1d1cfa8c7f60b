import { shortened } from '../short-text.js';
import type { HttpAnswer } from './http-connection.js';

const MOST_CHARACTERS = 200;
/** What matters stands at the beginning. */
const LOOKED_AT = 8 * 1024;
const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&apos;': "'",
  '&gt;': '>',
  '&lt;': '<',
  '&nbsp;': ' ',
  '&quot;': '"',
  '&#39;': "'",
};

/** Whether a web page answered, where a receiver would have answered JSON: a proxy, a login, another server. */
export function isPage({ text, headers }: HttpAnswer): boolean {
  return (
    /^\s*(<!doctype html|<html|<\?xml)/i.test(text.slice(0, 4 * 1024)) ||
    (headers['content-type'] ?? '').includes('html')
  );
}

/** What a receiver said, short enough for a status: the text of an HTML page, the words of anything else. */
export function answerText(answer: HttpAnswer): string {
  const start = shortened(answer.text, LOOKED_AT);
  const words = isPage(answer) ? pageText(start) : start;
  return shortened(words.replaceAll(/\s+/g, ' ').trim(), MOST_CHARACTERS);
}

/** `HTTP 503: Server is busy`. */
export function statusText(answer: HttpAnswer): string {
  const words = answerText(answer);
  return words === '' ? `HTTP ${answer.status}` : `HTTP ${answer.status}: ${words}`;
}

/** The body as JSON; undefined when it is none, or was cut. */
export function answerJson(answer: HttpAnswer): unknown {
  if (answer.isCut) {
    return undefined;
  }
  try {
    return JSON.parse(answer.text) as unknown;
  } catch {
    // A page of a proxy, say: the status alone has to tell.
    return undefined;
  }
}

/** What stands between the tags; a page that breaks off within a comment, a style or a tag ends there. */
function pageText(page: string): string {
  return page
    .replaceAll(/<!--[\s\S]*?(?:-->|$)/g, ' ')
    .replaceAll(/<(script|style|head)\b[\s\S]*?(?:<\/\1\s*>|$)/gi, ' ')
    .replaceAll(/<[^>]*(?:>|$)/g, ' ')
    .replaceAll(/&(?:amp|apos|gt|lt|nbsp|quot|#39);/g, (entity) => ENTITIES[entity] ?? entity);
}
