import type { DeliveryVerdict } from '../../delivery/delivery-verdict.js';
import { answerJson, statusText } from '../http/answer-text.js';
import type { HttpAnswer } from '../http/http-connection.js';
import { httpVerdict, waitOf } from '../http/http-verdict.js';
import { pageVerdict } from '../http/page-verdict.js';

/** The only answers after which the same request may be sent again: OTLP, "Retryable Response Codes". */
const RETRYABLE = new Set([429, 502, 503, 504]);

/**
 * What an answer means by the rules of OTLP/HTTP.
 *
 * 2xx: taken, but for those that `partialSuccess` counts: they are never sent again, and nobody says which they are unless
 * they are all. A body that cannot be read is no objection. 429, 502, 503, 504: retry. 400, 422: poison. 413: split. Every
 * other status forbids to send again: hold, so that nothing is lost while somebody looks.
 *
 * @param count how many records were sent
 */
export function otlpVerdict(answer: HttpAnswer, count: number): DeliveryVerdict {
  const foreign = pageVerdict(answer, 'a receiver of OTLP');
  if (foreign !== undefined) {
    return foreign;
  }
  const verdict = httpVerdict(answer);
  const reason = messageOf(answer);
  switch (verdict.status) {
    case 'delivered':
      return acceptedVerdict(answer, count);
    case 'retry':
      return RETRYABLE.has(answer.status)
        ? { ...verdict, reason }
        : {
            status: 'hold',
            reason,
            cure: 'The receiver failed, and OTLP forbids to send the same again at once: look into its log.',
            ...waitOf(answer),
          };
    case 'hold':
      return answer.status >= 400 ? { ...verdict, reason } : verdict;
    case 'poison':
    case 'split':
      return { ...verdict, reason };
    default:
      return verdict;
  }
}

function acceptedVerdict(answer: HttpAnswer, count: number): DeliveryVerdict {
  const { rejected, message } = partialSuccess(answerJson(answer));
  if (rejected === 0) {
    // A message without a number is a hint to developers; the records are there.
    return { status: 'delivered' };
  }
  const words = message === '' ? 'no reason given' : message;
  if (rejected >= count) {
    const refused = Array.from({ length: count }, (_, index) => ({ index, reason: words }));
    return { status: 'partial', refused, reason: `all ${count} rejected: ${words}` };
  }
  return {
    status: 'partial',
    refused: [],
    unnamed: rejected,
    reason: `${rejected} of ${count} rejected, and not said which: ${words}`,
  };
}

interface PartialSuccess {
  /** 0: none. */
  readonly rejected: number;
  readonly message: string;
}

/** `{"partialSuccess":{"rejectedLogRecords":"3","errorMessage":"..."}}`; 64-bit numbers may be texts in the JSON of Protobuf. */
function partialSuccess(body: unknown): PartialSuccess {
  const { partialSuccess: told } = (typeof body === 'object' && body !== null ? body : {}) as {
    readonly partialSuccess?: unknown;
  };
  const { rejectedLogRecords, errorMessage } = (typeof told === 'object' && told !== null ? told : {}) as {
    readonly rejectedLogRecords?: unknown;
    readonly errorMessage?: unknown;
  };
  const count = Number(rejectedLogRecords ?? 0);
  return {
    rejected: Number.isInteger(count) && count > 0 ? count : 0,
    message: typeof errorMessage === 'string' ? errorMessage.trim() : '',
  };
}

/** An error is a `google.rpc.Status`: `{"code":3,"message":"..."}`. */
function messageOf(answer: HttpAnswer): string {
  const { message } = (answerJson(answer) ?? {}) as { readonly message?: unknown };
  return typeof message === 'string' && message !== '' ? `HTTP ${answer.status}: ${message}` : statusText(answer);
}
