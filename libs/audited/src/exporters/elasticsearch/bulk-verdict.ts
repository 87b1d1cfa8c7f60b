import type { DeliveryVerdict, ProbeVerdict } from '../../delivery/delivery-verdict.js';
import { answerJson, statusText } from '../http/answer-text.js';
import type { HttpAnswer } from '../http/http-connection.js';
import { httpVerdict, waitOf } from '../http/http-verdict.js';
import { pageVerdict } from '../http/page-verdict.js';
import { bulkFault, cureOf, faultText, type BulkFault } from './bulk-fault.js';
import { bulkItems, fateOf, itemText, type BulkItem, type ItemFate } from './bulk-items.js';

const NO_ELASTICSEARCH =
  'What answers there is no Elasticsearch: check the address, http against https, and proxies on the way.';
const CURES: Readonly<Record<number, string>> = {
  401: 'Check "apiKey", or "username" and "password": Elasticsearch does not know them.',
  403: 'Check the key or user: it needs the privileges "create_doc" and "auto_configure" on the target.',
  404: 'Check the address and the option "target": nothing is there.',
};

/**
 * What an answer of `_bulk` means for the documents of a request.
 *
 * An answer of 2xx tells of each document; one that cannot be read, or that does not tell of every one, is `retry`: what was
 * stored is answered with 409 then. Another status tells of the request as a whole.
 *
 * @param count how many documents were sent
 */
export function bulkVerdict(answer: HttpAnswer, count: number): DeliveryVerdict {
  return answer.status >= 200 && answer.status < 300 ? itemsVerdict(answer, count) : requestVerdict(answer);
}

/** What the answer to an empty request means: whoever misses its content is there, and knows who asks. */
export function bulkProbe(answer: HttpAnswer): ProbeVerdict {
  const verdict = pageVerdict(answer, 'Elasticsearch') ?? requestVerdict(answer);
  return verdict.status === 'retry' || verdict.status === 'hold' ? verdict : { status: 'ok' };
}

function itemsVerdict(answer: HttpAnswer, count: number): DeliveryVerdict {
  const items = bulkItems(answer);
  if (items?.length !== count) {
    const found = items === undefined ? 'no answer of _bulk' : `an answer for ${items.length} of ${count} documents`;
    return { status: 'retry', reason: `${found}: ${statusText(answer)}`, cure: NO_ELASTICSEARCH, ...waitOf(answer) };
  }
  const fates = items.map(fateOf);
  const missing = items.find((_item, index) => fates[index] !== 'stored');
  if (missing === undefined) {
    return { status: 'delivered' };
  }
  const held = placesOf(fates, 'held');
  const again = [...placesOf(fates, 'again'), ...held].toSorted((a, b) => a - b);
  if (held.length === count) {
    return { status: 'hold', reason: itemText(missing), cure: itemCure(missing), ...waitOf(answer) };
  }
  if (again.length === count) {
    const mistake = items[held[0] ?? -1];
    const cure = mistake === undefined ? {} : { cure: itemCure(mistake) };
    return { status: 'retry', reason: itemText(mistake ?? missing), ...cure, ...waitOf(answer) };
  }
  const refused = items.flatMap((item, index) =>
    fates[index] === 'refused' ? [{ index, reason: itemText(item) }] : [],
  );
  return {
    status: 'partial',
    refused,
    ...(again.length === 0 ? {} : { again }),
    reason: `${refused.length} of ${count} refused, ${again.length} to send again; the first: ${itemText(missing)}`,
    ...waitOf(answer),
  };
}

function placesOf(fates: readonly ItemFate[], sought: ItemFate): readonly number[] {
  return fates.flatMap((fate, index) => (fate === sought ? [index] : []));
}

function itemCure({ status, fault }: BulkItem): string {
  return cureFor(status, fault) ?? 'Look into the log of Elasticsearch.';
}

function cureFor(status: number, fault: BulkFault | undefined): string | undefined {
  return (fault === undefined ? undefined : cureOf(fault)) ?? CURES[status];
}

function requestVerdict(answer: HttpAnswer): DeliveryVerdict {
  const verdict = httpVerdict(answer);
  const body = answerJson(answer) as { readonly error?: unknown } | null | undefined;
  const fault = bulkFault(body?.error);
  const reason = fault === undefined ? statusText(answer) : `HTTP ${answer.status}: ${faultText(fault)}`;
  const cure = cureFor(answer.status, fault);
  switch (verdict.status) {
    case 'poison':
      // Whoever is no Elasticsearch says nothing about documents.
      return fault === undefined || cure !== undefined
        ? { status: 'hold', reason, cure: cure ?? NO_ELASTICSEARCH }
        : { ...verdict, reason };
    case 'hold':
      return answer.status >= 400 ? { ...verdict, reason, cure: cure ?? verdict.cure } : verdict;
    case 'retry':
    case 'split':
      return { ...verdict, reason };
    default:
      return verdict;
  }
}
