import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HttpReceiver, type ReceivedRequest, type ReceiverAnswer } from './http-receiver.js';
import type { EntraTokens } from './entra-token.receiver.js';

/** A column as a data collection rule declares it. */
export interface StreamColumn {
  readonly name: string;
  readonly type: string;
}

type Streams = Readonly<Record<string, { readonly columns: readonly StreamColumn[] }>>;

interface RuleFile {
  readonly properties: { readonly streamDeclarations: Streams };
}

/** The rule of the guide: what a reader copies is what the tests send to. */
export const GUIDE_RULE = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../docs/guide/destinations/sentinel-asim-dcr.json'), 'utf8'),
) as RuleFile;

export const RULE_ID = `dcr-${'0123456789abcdef'.repeat(2)}`;
const MOST_BYTES = 1_048_576;
const RESERVED = ['_ResourceId', 'id', '_SubscriptionId', 'TenantId', 'Type', 'UniqueId', 'Title'];
const NAME = /^[A-Za-z]\w{0,44}$/;
const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const DATETIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z$/;

type Row = Readonly<Record<string, unknown>>;

/** The Logs Ingestion API of one data collection rule, by the letter of its documents. */
export class SentinelLogsIngestionReceiver {
  /** What the table holds. */
  readonly rows: Row[] = [];
  /** False while the role is not given, or not known yet. */
  hasRole = true;
  /** Every answer repeats the headers that it was asked with, and says that the service is out of order. */
  isBusy = false;
  private readonly requestIds = new Set<string>();

  private constructor(
    readonly server: HttpReceiver,
    readonly tokens: EntraTokens,
    private readonly streams: Streams,
  ) {}

  static async start(
    tokens: EntraTokens,
    streams: Streams = GUIDE_RULE.properties.streamDeclarations,
  ): Promise<SentinelLogsIngestionReceiver> {
    const server = await HttpReceiver.start((request) => receiver.answer(request));
    const receiver = new SentinelLogsIngestionReceiver(server, tokens, streams);
    return receiver;
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await this.tokens.server.stop();
  }

  private answer(request: ReceivedRequest): ReceiverAnswer {
    const { method, path, query, headers, body } = request;
    if (this.isBusy) {
      return refusal(503, 'ServiceUnavailable', `The service is busy: ${JSON.stringify(headers)}`);
    }
    const at = /^\/dataCollectionRules\/([^/]+)\/streams\/([^/]+)$/.exec(path);
    if (method !== 'POST' || at === null || query.get('api-version') !== '2023-01-01' || query.size !== 1) {
      return refusal(404, 'NotFound', 'The requested resource was not found.');
    }
    const token = /^Bearer (\S+)$/.exec(headers['authorization'] ?? '')?.[1];
    if (token === undefined || !this.tokens.isGood(token)) {
      return refusal(401, 'InvalidAuthenticationToken', 'The access token is invalid.');
    }
    if (at[1] !== RULE_ID) {
      return refusal(404, 'NotFound', `Data collection rule with immutable Id '${at[1]}' not found.`);
    }
    if (!this.hasRole) {
      return refusal(403, 'OperationFailed', 'The authentication token provided does not have access to ingest data');
    }
    const declared = Object.hasOwn(this.streams, at[2] ?? '') ? this.streams[at[2] ?? ''] : undefined;
    if (declared === undefined) {
      return refusal(400, 'InvalidStream', `The stream ${at[2]} was not configured in the data collection rule.`);
    }
    return this.bodyFault(request) ?? this.take(body, declared.columns);
  }

  private bodyFault({ headers, raw, body }: ReceivedRequest): ReceiverAnswer | undefined {
    const requestId = headers['x-ms-client-request-id'] ?? '';
    if (headers['content-type'] !== 'application/json' || !GUID.test(requestId) || this.requestIds.has(requestId)) {
      return refusal(400, 'InvalidRequest', 'The headers of the request are not right.');
    }
    this.requestIds.add(requestId);
    if (raw.length > MOST_BYTES || body.length > MOST_BYTES) {
      const message = `Maximum allowed content length: ${MOST_BYTES} bytes (1 MB). Provided content length: ${body.length} bytes.`;
      return refusal(413, 'ContentLengthLimitExceeded', message);
    }
    return undefined;
  }

  private take(body: Buffer, columns: readonly StreamColumn[]): ReceiverAnswer {
    let rows: unknown;
    try {
      rows = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    } catch {
      return refusal(400, 'InvalidRequestContent', 'The body is no JSON in UTF-8.');
    }
    if (!Array.isArray(rows)) {
      return refusal(400, 'InvalidRequestContent', 'The body is no array.');
    }
    const fault = rows.map((row) => rowFault(row, columns)).find((found) => found !== undefined);
    if (fault !== undefined) {
      return refusal(400, 'InvalidRecord', fault);
    }
    this.rows.push(...(rows as Row[]));
    return { status: 204 };
  }
}

function refusal(status: number, code: string, message: string): ReceiverAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json', 'x-ms-error-code': code },
    body: JSON.stringify({ error: { code, message } }),
  };
}

function rowFault(row: unknown, columns: readonly StreamColumn[]): string | undefined {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) {
    return 'An item is no object.';
  }
  for (const [name, value] of Object.entries(row)) {
    const type = columns.find((column) => column.name === name)?.type;
    if (RESERVED.includes(name) || !NAME.test(name)) {
      return `The name ${name} is reserved or none.`;
    }
    if (type !== undefined && !isOfType(type, value)) {
      return `The value of ${name} is no ${type}.`;
    }
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    if (Buffer.byteLength(text) > 65_536) {
      return `The value of ${name} would be cut.`;
    }
  }
  return 'TimeGenerated' in row ? undefined : 'TimeGenerated is missing.';
}

function isOfType(type: string, value: unknown): boolean {
  switch (type) {
    case 'string':
      return typeof value === 'string';
    case 'int':
      return Number.isInteger(value) && Math.abs(value as number) < 2 ** 31;
    case 'long':
      return Number.isInteger(value);
    case 'real':
      return typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean';
    case 'datetime':
      return typeof value === 'string' && DATETIME.test(value) && !Number.isNaN(Date.parse(value));
    case 'dynamic':
      return typeof value === 'object';
    default:
      return false;
  }
}
