import type { DeliveryVerdict } from '../../delivery/delivery-verdict.js';
import type { HttpAnswer } from '../http/http-connection.js';
import { httpVerdict, waitOf } from '../http/http-verdict.js';
import { azureAnswer, isPage } from './azure-answer.js';

/** A new role, a new rule and a new stream take minutes to be known everywhere: asking more often finds out nothing. */
const PROPAGATION_MS = 300_000;

const ROLE =
  'Give the application the role "Monitoring Metrics Publisher" on the data collection rule. It can take 30 minutes before it is known.';
const CURES: Readonly<Record<number, string>> = {
  401: 'Check "cloud", "scope" and "tenantId": the endpoint does not accept the tokens.',
  403: ROLE,
  404: 'Check "dcrImmutableId", "streamName", and that "endpoint" is the logs ingestion endpoint of this rule.',
};
/** Codes of 400 that are about the address and not about the rows. */
const CODES_OF_ADDRESS = /^InvalidStream|ApiVersion/;

/**
 * What an answer of the Logs Ingestion API means. 200, 204: delivered. 413, and any answer that speaks of
 * `ReadyBody_ClientConnectionAbort`: split. 400: poison, unless the stream is not in the rule. 401, 403, 404: hold. 429, 5xx:
 * retry.
 */
export function logsIngestionVerdict(answer: HttpAnswer): DeliveryVerdict {
  const { status } = answer;
  const { code, words: reason } = azureAnswer(answer);
  if (status === 204 || (status === 200 && !isPage(answer))) {
    return { status: 'delivered' };
  }
  // How the service says that a request was too large when it notices while it still reads; the status varies.
  if (answer.text.includes('ReadyBody_ClientConnectionAbort')) {
    return { status: 'split', reason };
  }
  if (status < 300 || (status === 400 && code === '' && isPage(answer))) {
    return { status: 'hold', reason, cure: 'Check "endpoint" and the proxy: it is not Azure Monitor that answers.' };
  }
  if (status === 400 && CODES_OF_ADDRESS.test(code)) {
    const cure =
      'Check "streamName" against the streams of the rule. A change of the rule is known after minutes only.';
    return { status: 'hold', reason, cure, afterMs: PROPAGATION_MS };
  }
  const cure = CURES[status];
  if (cure !== undefined) {
    return { status: 'hold', reason, cure, ...(status === 403 ? { afterMs: PROPAGATION_MS } : {}), ...waitOf(answer) };
  }
  const verdict = httpVerdict(answer);
  if (verdict.status === 'retry' && status === 503) {
    return { ...verdict, reason, cure: `If it does not pass: ${ROLE}` };
  }
  return 'reason' in verdict && !(status >= 300 && status < 400) ? { ...verdict, reason } : verdict;
}
