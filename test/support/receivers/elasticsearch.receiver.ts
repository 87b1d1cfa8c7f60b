import { HttpReceiver, type ReceivedRequest, type ReceiverAnswer } from './http-receiver.js';

type Json = Readonly<Record<string, unknown>>;

/** How an item fails, in the words of Elasticsearch. */
export interface ItemFailure {
  readonly status: number;
  readonly type: string;
  readonly reason: string;
}

export interface ElasticsearchRules {
  /** The `Authorization` that is known; absent: anybody may. */
  readonly authorization?: string;
  /** Data streams; every other target is an index. */
  readonly dataStreams?: readonly string[];
  readonly pipelines?: readonly string[];
  /** `http.max_content_length`, in bytes after decompression. */
  readonly maxContentLength?: number;
  /** What happens to a document instead of being stored. */
  readonly fails?: (id: string, source: Json) => ItemFailure | 'failure-store' | undefined;
}

/** A document as it is stored. */
export interface StoredDocument {
  readonly target: string;
  readonly id: string;
  readonly source: Json;
}

const PARAMETERS = new Set(['filter_path', 'pipeline', 'refresh', 'timeout', 'require_alias', 'pretty']);
const ACTIONS = ['create', 'index', 'update', 'delete'];
const METADATA = new Set(['_index', '_id', 'routing', 'pipeline', 'require_alias', 'dynamic_templates']);

/**
 * Plays Elasticsearch's `_bulk` by its documentation: the body form, the rules of data streams, per-item results, `filter_path`
 * (which leaves out whatever has no member of the list, items too), and its errors.
 */
export class ElasticsearchReceiver {
  /** In the order in which they were created. */
  readonly documents: StoredDocument[] = [];
  readonly failureStore: StoredDocument[] = [];
  /** Replaceable while it runs. */
  rules: ElasticsearchRules;

  private constructor(
    readonly http: HttpReceiver,
    rules: ElasticsearchRules,
  ) {
    this.rules = rules;
  }

  static async start(rules: ElasticsearchRules = {}): Promise<ElasticsearchReceiver> {
    let answer: (request: ReceivedRequest) => ReceiverAnswer = () => ({ status: 503 });
    const receiver = new ElasticsearchReceiver(await HttpReceiver.start((request) => answer(request)), rules);
    answer = (request) => receiver.answer(request);
    return receiver;
  }

  private answer(request: ReceivedRequest): ReceiverAnswer {
    const [, name = ''] = request.path.split('/');
    const lines = request.body.toString('utf8').slice(0, -1).split('\n');
    return this.refusal(request) ?? this.results(decodeURIComponent(name), lines, request.query);
  }

  /** What is wrong with the request as a whole. */
  private refusal({ method, path, query, headers, body }: ReceivedRequest): ReceiverAnswer | undefined {
    const { authorization, maxContentLength = 100 * 1024 * 1024 } = this.rules;
    const contentType = headers['content-type'] ?? '';
    const unknown = [...query.keys()].find((key) => !PARAMETERS.has(key));
    const refusals: readonly (readonly [isMet: boolean, answer: () => ReceiverAnswer])[] = [
      [body.length > maxContentLength, () => ({ status: 413 })],
      [
        authorization !== undefined && headers['authorization'] !== authorization,
        () => failed(401, 'security_exception', 'unable to authenticate with provided credentials'),
      ],
      [
        method !== 'POST' || !/^\/[^/]+\/_bulk$/.test(path),
        () => json(405, { error: `Incorrect HTTP method for uri [${path}] and method [${method}]`, status: 405 }),
      ],
      [
        unknown !== undefined,
        () =>
          failed(400, 'illegal_argument_exception', `request [${path}] contains unrecognized parameter: [${unknown}]`),
      ],
      [
        !/^application\/(x-nd)?json$/.test(contentType),
        () => json(406, { error: `Content-Type header [${contentType}] is not supported`, status: 406 }),
      ],
      [body.length === 0, () => failed(400, 'parse_exception', 'request body is required')],
      [
        !body.toString('utf8').endsWith('\n'),
        () => failed(400, 'illegal_argument_exception', 'The bulk request must be terminated by a newline [\\n]'),
      ],
    ];
    return refusals.find(([isMet]) => isMet)?.[1]();
  }

  private results(target: string, lines: readonly string[], query: URLSearchParams): ReceiverAnswer {
    const pipeline = query.get('pipeline') ?? undefined;
    const isMissing = pipeline !== undefined && this.rules.pipelines?.includes(pipeline) !== true;
    const result = this.bulk(target, lines, isMissing ? pipeline : undefined);
    if ('status' in result) {
      return result;
    }
    const body = {
      took: 3,
      errors: result.items.some((item) => 'error' in item),
      items: result.items.map((item) => ({ create: item })),
    };
    const filter = query.get('filter_path');
    return json(200, filter === null ? body : (filtered(body, filter.split(',')) ?? {}));
  }

  private bulk(
    target: string,
    lines: readonly string[],
    missingPipeline: string | undefined,
  ): { readonly items: readonly Json[] } | ReceiverAnswer {
    const items: Json[] = [];
    for (let index = 0; index < lines.length; index += 2) {
      const action = object(lines[index]);
      const [operation, ...more] = Object.keys(action ?? {});
      const metadata = action?.[operation ?? ''] as Json | undefined;
      if (operation === undefined || more.length > 0 || !ACTIONS.includes(operation) || metadata === undefined) {
        return failed(
          400,
          'illegal_argument_exception',
          `Malformed action/metadata line [${index + 1}], expected one of ${ACTIONS.join(', ')}`,
        );
      }
      const strange = Object.keys(metadata).find((key) => !METADATA.has(key));
      if (strange !== undefined) {
        return failed(
          400,
          'illegal_argument_exception',
          `Action/metadata line [${index + 1}] contains an unknown parameter [${strange}]`,
        );
      }
      const id = metadata['_id'];
      if (typeof id !== 'string' || id === '' || Buffer.byteLength(id) > 512) {
        return failed(400, 'action_request_validation_exception', 'Validation Failed: 1: id is missing or too long;');
      }
      items.push(this.create(target, operation, id, lines[index + 1], missingPipeline));
    }
    return { items };
  }

  private create(
    target: string,
    operation: string,
    id: string,
    line: string | undefined,
    missingPipeline: string | undefined,
  ): Json {
    const { dataStreams = ['logs-audited.trail-default'], fails } = this.rules;
    const isStream = dataStreams.includes(target);
    const failure = (status: number, type: string, reason: string): Json => ({
      _index: target,
      _id: id,
      status,
      error: { type, reason, index_uuid: 'uuid', shard: '0', index: target },
    });
    if (isStream && operation !== 'create') {
      return failure(
        400,
        'illegal_argument_exception',
        'only write ops with an op_type of create are allowed in data streams',
      );
    }
    if (missingPipeline !== undefined) {
      return failure(400, 'illegal_argument_exception', `pipeline with id [${missingPipeline}] does not exist`);
    }
    const source = object(line);
    if (source === undefined) {
      return failure(400, 'document_parsing_exception', '[1:2] failed to parse');
    }
    if (isStream && !isTime(source['@timestamp'])) {
      return failure(
        400,
        'document_parsing_exception',
        '[1:9] failed to parse: data stream timestamp field [@timestamp] is missing',
      );
    }
    if (this.documents.some((document) => document.target === target && document.id === id)) {
      return failure(
        409,
        'version_conflict_engine_exception',
        `[${id}]: version conflict, document already exists (current version [1])`,
      );
    }
    const fate = fails?.(id, source);
    if (fate === 'failure-store') {
      this.failureStore.push({ target, id, source });
      return { _index: `.fs-${target}`, _id: 'of-its-own', result: 'created', failure_store: 'used', status: 201 };
    }
    if (fate !== undefined) {
      return failure(fate.status, fate.type, fate.reason);
    }
    this.documents.push({ target, id, source });
    const shards = { total: 2, successful: 1, failed: 0 };
    return { _index: target, _id: id, _version: 1, result: 'created', _shards: shards, status: 201 };
  }
}

function object(line: string | undefined): Json | undefined {
  try {
    const value: unknown = JSON.parse(line ?? '');
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
  } catch {
    // What is no JSON is no document.
    return undefined;
  }
}

function isTime(value: unknown): boolean {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value));
}

/** Only what a path of the list leads to; lists are looked through, and what is empty then is left out. */
function filtered(value: unknown, paths: readonly string[]): unknown {
  if (paths.includes('')) {
    return value;
  }
  if (Array.isArray(value)) {
    const kept = value.map((item) => filtered(item, paths)).filter((item) => item !== undefined);
    return kept.length === 0 ? undefined : kept;
  }
  if (typeof value !== 'object' || value === null) {
    return undefined;
  }
  const members = Object.entries(value).flatMap(([key, member]): [string, unknown][] => {
    const rest = paths.flatMap((path) => {
      const [first, ...further] = path.split('.');
      return first === key || first === '*' ? [further.join('.')] : [];
    });
    const kept = rest.length === 0 ? undefined : filtered(member, rest);
    return kept === undefined ? [] : [[key, kept]];
  });
  return members.length === 0 ? undefined : Object.fromEntries(members);
}

function failed(status: number, type: string, reason: string): ReceiverAnswer {
  const cause = { type, reason };
  return json(status, { error: { root_cause: [cause], ...cause }, status });
}

function json(status: number, body: unknown): ReceiverAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' },
    body: JSON.stringify(body),
  };
}
