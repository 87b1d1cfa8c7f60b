import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HttpReceiver, type ReceivedRequest, type ReceiverAnswer } from './http-receiver.js';

type Members = Readonly<Record<string, unknown>>;

export interface OtlpRules {
  /** Headers that a request must have; another value, or none, is answered with 401. */
  readonly headers?: Readonly<Record<string, string>>;
  /** In bytes after decompression; the Collector's own default is 20 MiB. */
  readonly maxRequestBodySize?: number;
  /** What is told in `partialSuccess`; nothing is stored of a batch that is told of. */
  readonly partialSuccess?: Members;
}

/** A log record, with the attributes of its resource. */
export interface StoredLogRecord {
  readonly resource: Members;
  readonly logRecord: Members;
}

const SCHEMA = JSON.parse(readFileSync(join(import.meta.dirname, '../../golden/schemas/otlp-logs.json'), 'utf8')) as {
  readonly messages: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly anyValue: Readonly<Record<string, string>>;
};

/** Plays the OTLP receiver of the Collector over HTTP, and is strict where the Collector forgives: JSON by the letter. */
export class OtlpReceiver {
  readonly logRecords: StoredLogRecord[] = [];
  /** Replaceable while it runs. */
  rules: OtlpRules;

  private constructor(
    readonly http: HttpReceiver,
    rules: OtlpRules,
  ) {
    this.rules = rules;
  }

  static async start(rules: OtlpRules = {}): Promise<OtlpReceiver> {
    let answer: (request: ReceivedRequest) => ReceiverAnswer = () => ({ status: 503 });
    const receiver = new OtlpReceiver(await HttpReceiver.start((request) => answer(request)), rules);
    answer = (request) => receiver.answer(request);
    return receiver;
  }

  /** Ids of the events, as the attribute `log.record.uid` tells them. */
  get ids(): readonly string[] {
    return this.logRecords.map(({ logRecord }) => {
      const attributes = logRecord['attributes'] as readonly { key: string; value: { stringValue: string } }[];
      return attributes.find(({ key }) => key === 'log.record.uid')?.value.stringValue ?? '';
    });
  }

  private answer(request: ReceivedRequest): ReceiverAnswer {
    const { headers = {}, maxRequestBodySize = 20 * 1024 * 1024, partialSuccess } = this.rules;
    if (Object.entries(headers).some(([name, value]) => request.headers[name] !== value)) {
      return json(401, { code: 16, message: 'unauthenticated' });
    }
    if (request.path !== '/v1/logs') {
      return { status: 404, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: '404 page not found\n' };
    }
    if (request.method !== 'POST') {
      return { status: 405, headers: { 'content-type': 'text/plain' }, body: '405 method not allowed' };
    }
    if (request.headers['content-type'] !== 'application/json') {
      return { status: 415, headers: { 'content-type': 'text/plain' }, body: '415 unsupported media type' };
    }
    if (request.body.length > maxRequestBodySize) {
      return json(413, { code: 3, message: 'http: request body too large' });
    }
    let records: readonly StoredLogRecord[];
    try {
      records = readRequest(request.body.toString('utf8'));
    } catch (error) {
      return json(400, { code: 3, message: (error as Error).message });
    }
    if (partialSuccess !== undefined) {
      return json(200, { partialSuccess });
    }
    this.logRecords.push(...records);
    return json(200, { partialSuccess: {} });
  }
}

function json(status: number, body: unknown): ReceiverAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/** @throws Error for what is no `ExportLogsServiceRequest` in the JSON encoding of Protobuf */
function readRequest(text: string): readonly StoredLogRecord[] {
  const root = JSON.parse(text) as Members;
  check('LogsData', root, 'request');
  return list(root, 'resourceLogs').flatMap((resourceLogs) =>
    list(resourceLogs, 'scopeLogs').flatMap((scopeLogs) =>
      list(scopeLogs, 'logRecords').map((logRecord) => ({ resource: resourceLogs['resource'] as Members, logRecord })),
    ),
  );
}

function list(message: Members, field: string): readonly Members[] {
  return (message[field] ?? []) as readonly Members[];
}

const SCALARS: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string' && value.isWellFormed(),
  bool: (value) => typeof value === 'boolean',
  double: (value) => typeof value === 'number',
  int64: (value) => typeof value === 'string' && /^(0|-?[1-9][0-9]*)$/.test(value),
  fixed64: (value) => typeof value === 'string' && /^[1-9][0-9]*$/.test(value) && BigInt(value) < 2n ** 64n,
  uint32: (value) => Number.isInteger(value),
  fixed32: (value) => Number.isInteger(value),
  SeverityNumber: (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 24,
  'hex of 16 bytes': (value) => typeof value === 'string' && /^(?!0{32})[0-9a-f]{32}$/i.test(value),
  'hex of 8 bytes': (value) => typeof value === 'string' && /^(?!0{16})[0-9a-f]{16}$/i.test(value),
};

function check(type: string, value: unknown, path: string): void {
  const scalar = SCALARS[type];
  if (scalar !== undefined) {
    if (!scalar(value)) throw new Error(`${path}: invalid value for ${type}`);
    return;
  }
  const fields = type === 'AnyValue' ? SCHEMA.anyValue : SCHEMA.messages[type];
  if (fields === undefined || typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`${path}: expected ${type}`);
  }
  const members = Object.entries(value);
  if (type === 'AnyValue' && members.length > 1) throw new Error(`${path}: more than one of oneof`);
  for (const [name, member] of members) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field === undefined) throw new Error(`${path}: unknown field ${JSON.stringify(name)}`);
    if (!field.endsWith('[]')) {
      check(field, member, `${path}.${name}`);
      continue;
    }
    if (!Array.isArray(member)) throw new Error(`${path}.${name}: expected a list`);
    member.forEach((item, index) => check(field.slice(0, -2), item, `${path}.${name}.${index}`));
    const keys = field === 'KeyValue[]' ? member.map(({ key }: { key: string }) => key) : [];
    if (new Set(keys).size !== keys.length) throw new Error(`${path}.${name}: a key stands twice`);
  }
}
