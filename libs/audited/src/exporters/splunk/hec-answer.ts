import { answerJson, statusText } from '../http/answer-text.js';
import type { HttpAnswer } from '../http/http-connection.js';

/** What the collector itself said; its proxies speak HTML, or JSON of another kind. */
export interface HecAnswer {
  readonly code: number;
  readonly text: string;
  /** Names the request on its channel, where the token has acknowledgement. */
  readonly ackId?: number;
  /** Place in the request of the event that it did not like; the first is 0. */
  readonly invalidEvent?: number;
}

/** The body as the collector writes it; undefined when it is not the collector's. */
export function hecAnswer(answer: HttpAnswer): HecAnswer | undefined {
  const body = answerJson(answer);
  if (typeof body !== 'object' || body === null) {
    return undefined;
  }
  const { code, text, ackId, 'invalid-event-number': invalidEvent } = body as Readonly<Record<string, unknown>>;
  // Other JSON has a `code`, too: gRPC gateways number their errors from 0 to 16, with a `message` beside it.
  if (typeof text !== 'string' || !isCount(code)) {
    return undefined;
  }
  return { code, text, ...(isCount(ackId) ? { ackId } : {}), ...(isCount(invalidEvent) ? { invalidEvent } : {}) };
}

/** `HTTP 400: Incorrect index (code 7)`. */
export function hecReason(answer: HttpAnswer, said: HecAnswer | undefined): string {
  return said === undefined ? statusText(answer) : `HTTP ${answer.status}: ${said.text} (code ${said.code})`;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
