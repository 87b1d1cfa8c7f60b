import { gzipSync } from 'node:zlib';
import { SplunkHecReceiver } from '../support/receivers/splunk-hec.receiver.js';

const TOKEN = 'good-token';
const CHANNEL = 'b1a3c5d7-0011-4223-8445-66778899aabb';

let receiver: SplunkHecReceiver;

beforeEach(async () => {
  receiver = await SplunkHecReceiver.start({
    tokens: [
      { token: TOKEN, indexes: ['audit'] },
      { token: 'off-token', isEnabled: false },
      { token: 'ack-token', useAck: true },
    ],
    maxContentLength: 1000,
  });
});

afterEach(() => receiver.stop());

async function post(
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
  path = '/services/collector/event',
): Promise<{ readonly status: number; readonly text: string; readonly type: string }> {
  const response = await fetch(`${receiver.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Splunk ${TOKEN}`, ...headers },
    body: typeof body === 'string' ? body : new Uint8Array(body),
  });
  const type = response.headers.get('content-type') ?? '';
  return { status: response.status, text: await response.text(), type };
}

async function codeOf(...given: Parameters<typeof post>): Promise<unknown> {
  const { status, text } = await post(...given);
  return [status, (JSON.parse(text) as { code: number }).code];
}

describe('The receiver that tests go by', () => {
  it.each([
    ['no authorization', { authorization: '' }, [401, 2]],
    ['another scheme', { authorization: `Bearer ${TOKEN}` }, [401, 3]],
    ['two spaces', { authorization: `Splunk  ${TOKEN}` }, [401, 3]],
    ['no scheme', { authorization: TOKEN }, [401, 3]],
    ['an unknown token', { authorization: 'Splunk other' }, [403, 4]],
    ['a token that is switched off', { authorization: 'Splunk off-token' }, [403, 1]],
    ['no channel where one is needed', { authorization: 'Splunk ack-token' }, [400, 10]],
    ['a channel that is no GUID', { authorization: 'Splunk ack-token', 'x-splunk-request-channel': 'x' }, [400, 11]],
  ])('refuses %s', async (_name, headers, answer) => {
    expect(await codeOf('{"event":"x"}', headers)).toEqual(answer);
  });

  it('refuses a token in the query, after a look at it', async () => {
    expect(await codeOf('{"event":"x"}', {}, `/services/collector/event?token=${TOKEN}`)).toEqual([400, 16]);
    expect(await codeOf('{"event":"x"}', {}, '/services/collector/event?token=other')).toEqual([403, 4]);
  });

  it.each([
    ['', 5],
    [' \n', 5],
    ['[{"event":"x"}]', 6],
    ['{"event":"x"},{"event":"y"}', 6],
    ['{"event":"x"', 6],
    ["{'event':'x'}", 6],
    ['x', 6],
    ['{"event":"x","time":"soon"}', 6],
    ['{"event":"x","time":1795287099123}', 6],
    ['{"event":"x","host":""}', 6],
    ['{"event":"x","index":null}', 6],
    ['{"event":"x","evnt":1}', 6],
    ['{"event":["x"]}', 6],
    ['{"event":"x","index":"main"}', 7],
    ['{"time":1}', 12],
    ['{"event":null}', 12],
    ['{"event":""}', 13],
    ['{"event":"x","fields":{"a":{"b":1}}}', 15],
    ['{"event":"x","fields":{"a":null}}', 15],
    ['{"event":"x","fields":["a"]}', 6],
  ])('refuses the body %j with code %i', async (body, code) => {
    expect(await codeOf(body)).toEqual([400, code]);
    expect(receiver.events).toEqual([]);
  });

  it('names the event that it refuses, and keeps none of the request', async () => {
    const { text } = await post('{"event":"x"}{"event":"y"}\n{"event":""}{"event":"z"}');
    expect(JSON.parse(text)).toEqual({ text: 'Event field cannot be blank', code: 13, 'invalid-event-number': 2 });
    expect(receiver.events).toEqual([]);
  });

  it('refuses what is no UTF-8', async () => {
    expect(await codeOf(Buffer.from('7b226576656e74223a22ff227d', 'hex'))).toEqual([400, 6]);
  });

  it('takes objects one after another, however they are separated, braces and quotes in texts included', async () => {
    const texts = ['}{', '"}', '\\"{', 'a\nb', '\\'];
    const body = texts.map((event) => JSON.stringify({ event }, null, 1)).join('');
    expect(await codeOf(body)).toEqual([200, 0]);
    expect(receiver.events.map(({ event }) => event)).toEqual(texts);
  });

  it('measures what is compressed as it is without, and answers what is too large with a page', async () => {
    const body = gzipSync(JSON.stringify({ event: 'x'.repeat(1000) }));
    expect(body.length).toBeLessThan(1000);
    const answer = await post(body, { 'content-encoding': 'gzip' });
    expect(answer).toMatchObject({ status: 413, type: expect.stringContaining('html') });
  });

  it('answers an encoding that it does not know with a page', async () => {
    const answer = await post('x', { 'content-encoding': 'zstd' });
    expect(answer).toMatchObject({ status: 415, type: expect.stringContaining('html') });
  });

  it('says yes once, by channel, and not before it has indexed', async () => {
    receiver.isIndexing = false;
    const headers = { authorization: 'Splunk ack-token', 'x-splunk-request-channel': CHANNEL };
    const other = { ...headers, 'x-splunk-request-channel': 'c1a3c5d7-0011-4223-8445-66778899aabb' };
    expect((await post('{"event":"x"}', headers)).text).toContain('"ackId":0');
    expect((await post('{"event":"y"}', headers)).text).toContain('"ackId":1');
    expect((await post('{"event":"z"}', other)).text).toContain('"ackId":0');
    const ask = async (asking: typeof headers): Promise<unknown> =>
      JSON.parse((await post('{"acks":[0,1]}', asking, '/services/collector/ack')).text);
    expect(await ask(headers)).toEqual({ acks: { 0: false, 1: false } });
    receiver.index();
    expect(await ask(other)).toEqual({ acks: { 0: true, 1: false } });
    expect(await ask(headers)).toEqual({ acks: { 0: true, 1: true } });
    expect(await ask(headers)).toEqual({ acks: { 0: false, 1: false } });
    expect(await codeOf('{"acks":[0]}', {}, '/services/collector/ack')).toEqual([400, 14]);
    expect(await codeOf('{"acks":["0"]}', headers, '/services/collector/ack')).toEqual([400, 6]);
  });
});
