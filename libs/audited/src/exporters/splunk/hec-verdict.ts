import type { DeliveryVerdict, ProbeVerdict } from '../../delivery/delivery-verdict.js';
import type { HttpAnswer } from '../http/http-connection.js';
import { httpVerdict, waitOf } from '../http/http-verdict.js';
import { hecAnswer, hecReason, type HecAnswer } from './hec-answer.js';
import { HEC_CODES, HEC_HEALTHY, type HecCode } from './hec-codes.js';

/** A collector that is nearly full is given so much time. */
const SLOW_DOWN_MS = 2000;
const ADDRESS_CURE = 'Check "url": what answered there is no HTTP Event Collector.';

/** What an answer is judged by besides itself. */
export interface HecRequestFacts {
  /** How many events the request held. */
  readonly events: number;
  /** Whether the index came from the records: then a wrong one is the fault of an event, and otherwise of the set-up. */
  readonly isIndexFromRecord: boolean;
}

/** What the answer to a request with events means: by the code in the body, else by the status. */
export function hecVerdict(answer: HttpAnswer, { events, isIndexFromRecord }: HecRequestFacts): DeliveryVerdict {
  const said = hecAnswer(answer);
  const reason = hecReason(answer, said);
  const known = knownCode(answer, said);
  if (said === undefined || known === undefined) {
    return statusVerdict(answer, said);
  }
  switch (known.meaning) {
    case 'delivered':
      return { status: 'delivered' };
    case 'slow':
      return { status: 'delivered', slowDownMs: Math.max(SLOW_DOWN_MS, waitOf(answer).afterMs ?? 0) };
    case 'retry':
      return { status: 'retry', reason, ...waitOf(answer), ...(known.cure === undefined ? {} : { cure: known.cure }) };
    case 'poison':
      return { status: 'poison', reason, ...placeOf(said, events) };
    case 'index':
      return isIndexFromRecord
        ? { status: 'poison', reason, ...placeOf(said, events) }
        : { status: 'hold', reason, cure: 'Give an "index" that exists, and allow it to the token in Splunk.' };
    case 'hold':
      return { status: 'hold', reason, cure: known.cure ?? ADDRESS_CURE };
  }
}

/** What the answer of the health endpoint means. */
export function hecHealthVerdict(answer: HttpAnswer): ProbeVerdict {
  const isOk = answer.status >= 200 && answer.status < 300;
  if (isOk && hecAnswer(answer)?.code === HEC_HEALTHY) {
    return { status: 'ok' };
  }
  const verdict = hecVerdict(answer, { events: 0, isIndexFromRecord: false });
  switch (verdict.status) {
    case 'delivered':
      return { status: 'ok' };
    case 'retry':
    case 'hold':
      return verdict;
    default:
      return { status: 'hold', reason: hecReason(answer, hecAnswer(answer)), cure: ADDRESS_CURE };
  }
}

/** The meaning of a code, unless the status contradicts it: whatever said that was not the collector. */
function knownCode({ status }: HttpAnswer, said: HecAnswer | undefined): HecCode | undefined {
  const known = said === undefined ? undefined : HEC_CODES.get(said.code);
  switch (known?.meaning) {
    case 'delivered':
    case 'slow':
      return status >= 200 && status < 300 ? known : undefined;
    case 'poison':
    case 'index':
      return status < 500 ? known : undefined;
    default:
      return known;
  }
}

/** By the status; but no event is called delivered, or at fault, by something that is no collector. */
function statusVerdict(answer: HttpAnswer, said: HecAnswer | undefined): DeliveryVerdict {
  const verdict = httpVerdict(answer);
  const isNewCode = said !== undefined && !HEC_CODES.has(said.code);
  if (isNewCode || (verdict.status !== 'delivered' && verdict.status !== 'poison')) {
    return verdict;
  }
  const reason = hecReason(answer, said);
  return verdict.status === 'delivered' && answer.isCut
    ? { status: 'retry', reason: `${reason} (the answer broke off)` }
    : { status: 'hold', reason, cure: ADDRESS_CURE };
}

/** The event that the collector named, if it can be one of these. */
function placeOf({ invalidEvent }: HecAnswer, events: number): { readonly index?: number } {
  return invalidEvent === undefined || invalidEvent >= events ? {} : { index: invalidEvent };
}
