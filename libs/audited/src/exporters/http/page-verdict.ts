import type { DeliveryVerdict } from '../../delivery/delivery-verdict.js';
import { isPage, statusText } from './answer-text.js';
import type { HttpAnswer } from './http-connection.js';

/**
 * The verdict where a web page answers although a receiver of JSON should: `delivered` would lose events, and `poison` would
 * take a proxy's word against them. A page that a busy server shows (5xx) is left to the rules of the status.
 *
 * @param receiver what should have answered, for people: `Datadog`
 * @returns undefined when it is no page, or its status says enough
 */
export function pageVerdict(
  answer: HttpAnswer,
  receiver: string,
): Extract<DeliveryVerdict, { status: 'hold' }> | undefined {
  const { status } = answer;
  const isTaken = status >= 200 && status < 300;
  if (!(isTaken || status === 400 || status === 422) || !isPage(answer)) {
    return undefined;
  }
  return {
    status: 'hold',
    reason: `a web page answered: ${statusText(answer)}`,
    cure: `What answers there is not ${receiver}: check the address, http against https, and proxies on the way.`,
  };
}
