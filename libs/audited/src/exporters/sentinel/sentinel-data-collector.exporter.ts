import type { AuditExporter, ExporterLimits } from '../../delivery/audit-exporter.js';
import { sentinelLegacyFormatter } from '../../formats/sentinel/sentinel-legacy.formatter.js';
import { httpExporter } from '../http/http-exporter.js';
import { withoutSecrets } from '../secret-words.js';
import { dataCollectorVerdict } from './data-collector-verdict.js';
import { sentinelDataCollectorSettings, type SentinelDataCollectorOptions } from './sentinel-data-collector.options.js';
import { sharedKeyAuthorization } from './workspace-signature.js';

/**
 * Limits of the HTTP Data Collector API: https://learn.microsoft.com/previous-versions/azure/azure-monitor/logs/data-collector-api,
 * read on 2026-11-30. It takes 30 MB a request, and answers 404 above; 32 KB a field, which the format keeps to. So much at a
 * time would only make a repetition dear.
 */
const LIMITS: Partial<ExporterLimits> = { maxEvents: 1000, maxBytes: 5_000_000, separatorBytes: 1, frameBytes: 2 };

/** The property of the format `sentinel-legacy` that `TimeGenerated` is taken from. */
const TIME_PROPERTY = 'EventTime';
/** A signature is good for fifteen minutes: it must not stand in a status, whoever repeats it. */
const SIGNATURE = /(SharedKey\s+[\w-]+:)[\w+/=%-]+/gi;

/**
 * Sends to the HTTP Data Collector API of Azure Monitor (2016-04-01). Microsoft retired it on 2026-09-14: for collectors of
 * your own that still speak it, and for nothing else. It has no probe, so the first batch shows whether it is set up well.
 *
 * @deprecated Use `sentinelLogsIngestion`, which speaks the API that took its place.
 *
 * @throws OptionsInvalidError for an option that cannot be
 *
 * @example
 * ```ts
 * const exporter = sentinelDataCollector({
 *   workspaceId: '11111111-2222-3333-4444-555555555555',
 *   sharedKey: process.env['WORKSPACE_KEY'] ?? '',
 *   logType: 'Audit',
 *   host: 'collector.example.com',
 * });
 * ```
 */
export function sentinelDataCollector(options: SentinelDataCollectorOptions): AuditExporter {
  const { url, workspaceId, key, logType, resourceId, clock, connection } = sentinelDataCollectorSettings(options);
  const { sharedKey } = options;
  const remove = withoutSecrets([sharedKey]);
  return httpExporter({
    type: 'sentinel-legacy',
    address: url,
    connection,
    secrets: [sharedKey],
    limits: LIMITS,
    format: sentinelLegacyFormatter(),
    formats: ['sentinel-legacy'],
    request: ({ events }) => {
      const body = Buffer.from(`[${events.map(({ text }) => text).join(',')}]`, 'utf8');
      const date = new Date(clock.now()).toUTCString();
      return {
        url,
        headers: {
          authorization: sharedKeyAuthorization(workspaceId, key, { bytes: body.length, date }),
          // Exactly so: a charset behind it is not what was signed.
          'content-type': 'application/json',
          'log-type': logType,
          'x-ms-date': date,
          'time-generated-field': TIME_PROPERTY,
          ...(resourceId === undefined ? {} : { 'x-ms-azureresourceid': resourceId }),
        },
        body,
      };
    },
    interpret: (answer, { events }) => {
      const text = remove(answer.text.replaceAll(SIGNATURE, '$1[redacted]'));
      return dataCollectorVerdict({ ...answer, text }, { events: events.length, now: clock.now() });
    },
  });
}
