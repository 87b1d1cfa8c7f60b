import type { DeliveryVerdict } from '../../delivery/delivery-verdict.js';
import type { HttpAnswer } from '../http/http-connection.js';
import { httpVerdict } from '../http/http-verdict.js';
import { azureAnswer, isPage } from './azure-answer.js';

/** What a request is dated by may differ so much from the service's own clock. */
const MOST_SKEW_MS = 900_000;

const CURES_OF_400: Readonly<Record<string, string>> = {
  InactiveCustomer: 'The workspace is closed: check "workspaceId".',
  InvalidCustomerId: 'Check "workspaceId": the service does not know it.',
  InvalidLogType: 'Choose another "logType".',
};
const RETIRED =
  'Microsoft retired this API on 2026-09-14: send to the Logs Ingestion API with sentinelLogsIngestion. Otherwise check "host".';

/** What was asked, as far as it decides what an answer means. */
export interface AskedOfCollector {
  /** How many events the request had. */
  readonly events: number;
  /** When the answer came, by the clock that dated the request: milliseconds since the epoch. */
  readonly now: number;
}

/**
 * What an answer of the HTTP Data Collector API means:
 * https://learn.microsoft.com/previous-versions/azure/azure-monitor/logs/data-collector-api#return-codes, read on 2026-11-30.
 *
 * 200: delivered. 400 `InvalidDataFormat`: poison; every other 400 is about headers and address, and held. 403: hold. 404 says
 * two things, a wrong address and too large a request: several events are split, a single one is held. 429, 5xx: retry.
 */
export function dataCollectorVerdict(answer: HttpAnswer, { events, now }: AskedOfCollector): DeliveryVerdict {
  const { status } = answer;
  const { code, words: reason } = azureAnswer(answer);
  if (status === 200 && !isPage(answer)) {
    return { status: 'delivered' };
  }
  if (status === 400 && code === 'InvalidDataFormat') {
    return { status: 'poison', reason };
  }
  if (status < 300 || status === 400) {
    return { status: 'hold', reason, cure: CURES_OF_400[code] ?? RETIRED };
  }
  if (status === 403) {
    return { status: 'hold', reason, cure: cureOf403(answer, now) };
  }
  if (status === 404) {
    return events > 1 ? { status: 'split', reason } : { status: 'hold', reason, cure: RETIRED };
  }
  const verdict = httpVerdict(answer);
  return 'reason' in verdict && !(status >= 300 && status < 400) ? { ...verdict, reason } : verdict;
}

function cureOf403({ headers }: HttpAnswer, now: number): string {
  const skew = now - Date.parse(headers['date'] ?? '');
  if (Math.abs(skew) > MOST_SKEW_MS) {
    const minutes = Math.round(Math.abs(skew) / 60_000);
    return `Set the clock of this machine: it is ${minutes} minutes ${skew > 0 ? 'ahead of' : 'behind'} the service's, and 15 are the most.`;
  }
  return 'Check "sharedKey" and "workspaceId": the key may have been renewed, or belong to another workspace.';
}
