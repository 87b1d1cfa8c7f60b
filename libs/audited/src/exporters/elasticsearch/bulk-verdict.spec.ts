import type { HttpAnswer } from '../http/http-connection.js';
import { bulkProbe, bulkVerdict } from './bulk-verdict.js';

function answer(status: number, body: unknown, headers: HttpAnswer['headers'] = {}): HttpAnswer {
  return { status, headers, text: typeof body === 'string' ? body : JSON.stringify(body), isCut: false };
}

function item(status: number, type?: string, reason = 'why'): object {
  return { create: { status, ...(type === undefined ? {} : { error: { type, reason } }) } };
}

function items(...list: readonly object[]): HttpAnswer {
  return answer(200, { errors: true, items: list });
}

describe('an answer about documents', () => {
  it.each([
    ['created', [item(201), item(201)]],
    ['there already', [item(409, 'version_conflict_engine_exception'), item(201)]],
    ['dropped by the pipeline of the operator', [item(200), item(201)]],
  ])('is delivered when all are %s', (_name, list) => {
    expect(bulkVerdict(items(...list), 2)).toEqual({ status: 'delivered' });
  });

  it('names the refused and those to send again by their places', () => {
    const verdict = bulkVerdict(
      items(
        item(201),
        item(400, 'document_parsing_exception', 'failed to parse field [a]'),
        item(429, 'es_rejected_execution_exception'),
        item(409, 'version_conflict_engine_exception'),
        item(503, 'unavailable_shards_exception'),
        item(403, 'security_exception'),
      ),
      6,
    );
    expect(verdict).toEqual({
      status: 'partial',
      refused: [{ index: 1, reason: 'status 400: document_parsing_exception: failed to parse field [a]' }],
      again: [2, 4, 5],
      reason:
        '1 of 6 refused, 3 to send again; the first: status 400: document_parsing_exception: failed to parse field [a]',
    });
  });

  it('is partial when every document was refused', () => {
    expect(bulkVerdict(items(item(400, 'mapper_parsing_exception')), 1)).toMatchObject({
      status: 'partial',
      refused: [{ index: 0 }],
    });
  });

  it('is retry when all may be taken later, with the wait that is asked for', () => {
    const busy = { ...items(item(429, 'circuit_breaking_exception'), item(503)), headers: { 'retry-after': '7' } };
    expect(bulkVerdict(busy, 2)).toMatchObject({ status: 'retry', afterMs: 7000 });
  });

  it('is retry with a cure when some are held, and the others may be taken later', () => {
    expect(bulkVerdict(items(item(429, 'x'), item(403, 'cluster_block_exception')), 2)).toMatchObject({
      status: 'retry',
      reason: expect.stringContaining('cluster_block_exception'),
      cure: expect.stringContaining('Lift the block'),
    });
  });

  it.each([
    ['403', item(403, 'security_exception'), /create_doc/],
    ['403 of a block', item(403, 'cluster_block_exception'), /Lift the block/],
    ['404', item(404, 'index_not_found_exception'), /Create the data stream/],
    ['401', item(401), /apiKey/],
    ['405', item(405), /log of Elasticsearch/],
    ['400 of a closed index', item(400, 'index_closed_exception'), /Open the index/],
    [
      '400 of an alias',
      item(400, 'illegal_argument_exception', 'no write index is defined for alias [a]'),
      /write index/,
    ],
    [
      '400 of a pipeline',
      item(400, 'illegal_argument_exception', 'pipeline with id [p] does not exist'),
      /ingest pipeline/,
    ],
    [
      '400 of a data stream that was taken for an index',
      item(400, 'document_parsing_exception', 'failed to parse: data stream timestamp field [@timestamp] is missing'),
      /"dataStream"/,
    ],
  ])('is hold when all are answered with %s: no event pays for a mistake in the set-up', (_name, failed, cure) => {
    expect(bulkVerdict(items(failed, failed), 2)).toMatchObject({
      status: 'hold',
      cure: expect.stringMatching(cure),
    });
  });

  it('is refused when the document went to the failure store, though its status is 201', () => {
    const stored = { create: { status: 201, failure_store: 'used' } };
    expect(bulkVerdict(answer(200, { errors: false, items: [item(201), stored] }), 2)).toMatchObject({
      status: 'partial',
      refused: [{ index: 1, reason: expect.stringContaining('failure store') }],
    });
  });

  it.each([
    "failed to parse field [n] of type [long] in document with id '1'. Preview of field's value: 'alice@example.com'",
    'immense term in field="n". The prefix of the first immense term is: \'[97, 108]...\', alice@example.com',
  ])('does not repeat what stands in the document: %s', (reason) => {
    const verdict = bulkVerdict(items(item(400, 'document_parsing_exception', reason)), 1);
    expect(JSON.stringify(verdict)).not.toContain('alice');
    expect(JSON.stringify(verdict)).toContain('field');
  });

  it.each([
    ['fewer items', items(item(201))],
    ['more items', items(item(201), item(201), item(201))],
    ['an item without a status', items(item(201), { create: {} })],
    ['an item that is none', answer(200, { items: [item(201), null] })],
    ['no items', answer(200, { errors: false })],
    ['no JSON', answer(200, '<html>Welcome</html>')],
    ['nothing', answer(204, '')],
    ['null', answer(200, 'null')],
    ['half of it', { ...items(item(201), item(201)), isCut: true }],
  ])('is retry when it holds %s', (_name, told) => {
    expect(bulkVerdict(told, 2)).toMatchObject({ status: 'retry', reason: expect.stringMatching(/answer/) });
  });
});

describe('an answer about the whole request', () => {
  const error = (type: string, reason: string): object => ({ error: { root_cause: [], type, reason } });

  it.each([
    [400, error('x_content_parse_exception', '[1:5] broken'), 'poison'],
    [400, error('illegal_argument_exception', 'Malformed action/metadata line [3]'), 'poison'],
    [400, error('illegal_argument_exception', 'request [/a/_bulk] contains unrecognized parameter: [b]'), 'hold'],
    [400, error('invalid_index_name_exception', 'Invalid index name [A]'), 'hold'],
    [400, '<html>The plain HTTP request was sent to HTTPS port</html>', 'hold'],
    [401, error('security_exception', 'unable to authenticate'), 'hold'],
    [403, error('security_exception', 'action [indices:data/write/bulk] is unauthorized'), 'hold'],
    [404, { error: 'no handler found for uri [/x]' }, 'hold'],
    [405, { error: 'Incorrect HTTP method', status: 405 }, 'hold'],
    [406, { error: 'Content-Type header [a] is not supported', status: 406 }, 'hold'],
    [413, '', 'split'],
    [429, error('es_rejected_execution_exception', 'rejected'), 'retry'],
    [500, error('null_pointer_exception', ''), 'retry'],
    [502, '<html>Bad Gateway</html>', 'retry'],
    [503, error('cluster_block_exception', 'blocked by: [SERVICE_UNAVAILABLE/2/no master];'), 'retry'],
    [301, '', 'hold'],
  ])('%i %o is %s', (status, body, expected) => {
    expect(bulkVerdict(answer(status, body), 2).status).toBe(expected);
  });

  it('tells the words of the error, and what to do', () => {
    expect(bulkVerdict(answer(401, error('security_exception', 'unable to authenticate')), 1)).toEqual({
      status: 'hold',
      reason: 'HTTP 401: security_exception: unable to authenticate',
      cure: expect.stringContaining('Check the key or user'),
    });
  });

  it('waits as long as it is asked to', () => {
    expect(bulkVerdict(answer(429, '', { 'retry-after': '3' }), 1)).toMatchObject({ status: 'retry', afterMs: 3000 });
  });
});

describe('the answer to a probe', () => {
  it.each([
    [400, { error: { type: 'parse_exception', reason: 'request body is required' } }, 'ok'],
    [200, { errors: false, items: [] }, 'ok'],
    [401, { error: { type: 'security_exception', reason: 'no' } }, 'hold'],
    [403, { error: { type: 'security_exception', reason: 'no' } }, 'hold'],
    [404, { error: 'no handler found' }, 'hold'],
    [200, '<html>Log in</html>', 'hold'],
    [400, '<html>nginx</html>', 'hold'],
    [429, '', 'retry'],
    [503, '', 'retry'],
  ])('%i %o is %s', (status, body, expected) => {
    expect(bulkProbe(answer(status, body)).status).toBe(expected);
  });
});
