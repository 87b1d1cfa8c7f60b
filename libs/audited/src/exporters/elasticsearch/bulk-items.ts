import { answerJson } from '../http/answer-text.js';
import type { HttpAnswer } from '../http/http-connection.js';
import { bulkFault, cureOf, faultText, type BulkFault } from './bulk-fault.js';

/** What became of one document. */
export interface BulkItem {
  readonly status: number;
  readonly fault: BulkFault | undefined;
  /** It is not in the data stream, but in its failure store. */
  readonly isInFailureStore: boolean;
}

/**
 * - `stored`: created now or before
 * - `refused`: Elasticsearch will never take it as it is
 * - `again`: it may take it later
 * - `held`: somebody has to mend the set-up first
 */
export type ItemFate = 'stored' | 'refused' | 'again' | 'held';

/** Statuses that are about the document. */
const REFUSED = new Set([400, 413, 422]);
/** Statuses that may pass by themselves. */
const BUSY = new Set([408, 425, 429]);

/** The items of an answer of `_bulk`, in the order of the request; undefined when it is no such answer. */
export function bulkItems(answer: HttpAnswer): readonly BulkItem[] | undefined {
  const body = answerJson(answer);
  const { items } = (typeof body === 'object' && body !== null ? body : {}) as { readonly items?: unknown };
  if (!Array.isArray(items)) {
    return undefined;
  }
  const read = items.map(bulkItem);
  return read.every((item) => item !== undefined) ? read : undefined;
}

/** `{"create":{"status":201}}`. */
function bulkItem(item: unknown): BulkItem | undefined {
  const result: unknown = typeof item === 'object' && item !== null ? Object.values(item)[0] : undefined;
  const { status, error, failure_store } = (typeof result === 'object' && result !== null ? result : {}) as {
    readonly status?: unknown;
    readonly error?: unknown;
    readonly failure_store?: unknown;
  };
  return typeof status === 'number'
    ? { status, fault: bulkFault(error), isInFailureStore: failure_store === 'used' }
    : undefined;
}

export function fateOf({ status, fault, isInFailureStore }: BulkItem): ItemFate {
  if (isInFailureStore) {
    // Whoever searches the trail does not find it there, and somebody has to know.
    return 'refused';
  }
  if ((status >= 200 && status < 300) || status === 409) {
    // 409: it was created before, and only the answer was lost.
    return 'stored';
  }
  if (BUSY.has(status) || status >= 500) {
    return 'again';
  }
  return REFUSED.has(status) && (fault === undefined || cureOf(fault) === undefined) ? 'refused' : 'held';
}

/** Why a document was not stored, for people. */
export function itemText({ status, fault, isInFailureStore }: BulkItem): string {
  if (isInFailureStore) {
    return 'it is in the failure store of the data stream, and not in the data stream';
  }
  return fault === undefined ? `status ${status}` : `status ${status}: ${faultText(fault)}`;
}
