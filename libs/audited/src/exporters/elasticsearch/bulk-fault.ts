/** Why Elasticsearch did not do something, in its words. */
export interface BulkFault {
  /** `document_parsing_exception`. */
  readonly type: string;
  readonly reason: string;
}

/**
 * Faults that no document is to blame for, and that documents must not pay for: by the beginning of `type: reason`, and what
 * to do. Some of them are answered with 400, as a bad document is.
 */
const MISTAKES: readonly (readonly [fault: RegExp, cure: string])[] = [
  [
    /^security_exception/,
    'Check the key or user: it needs the privileges "create_doc" and "auto_configure" on the target.',
  ],
  [
    /^cluster_block_exception/,
    'Lift the block from the index or the cluster; most often its disks were full, and it stayed read-only.',
  ],
  [
    /^index_not_found_exception/,
    'Create the data stream or index, or let it be created: see "action.auto_create_index".',
  ],
  [/^index_closed_exception/, 'Open the index again.'],
  [/^invalid_index_name_exception/, 'Correct the option "target".'],
  [
    /no write index is defined for alias/,
    'Give the alias a write index, or name an index or data stream in the option "target".',
  ],
  [/pipeline with id \[[^\]]*\] does not exist/, 'Create the ingest pipeline, or correct the option "pipeline".'],
  [
    /data stream timestamp field \[@timestamp\] is missing/,
    'The target is a data stream: leave the option "dataStream" out, and use a format that has @timestamp.',
  ],
  [/contains unrecognized parameters?/, 'What answers there is too old, or no Elasticsearch: check the address.'],
];

/** The fault as it stands in an answer: an object, or a text in some older and some newer answers. */
export function bulkFault(error: unknown): BulkFault | undefined {
  if (typeof error === 'string') {
    return { type: 'error', reason: error };
  }
  if (typeof error !== 'object' || error === null) {
    return undefined;
  }
  const { type, reason } = error as { readonly type?: unknown; readonly reason?: unknown };
  return { type: typeof type === 'string' ? type : 'error', reason: typeof reason === 'string' ? reason : '' };
}

/** What to do about a fault that is a mistake in the set-up; undefined when it is about a document. */
export function cureOf(fault: BulkFault): string | undefined {
  const text = `${fault.type}: ${fault.reason}`;
  return MISTAKES.find(([pattern]) => pattern.test(text))?.[1];
}

/**
 * A fault for people. Elasticsearch quotes the value that it could not read: it is left out, because a reason is kept where
 * the erasure of a person does not reach.
 */
export function faultText({ type, reason }: BulkFault): string {
  const words = reason.replace(
    /\.?\s*(?:Preview of field's value|The prefix of the first immense term is)[\s\S]*$/,
    '',
  );
  return words === '' ? type : `${type}: ${words}`;
}
