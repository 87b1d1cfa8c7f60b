import type { DeliveryVerdict } from '../../delivery/delivery-verdict.js';
import { answerJson, statusText } from '../http/answer-text.js';
import type { HttpAnswer } from '../http/http-connection.js';
import { httpVerdict } from '../http/http-verdict.js';
import { pageVerdict } from '../http/page-verdict.js';

const CURES: Readonly<Record<number, string>> = {
  401: 'Check "apiKey": the intake saw none.',
  403: 'Check "apiKey" and "site": the key is unknown to this site, or was revoked; an application key is no API key.',
};

/**
 * What an answer of the log intake means: 202 taken; 400 poison; 401, 403 hold; 408, 429, 5xx retry; 413 split. The rest as
 * `httpVerdict` says.
 */
export function datadogVerdict(answer: HttpAnswer): DeliveryVerdict {
  const foreign = pageVerdict(answer, "Datadog's log intake");
  if (foreign !== undefined) {
    return foreign;
  }
  const verdict = httpVerdict(answer);
  switch (verdict.status) {
    case 'retry':
    case 'split':
    case 'poison':
      return { ...verdict, reason: reasonOf(answer) };
    case 'hold':
      // A redirect says where it leads to.
      return answer.status < 400
        ? verdict
        : { ...verdict, reason: reasonOf(answer), cure: CURES[answer.status] ?? verdict.cure };
    default:
      return verdict;
  }
}

/** `{"errors":[{"status":"403","title":"Forbidden","detail":"API key is invalid"}]}`; some versions list texts. */
function reasonOf(answer: HttpAnswer): string {
  const { errors } = (answerJson(answer) ?? {}) as { readonly errors?: unknown };
  const [first] = Array.isArray(errors) ? (errors as readonly unknown[]) : [];
  const { title, detail } = (typeof first === 'object' && first !== null ? first : { detail: first }) as {
    readonly title?: unknown;
    readonly detail?: unknown;
  };
  const words = [title, detail].filter((word) => typeof word === 'string' && word !== '');
  return words.length === 0 ? statusText(answer) : `HTTP ${answer.status}: ${words.join(': ')}`;
}
