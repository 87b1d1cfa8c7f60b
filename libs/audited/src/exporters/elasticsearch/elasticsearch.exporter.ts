/**
 * Elasticsearch and OpenSearch, by the bulk API. Read on 2026-11-30:
 *
 * - One line for the action and one for the document, each ended by LF, the last one too; no other line end in between.
 * - A request may hold 100 MB (`http.max_content_length`), compressed or not; providers allow less, 10 MiB and more.
 * - The answer is 200 even if documents failed; items come in the order of the request.
 * - A data stream takes the action `create` only, and only documents that have `@timestamp`.
 * - `_id` has at most 512 bytes. It is unique in one index: behind a data stream, in the one that is written to now.
 *
 * @see https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-bulk
 * @see https://www.elastic.co/docs/manage-data/data-store/data-streams/failure-store
 * @see https://docs.opensearch.org/latest/api-reference/document-apis/bulk/
 */
import type { AuditExporter, ExporterLimits } from '../../delivery/audit-exporter.js';
import { ecsFormatter } from '../../formats/ecs/ecs.formatter.js';
import { httpExporter } from '../http/http-exporter.js';
import { bulkProbe, bulkVerdict } from './bulk-verdict.js';
import { elasticsearchSettings, type ElasticsearchOptions } from './elasticsearch.options.js';

/** The bulk API is at its best with some megabytes; texts hold their line ends, so nothing stands between or around them. */
const LIMITS: ExporterLimits = {
  maxEvents: 1000,
  maxBytes: 5_000_000,
  maxEventBytes: 5_000_000,
  separatorBytes: 0,
  frameBytes: 0,
};

/** Only what the verdict needs. Every item has a status, so every item keeps its place. */
const ANSWER_MEMBERS = 'errors,items.*.status,items.*.failure_store,items.*.error.type,items.*.error.reason';

/**
 * Sends records to Elasticsearch or OpenSearch as documents, in the format `ecs` unless the destination names another. The id
 * of the event is the `_id` of the document, so that what is sent twice is stored once.
 *
 * @throws OptionsInvalidError for an address, a target or credentials that cannot be
 *
 * @example
 * ```ts
 * const exporter = elasticsearch({ url: 'https://siem.example.com:9200', apiKey: process.env['ELASTIC_API_KEY'] ?? '' });
 * ```
 */
export function elasticsearch(options: ElasticsearchOptions): AuditExporter {
  const { address, pipeline, gzip, formats, headers, secrets } = elasticsearchSettings(options);
  const url = new URL(address);
  url.searchParams.set('filter_path', ANSWER_MEMBERS);
  if (pipeline !== undefined) url.searchParams.set('pipeline', pipeline);
  const asked = { accept: 'application/json', 'content-type': 'application/x-ndjson', ...headers };
  return httpExporter({
    type: 'elasticsearch',
    address,
    connection: options,
    secrets,
    limits: LIMITS,
    format: ecsFormatter(),
    formats,
    encode: (record, formatter) =>
      `${JSON.stringify({ create: { _id: record.event.id } })}\n${formatter.format(record)}\n`,
    request: ({ events }) => ({ url, headers: asked, body: events.map(({ text }) => text).join(''), gzip }),
    interpret: (answer, { events }) => bulkVerdict(answer, events.length),
    // Without content: no privilege is needed beyond those for sending, which `GET /` would ask for.
    probe: { request: () => ({ url, headers: asked }), interpret: bulkProbe },
  });
}
