import { answerJson, statusText } from '../http/answer-text.js';
import type { HttpAnswer } from '../http/http-connection.js';

/** What Azure says about a request that it does not take. */
export interface AzureAnswer {
  /** `InvalidStream`; empty for an answer that is not Azure's, such as the page of a proxy. */
  readonly code: string;
  /** For people: `HTTP 400 InvalidStream: The stream ... was not configured.` */
  readonly words: string;
}

type Members = Readonly<Record<string, unknown>>;

const MOST_CHARACTERS = 200;

/**
 * Both shapes: `{"error":{"code","message"}}` of the Logs Ingestion API, which has the code in a header too, and
 * `{"Error","Message"}` of the HTTP Data Collector API.
 */
export function azureAnswer(answer: HttpAnswer): AzureAnswer {
  const json = (answerJson(answer) ?? {}) as Members;
  const inner = (typeof json['error'] === 'object' && json['error'] !== null ? json['error'] : {}) as Members;
  const code = word(inner['code']) ?? word(json['Error']) ?? word(answer.headers['x-ms-error-code']) ?? '';
  const message = inner['message'] ?? json['Message'];
  if (code === '') {
    return { code, words: statusText(answer) };
  }
  const text = typeof message === 'string' && message !== '' ? `: ${message.slice(0, MOST_CHARACTERS)}` : '';
  return { code, words: `HTTP ${answer.status} ${code}${text}` };
}

function word(value: unknown): string | undefined {
  return typeof value === 'string' && /^\w{1,80}$/.test(value) ? value : undefined;
}

/** True for a page for people: something between here and Azure answered. */
export function isPage({ headers, text }: HttpAnswer): boolean {
  return (headers['content-type'] ?? '').includes('html') || /^\s*<(!doctype|html)/i.test(text.slice(0, 200));
}
