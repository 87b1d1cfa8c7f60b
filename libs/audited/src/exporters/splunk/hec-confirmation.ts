import type { Confirmation, DeliveryVerdict, ProbeVerdict } from '../../delivery/delivery-verdict.js';
import { answerJson } from '../http/answer-text.js';
import type { HttpAnswer } from '../http/http-connection.js';
import type { SendHttp } from '../http/http-exporter.js';
import type { AckQuestion, HecAcknowledgements } from './hec-acknowledgements.js';
import { hecAnswer } from './hec-answer.js';
import { HEC_ACK_CHANNEL_FULL, HEC_ACK_DISABLED, HEC_ACK_SWITCHED_OFF_CURE } from './hec-codes.js';
import type { HecRequests } from './hec-request.js';
import { hecHealthVerdict } from './hec-verdict.js';

const MOST_ACKS_A_REQUEST = 1000;
/** No request has it: asking for a number that one has would use up its answer. */
const UNUSED_ACK_ID = 2_147_483_647;
const SCATTERED_CURE =
  'Have the load balancer send all requests of one client to the same node (sticky sessions), or switch "acknowledgement" off.';

/** What an answer to events means where Splunk has to acknowledge them: taken is only `sent`. */
export function acknowledgedVerdict(
  verdict: DeliveryVerdict,
  answer: HttpAnswer,
  acks: HecAcknowledgements,
): DeliveryVerdict {
  const said = hecAnswer(answer);
  if (said === undefined) {
    // Not Splunk's own words: it may have taken the request behind a gateway that gave up.
    return verdict;
  }
  if (verdict.status !== 'delivered' || said.ackId === undefined) {
    acks.answered();
    if (said.code === HEC_ACK_CHANNEL_FULL) acks.renewChannel();
    return verdict.status !== 'delivered' || acks.isSwitchedOff
      ? verdict
      : { status: 'hold', reason: 'Splunk took events without an "ackId"', cure: HEC_ACK_SWITCHED_OFF_CURE };
  }
  const handle = acks.accepted(said.ackId);
  return handle === undefined
    ? { status: 'hold', reason: 'Splunk numbers requests anew, and confirms none', cure: SCATTERED_CURE }
    : { ...verdict, status: 'sent', handle };
}

/**
 * Asks Splunk which requests are indexed. Whatever goes wrong leaves them pending, and what was told before it went wrong is
 * kept. Rejects when there is no answer at all.
 */
export async function askAcknowledgements(
  handles: readonly string[],
  { acks, requests }: { readonly acks: HecAcknowledgements; readonly requests: HecRequests },
  send: SendHttp,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Confirmation>> {
  for (const question of acks.questions(handles, MOST_ACKS_A_REQUEST)) {
    const answer = await send(requests.acknowledgements(question.ackIds, question.channel), signal);
    if (hecAnswer(answer)?.code === HEC_ACK_DISABLED) {
      acks.switchOff();
      break;
    }
    acks.told(question, indexedOf(answer, question));
  }
  return new Map(handles.map((handle) => [handle, acks.stateOf(handle)]));
}

/** Asks whether the token has acknowledgement at all, on a number that no request has. */
export function ackProbeRequest(requests: HecRequests, channel: string): ReturnType<HecRequests['acknowledgements']> {
  return requests.acknowledgements([UNUSED_ACK_ID], channel);
}

/** What the answer to that means. */
export function ackProbeVerdict(answer: HttpAnswer): ProbeVerdict {
  return answer.status === 200 && acksOf(answer) !== undefined ? { status: 'ok' } : hecHealthVerdict(answer);
}

function indexedOf(answer: HttpAnswer, { ackIds }: AckQuestion): readonly number[] {
  const told = answer.status === 200 ? acksOf(answer) : undefined;
  return told === undefined ? [] : ackIds.filter((ackId) => told[String(ackId)] === true);
}

/** `{"acks":{"0":true,"1":false}}` */
function acksOf(answer: HttpAnswer): Readonly<Record<string, unknown>> | undefined {
  const body = answerJson(answer);
  const acks = typeof body === 'object' && body !== null && 'acks' in body ? body.acks : undefined;
  return typeof acks === 'object' && acks !== null ? (acks as Readonly<Record<string, unknown>>) : undefined;
}
