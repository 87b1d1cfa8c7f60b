import { randomUUID } from 'node:crypto';
import type { AuditExporter, ExporterLimits } from '../../delivery/audit-exporter.js';
import type { DeliveryVerdict } from '../../delivery/delivery-verdict.js';
import { asimFormatter } from '../../formats/asim/asim.formatter.js';
import type { TokenRefusal } from '../entra/access-token.js';
import { AccessTokens } from '../entra/access-tokens.js';
import type { HttpAnswer } from '../http/http-connection.js';
import { httpExporter, type SendHttp } from '../http/http-exporter.js';
import { withoutSecrets } from '../secret-words.js';
import { logsIngestionVerdict } from './logs-ingestion-verdict.js';
import { sentinelLogsIngestionSettings, type SentinelLogsIngestionOptions } from './sentinel-logs-ingestion.options.js';

/**
 * Limits of the Logs Ingestion API: https://learn.microsoft.com/azure/azure-monitor/fundamentals/service-limits#logs-ingestion-api,
 * read on 2026-11-30.
 *
 * - 1 MB a call, counted compressed and uncompressed. The service says 1,048,576 bytes when it refuses one, its page says
 *   1 MB: the smaller one holds for both.
 * - 64 KB a field, then it is cut; the formats `asim` and `sentinel-legacy` stay below.
 * - 2 GB and 12,000 calls a minute for each data collection rule; then 429 with `Retry-After`.
 */
const LIMITS: Partial<ExporterLimits> = { maxEvents: 1000, maxBytes: 1_000_000, separatorBytes: 1, frameBytes: 2 };

/** The formats whose fields stay below 64 KB, and whose members can be columns. */
const FORMATS = ['asim', 'sentinel-legacy'];

/** One request, without what is the same for all. */
interface Posting {
  readonly body: string;
  readonly gzip: boolean;
  readonly freshConnection: boolean;
}

/**
 * Sends to Microsoft Sentinel, through the Logs Ingestion API of Azure Monitor: JSON arrays of rows to a stream of a data
 * collection rule.
 *
 * The format is `asim`, Sentinel's normal form, which has the id of the event in `EventUid` and `EventOriginalUid`: the API
 * knows no duplicates, a query finds them there. A token that is refused is replaced and the request repeated, once.
 *
 * @throws OptionsInvalidError for an option that cannot be
 *
 * @example
 * ```ts
 * const exporter = sentinelLogsIngestion({
 *   endpoint: 'https://audit-a1b2.westeurope-1.ingest.monitor.azure.com',
 *   dcrImmutableId: 'dcr-00000000000000000000000000000000',
 *   streamName: 'Custom-AuditedAsim',
 *   tenantId: process.env['AZURE_TENANT_ID'] ?? '',
 *   clientId: process.env['AZURE_CLIENT_ID'] ?? '',
 *   clientSecret: process.env['AZURE_CLIENT_SECRET'] ?? '',
 * });
 * ```
 */
export function sentinelLogsIngestion(options: SentinelLogsIngestionOptions): AuditExporter {
  const {
    url,
    endpoint,
    tokens: source,
    clientSecret,
    rowText,
    gzip,
    clock,
    connection,
  } = sentinelLogsIngestionSettings(options);
  const tokens = new AccessTokens(source, clock);

  const verdictOf = async (posting: Posting, send: SendHttp, signal: AbortSignal): Promise<DeliveryVerdict> => {
    let answer = await post(posting, send, signal);
    if (answer.status === 401) {
      // Revoked, or from before a change at Azure: the token is forgotten, and a new one is tried once.
      answer = await post(posting, send, signal);
    }
    return isVerdict(answer) ? answer : logsIngestionVerdict(answer);
  };

  const post = async (posting: Posting, send: SendHttp, signal: AbortSignal): Promise<HttpAnswer | TokenRefusal> => {
    const given = await tokens.get(send, signal);
    if ('status' in given) {
      return given;
    }
    const headers = {
      authorization: `Bearer ${given.token}`,
      'content-type': 'application/json',
      'x-ms-client-request-id': randomUUID(),
    };
    const answer = await send({ url, headers, ...posting }, signal);
    if (answer.status === 401) {
      tokens.forget(given.token);
    }
    return { ...answer, text: withoutSecrets([given.token, clientSecret])(answer.text) };
  };

  return httpExporter({
    type: 'sentinel',
    address: endpoint,
    connection,
    secrets: [clientSecret],
    limits: LIMITS,
    format: asimFormatter(),
    formats: rowText === undefined ? FORMATS : ['asim'],
    ...(rowText === undefined ? {} : { encode: rowText }),
    request: ({ events, attempt }, send, signal) => {
      const body = `[${events.map(({ text }) => text).join(',')}]`;
      return verdictOf({ body, gzip, freshConnection: attempt > 1 }, send, signal);
    },
    probe: {
      request: async (send, signal) => {
        // An array without rows is taken, and says as much about token, role, rule and stream as one with rows.
        const verdict = await verdictOf({ body: '[]', gzip: false, freshConnection: false }, send, signal);
        return verdict.status === 'retry' || verdict.status === 'hold' ? verdict : { status: 'ok' };
      },
    },
  });
}

function isVerdict(answer: HttpAnswer | TokenRefusal): answer is TokenRefusal {
  return typeof answer.status === 'string';
}
