import type { HttpAnswer } from './http-connection.js';

const MOST_CHARACTERS = 200;

/** Whether a web page answered, where a receiver would have answered JSON: a proxy, a login, another server. */
export function isPage({ text, headers }: HttpAnswer): boolean {
  return (
    /^\s*(<!doctype html|<html|<\?xml)/i.test(text.slice(0, 4 * 1024)) ||
    (headers['content-type'] ?? '').includes('html')
  );
}

/** What a receiver said, short enough for a status: the text of an HTML page, the words of anything else. */
export function answerText(answer: HttpAnswer): string {
  const start = answer.text.slice(0, 4 * 1024);
  const words = isPage(answer)
    ? start.replaceAll(/<(script|style|head)\b[\s\S]*?<\/\1\s*>/gi, ' ').replaceAll(/<[^>]*>/g, ' ')
    : start;
  const line = words.replaceAll(/\s+/g, ' ').trim();
  return line.length > MOST_CHARACTERS ? `${line.slice(0, MOST_CHARACTERS)}...` : line;
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
