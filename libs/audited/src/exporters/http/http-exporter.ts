import type { LookupFunction } from 'node:net';
import type { AuditExporter, ConfirmationTimes, DeliveryBatch, ExporterLimits } from '../../delivery/audit-exporter.js';
import type { Confirmation, DeliveryVerdict, ProbeVerdict } from '../../delivery/delivery-verdict.js';
import type { AuditRecord } from '../../event/audit-record.js';
import type { EventFormatter } from '../../formats/event-formatter.js';
import { networkVerdict } from '../network-verdict.js';
import { cleanTextOf, type CleanText } from '../secret-words.js';
import { HttpConnection, type HttpAnswer, type HttpRequest } from './http-connection.js';
import { httpConnectionSettings, shownAddress, type HttpConnectionOptions } from './http-connection.options.js';
import { httpVerdict } from './http-verdict.js';

/** Sends one request over the exporter's own connections; rejects when there is no answer. */
export type SendHttp = (request: HttpRequest, signal: AbortSignal) => Promise<HttpAnswer>;

/** A receiver that takes batches as HTTP requests: what to ask, and what its answers mean. */
export interface HttpExporterDefinition {
  /** What kind it is, for statuses: `splunk-hec`. */
  readonly type: string;
  /** Where it is, for people; user, password and query are left out. */
  readonly address: URL;
  readonly connection?: HttpConnectionOptions;
  /** Resolves names instead of the system's own way. A proxy resolves them itself. */
  readonly lookup?: LookupFunction;
  /** Values that must never appear in a status: tokens, keys, passwords. */
  readonly secrets?: readonly (string | undefined)[];
  readonly limits?: Partial<ExporterLimits>;
  readonly format?: EventFormatter;
  readonly formats?: readonly string[];
  readonly assurance?: AuditExporter['assurance'];
  readonly encode?: (record: AuditRecord, formatter: EventFormatter) => string;
  /**
   * The request that carries a batch; or a verdict, where there can be none. `send` and `signal` are for what it needs before,
   * such as a token.
   */
  readonly request: (
    batch: DeliveryBatch,
    send: SendHttp,
    signal: AbortSignal,
  ) => HttpRequest | DeliveryVerdict | Promise<HttpRequest | DeliveryVerdict>;
  /** What an answer means. @default `httpVerdict`: the status alone */
  readonly interpret?: (answer: HttpAnswer, batch: DeliveryBatch) => DeliveryVerdict | Promise<DeliveryVerdict>;
  /** A request without events, and what its answer means. @default none: the first batch is the probe */
  readonly probe?: {
    readonly request: (
      send: SendHttp,
      signal: AbortSignal,
    ) => HttpRequest | ProbeVerdict | Promise<HttpRequest | ProbeVerdict>;
    readonly interpret?: (answer: HttpAnswer) => ProbeVerdict;
  };
  readonly confirm?: (
    handles: readonly string[],
    send: SendHttp,
    signal: AbortSignal,
  ) => Promise<ReadonlyMap<string, Confirmation>>;
  readonly confirmation?: Partial<ConfirmationTimes>;
}

/**
 * Makes an exporter for a receiver that speaks HTTP. Connections, TLS, proxies, time limits, the verdicts for what goes wrong
 * on the network, and keeping secrets out of every text are the same for all of them.
 *
 * @throws OptionsInvalidError for a `connection` that cannot be
 *
 * @example
 * ```ts
 * const collector = httpExporter({
 *   type: 'collector',
 *   address: new URL('https://collector.example.com/events'),
 *   secrets: [token],
 *   request: ({ events }) => ({
 *     url: new URL('https://collector.example.com/events'),
 *     headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' },
 *     body: events.map(({ text }) => `${text}\n`).join(''),
 *     gzip: true,
 *   }),
 * });
 * ```
 */
export function httpExporter(definition: HttpExporterDefinition): AuditExporter {
  const { address, connection = {}, lookup, secrets = [], interpret = httpVerdict, probe, confirm } = definition;
  const { type, limits, format, formats, assurance, encode, confirmation } = definition;
  const settings = httpConnectionSettings(connection);
  const http = new HttpConnection(settings, lookup);
  const clean = cleanTextOf([...secrets, ...(settings.proxy?.secrets ?? [])]);
  const send: SendHttp = (asked, signal) => http.send(asked, signal);
  return {
    ...definedOf({ type, limits, format, formats, assurance, encode, confirmation }),
    endpoint: shownAddress(address),
    deliver: (batch, signal) =>
      cleaned(clean, async () => {
        const asked = await definition.request(batch, send, signal);
        if (!('url' in asked)) {
          return asked;
        }
        const answer = await send({ freshConnection: batch.attempt > 1, ...asked }, signal);
        return interpret(answer, batch);
      }),
    ...(probe === undefined
      ? {}
      : {
          probe: (signal) =>
            cleaned(clean, async () => {
              const asked = await probe.request(send, signal);
              return 'url' in asked ? (probe.interpret ?? probeVerdict)(await send(asked, signal)) : asked;
            }),
        }),
    ...(confirm === undefined ? {} : { confirm: (handles, signal) => confirm(handles, send, signal) }),
    close: () => http.close(),
  };
}

/** What an answer to a probe means where a receiver has no rules of its own. */
export function probeVerdict(answer: HttpAnswer): ProbeVerdict {
  const verdict = httpVerdict(answer);
  switch (verdict.status) {
    case 'retry':
    case 'hold':
      return verdict;
    default:
      // Whoever dislikes an empty request is there all the same, and knows who asks.
      return { status: 'ok' };
  }
}

/** A verdict whose words hold no secret; what went wrong on the network is a verdict, too. */
async function cleaned<Verdict extends DeliveryVerdict | ProbeVerdict>(
  clean: CleanText,
  ask: () => Promise<Verdict>,
): Promise<Verdict | Exclude<ProbeVerdict, { status: 'ok' }>> {
  let verdict: Verdict | Exclude<ProbeVerdict, { status: 'ok' }>;
  try {
    verdict = await ask();
  } catch (error) {
    verdict = networkVerdict(error);
  }
  if (!('reason' in verdict)) {
    return verdict;
  }
  const words = 'cure' in verdict && verdict.cure !== undefined ? { cure: clean(verdict.cure) } : {};
  const refused =
    verdict.status === 'partial'
      ? { refused: verdict.refused.map((event) => ({ ...event, reason: clean(event.reason) })) }
      : {};
  return { ...verdict, reason: clean(verdict.reason), ...words, ...refused };
}

/** Without the members that are undefined: with `exactOptionalPropertyTypes`, absent is not the same. */
function definedOf<Given extends object>(given: Given): { [Name in keyof Given]?: Exclude<Given[Name], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Given]?: Exclude<Given[Name], undefined>;
  };
}
