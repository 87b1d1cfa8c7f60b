import type { AuditRecord } from 'nestjs-audited';
import {
  httpExporter,
  type AuditExporter,
  type DeliveryVerdict,
  type HttpConnectionOptions,
  type HttpExporterDefinition,
} from 'nestjs-audited/exporters';
import { aDeliveryBatch } from 'nestjs-audited/testing';
import { oddRecords } from './delivered-records.js';

/** What the collector lets in. */
export const TOKEN = 'tkn-5f2c9a71-secret';

/** An exporter without a vendor: JSON Lines and a bearer token. */
export function collector(
  url: string,
  connection: HttpConnectionOptions = {},
  more: Partial<HttpExporterDefinition> & { readonly gzip?: boolean } = {},
): AuditExporter {
  const { gzip = false, ...definition } = more;
  return httpExporter({
    type: 'collector',
    address: new URL(url),
    connection,
    secrets: [TOKEN],
    request: ({ events }) => ({
      url: new URL(url),
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/x-ndjson' },
      body: events.map(({ text }) => `${text}\n`).join(''),
      gzip,
    }),
    ...definition,
  });
}

/** Delivers one batch as the engine would. */
export function delivered(
  exporter: AuditExporter,
  records: readonly AuditRecord[] = oddRecords(2),
  attempt = 1,
  signal: AbortSignal = new AbortController().signal,
): Promise<DeliveryVerdict> {
  return exporter.deliver(aDeliveryBatch(exporter, records, { attempt }), signal);
}
