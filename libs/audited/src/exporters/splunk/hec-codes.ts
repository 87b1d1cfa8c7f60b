/**
 * What a code of the collector means for a batch of events.
 *
 * - `index`: the index is not allowed; whose fault that is depends on who chose it.
 * - `slow`: the events are taken, and the collector is nearly full.
 */
export type HecMeaning = 'delivered' | 'slow' | 'retry' | 'poison' | 'index' | 'hold';

/** One code: what it means, and what to do about it where somebody can do something. */
export interface HecCode {
  readonly meaning: HecMeaning;
  readonly cure?: string;
}

const TOKEN_CURE = 'Check the token: the collector does not know it.';
const SWITCHED_OFF_CURE =
  'Switch the token on in Splunk (Settings, Data inputs, HTTP Event Collector), or give another.';
const FULL_CURE = 'Splunk takes events faster than it indexes them: look at its queues and its disk.';
const ACK_CURE = 'The acknowledgement service of Splunk does not answer: look at its log.';
/** Whoever asked for acknowledgement has a token without. */
export const HEC_ACK_SWITCHED_OFF_CURE =
  'Switch indexer acknowledgement (useACK) on for the token in Splunk, or "acknowledgement" off here.';

/** Every code that the collector is documented to answer with. */
export const HEC_CODES: ReadonlyMap<number, HecCode> = new Map<number, HecCode>([
  [0, { meaning: 'delivered' }],
  [1, { meaning: 'hold', cure: SWITCHED_OFF_CURE }],
  [2, { meaning: 'hold', cure: 'Something on the way takes the Authorization header off: let it pass.' }],
  [3, { meaning: 'hold', cure: 'Something on the way changes the Authorization header: let it pass as it is.' }],
  [4, { meaning: 'hold', cure: TOKEN_CURE }],
  [5, { meaning: 'hold', cure: 'Something on the way takes the body off: look at proxies and gateways.' }],
  [6, { meaning: 'poison' }],
  [7, { meaning: 'index' }],
  [8, { meaning: 'retry', cure: 'Splunk is out of order: look at its log.' }],
  [9, { meaning: 'retry', cure: FULL_CURE }],
  [10, { meaning: 'hold', cure: 'Something on the way takes X-Splunk-Request-Channel off: let it pass.' }],
  [11, { meaning: 'hold', cure: 'Give a GUID in "channel", or leave it out.' }],
  [12, { meaning: 'poison' }],
  [13, { meaning: 'poison' }],
  [14, { meaning: 'hold', cure: HEC_ACK_SWITCHED_OFF_CURE }],
  [15, { meaning: 'poison' }],
  [16, { meaning: 'hold', cure: 'Take the token out of the address: it belongs into "token".' }],
  [17, { meaning: 'hold', cure: 'The address leads to the health page: give the base of the collector only.' }],
  [18, { meaning: 'retry', cure: FULL_CURE }],
  [19, { meaning: 'retry', cure: ACK_CURE }],
  [20, { meaning: 'retry', cure: FULL_CURE }],
  [21, { meaning: 'hold', cure: TOKEN_CURE }],
  [22, { meaning: 'hold', cure: SWITCHED_OFF_CURE }],
  [23, { meaning: 'retry' }],
  [24, { meaning: 'slow' }],
  [25, { meaning: 'slow' }],
  [26, { meaning: 'retry', cure: FULL_CURE }],
  [27, { meaning: 'retry', cure: 'Too many acknowledgements wait in Splunk to be asked for; they are asked for.' }],
  [404, { meaning: 'hold', cure: 'Check "url", and that the HTTP Event Collector is switched on (Global Settings).' }],
]);

export const HEC_HEALTHY = 17;
export const HEC_ACK_DISABLED = 14;
export const HEC_ACK_CHANNEL_FULL = 27;
