import type { HecToken } from '../support/receivers/splunk-hec.receiver.js';
import {
  deliver,
  handleOf,
  HEC_TOKEN,
  ODD_RECORDS,
  probeOf,
  SplunkHecUnderTest,
  statesOf,
} from '../support/receivers/splunk/splunk-hec-under-test.js';

const [FIRST, SECOND, THIRD] = ODD_RECORDS as [
  (typeof ODD_RECORDS)[0],
  (typeof ODD_RECORDS)[0],
  (typeof ODD_RECORDS)[0],
];
const ACK: HecToken = { token: HEC_TOKEN, useAck: true };

let splunk: SplunkHecUnderTest;

beforeEach(async () => {
  splunk = await SplunkHecUnderTest.start(ACK);
  splunk.receiver.isIndexing = false;
});

afterEach(() => splunk.stop());

function acknowledging(options: { readonly channel?: string } = {}): ReturnType<SplunkHecUnderTest['exporter']> {
  return splunk.exporter({ acknowledgement: true, ...options });
}

/** Numbers that Splunk was asked for, request by request. */
function askedNumbers(): readonly unknown[] {
  const requests = splunk.receiver.http.requests.filter(({ path }) => path === '/services/collector/ack');
  return requests.map(({ body }) => (JSON.parse(body.toString('utf8')) as { acks: unknown }).acks);
}

describe('What was sent', () => {
  it('is pending until it is indexed, then confirmed, and stays so although Splunk says yes only once', async () => {
    const exporter = acknowledging();
    const handles = [await handleOf(exporter, [FIRST]), await handleOf(exporter, [SECOND])];
    expect(await statesOf(exporter, ...handles)).toEqual(['pending', 'pending']);
    splunk.receiver.index();
    expect(await statesOf(exporter, ...handles)).toEqual(['confirmed', 'confirmed']);
    expect(await statesOf(exporter, ...handles)).toEqual(['confirmed', 'confirmed']);
    expect(askedNumbers()).toEqual([
      [0, 1],
      [0, 1],
    ]);
  });

  it('is named by the channel that it went through', async () => {
    const channel = 'B1A3C5D7-0011-4223-8445-66778899AABB';
    expect(await handleOf(acknowledging({ channel }), [FIRST])).toBe(`${channel}:0`);
    const own = await handleOf(acknowledging(), [FIRST]);
    expect(own).toBe(`${splunk.receiver.channels[1]}:0`);
  });

  it('is slowed down where Splunk is nearly full', async () => {
    splunk.receiver.condition = 'acks-filling';
    expect(await deliver(acknowledging(), [FIRST])).toMatchObject({ status: 'sent', slowDownMs: 2000 });
  });

  it('is lost for a process that never sent it', async () => {
    const handle = await handleOf(acknowledging(), [FIRST]);
    splunk.receiver.index();
    expect(await statesOf(acknowledging(), handle)).toEqual(['lost']);
  });

  it('is asked after by many in several requests, and what was told is kept when a later one fails', async () => {
    const exporter = acknowledging();
    const handles: string[] = [];
    for (let count = 0; count < 1001; count += 1) handles.push(await handleOf(exporter, [FIRST]));
    splunk.receiver.index();
    splunk.receiver.http.next({ kind: 'delay', ms: 0 }, { kind: 'reset' });
    await expect(statesOf(exporter, ...handles)).rejects.toThrow();
    expect(new Set(await statesOf(exporter, ...handles))).toEqual(new Set(['confirmed']));
    expect(askedNumbers().map((numbers) => (numbers as number[]).length)).toEqual([1000, 1]);
  });

  it('stays pending, never lost, while nobody answers', async () => {
    const exporter = acknowledging();
    const handle = await handleOf(exporter, [FIRST]);
    splunk.receiver.index();
    splunk.receiver.http.next({ kind: 'reset' }, { kind: 'hang' });
    await expect(statesOf(exporter, handle)).rejects.toThrow();
    await expect(exporter.confirm?.([handle], AbortSignal.timeout(100))).rejects.toThrow();
    expect(await statesOf(exporter, handle)).toEqual(['confirmed']);
  });

  it.each([
    ['a page', { status: 502, body: '<html>Bad Gateway</html>' }],
    ['a page with status 200', { status: 200, body: '<html>Welcome</html>' }],
    ['a refusal', { status: 403, body: '{"text":"Invalid token","code":4}' }],
    ['a yes with another status', { status: 503, body: '{"acks":{"0":true}}' }],
    ['something that is no yes', { status: 200, body: '{"acks":{"0":"true"}}' }],
  ])('stays pending when the answer is %s', async (_name, answer) => {
    const exporter = acknowledging();
    const handle = await handleOf(exporter, [FIRST]);
    splunk.receiver.index();
    splunk.receiver.http.next({ kind: 'answer', answer });
    expect(await statesOf(exporter, handle)).toEqual(['pending']);
    expect(await statesOf(exporter, handle)).toEqual(['confirmed']);
  });

  it('stays pending when the one yes was lost on the way, until the engine sends it again', async () => {
    const exporter = acknowledging();
    const handle = await handleOf(exporter, [FIRST]);
    splunk.receiver.index();
    splunk.receiver.http.next({ kind: 'lost-answer' });
    await expect(statesOf(exporter, handle)).rejects.toThrow();
    expect(await statesOf(exporter, handle)).toEqual(['pending']);
    const again = await handleOf(exporter, [FIRST]);
    splunk.receiver.index();
    expect(await statesOf(exporter, handle, again)).toEqual(['pending', 'confirmed']);
  });
});

describe('A Splunk that restarts', () => {
  it('has lost what it had not indexed; all of it arrives when it is sent again', async () => {
    const exporter = acknowledging();
    const indexed = await handleOf(exporter, [FIRST]);
    splunk.receiver.index();
    expect(await statesOf(exporter, indexed)).toEqual(['confirmed']);
    const pending = await handleOf(exporter, [SECOND]);
    splunk.receiver.restart();
    expect(splunk.receiver.ids).toEqual([FIRST.event.id]);
    expect(await statesOf(exporter, pending)).toEqual(['pending']);
    const anew = await handleOf(exporter, [THIRD]);
    expect(await statesOf(exporter, pending, anew)).toEqual(['lost', 'pending']);
    const again = await handleOf(exporter, [SECOND]);
    splunk.receiver.index();
    expect(await statesOf(exporter, indexed, anew, again)).toEqual(['confirmed', 'confirmed', 'confirmed']);
    expect(splunk.receiver.ids).toEqual([FIRST, THIRD, SECOND].map(({ event }) => event.id));
  });

  it('does not confirm the old request with the number of a new one, whose answer was lost', async () => {
    const exporter = acknowledging();
    const old = await handleOf(exporter, [FIRST]);
    splunk.receiver.restart();
    splunk.receiver.http.next({ kind: 'lost-answer' });
    expect(await deliver(exporter, [SECOND])).toMatchObject({ status: 'retry' });
    splunk.receiver.index();
    expect(await statesOf(exporter, old)).toEqual(['lost']);
  });

  it('again and again, with nothing confirmed, looks like several nodes, and holds', async () => {
    const exporter = acknowledging();
    const verdicts: unknown[] = [];
    for (let count = 0; count < 4; count += 1) {
      verdicts.push(await deliver(exporter, [FIRST]));
      splunk.receiver.restart();
    }
    expect(verdicts).toMatchObject([
      { status: 'sent' },
      { status: 'sent' },
      { status: 'sent' },
      { status: 'hold', cure: expect.stringContaining('sticky sessions') },
    ]);
    expect(await probeOf(exporter)).toEqual({ status: 'ok' });
    expect(await deliver(exporter, [FIRST])).toMatchObject({ status: 'sent' });
  });
});

describe('A token without acknowledgement', () => {
  it('holds with the cure, in the probe too, until it has it', async () => {
    splunk.receiver.setToken({ ...ACK, useAck: false });
    const exporter = acknowledging();
    const held = { status: 'hold', cure: expect.stringContaining('useACK') as string };
    expect(await deliver(exporter, [FIRST])).toMatchObject(held);
    expect(await probeOf(exporter)).toMatchObject(held);
    splunk.receiver.setToken(ACK);
    expect(await probeOf(exporter)).toEqual({ status: 'ok' });
    expect(await deliver(exporter, [FIRST])).toMatchObject({ status: 'sent' });
  });

  it('that had it before confirms what was taken, and from then on being taken is all there is', async () => {
    const exporter = acknowledging();
    const handle = await handleOf(exporter, [FIRST]);
    expect(exporter.assurance).toBe('acknowledged');
    splunk.receiver.setToken({ ...ACK, useAck: false });
    expect(await statesOf(exporter, handle, 'unknown:0')).toEqual(['confirmed', 'lost']);
    expect(exporter.assurance).toBe('sent');
    expect(await deliver(exporter, [SECOND])).toEqual({ status: 'delivered' });
    expect(await probeOf(exporter)).toEqual({ status: 'ok' });
  });

  it('is waited for again when it has it again', async () => {
    const exporter = acknowledging();
    const handle = await handleOf(exporter, [FIRST]);
    splunk.receiver.setToken({ ...ACK, useAck: false });
    await statesOf(exporter, handle);
    splunk.receiver.setToken(ACK);
    const next = await handleOf(exporter, [SECOND]);
    expect(await statesOf(exporter, next)).toEqual(['pending']);
    expect(exporter.assurance).toBe('acknowledged');
  });

  it('is no matter to a destination that did not ask for it', async () => {
    const { receiver } = splunk;
    receiver.setToken(ACK);
    const exporter = splunk.exporter();
    expect(await deliver(exporter, [FIRST])).toEqual({ status: 'delivered' });
    expect(exporter.assurance).toBe('sent');
    expect(exporter).not.toHaveProperty('confirm');
  });
});

describe('A probe', () => {
  it('uses no yes up', async () => {
    const exporter = acknowledging();
    const handle = await handleOf(exporter, [FIRST]);
    splunk.receiver.index();
    expect(await probeOf(exporter)).toEqual({ status: 'ok' });
    expect(await statesOf(exporter, handle)).toEqual(['confirmed']);
  });
});

describe('A channel that is full', () => {
  beforeEach(async () => {
    await splunk.stop();
    splunk = await SplunkHecUnderTest.start(ACK, { maxPendingAcks: 1 });
    splunk.receiver.isIndexing = false;
  });

  it('is left for a new one, and what went through it is still confirmed there', async () => {
    const exporter = acknowledging();
    const handle = await handleOf(exporter, [FIRST]);
    expect(await deliver(exporter, [SECOND])).toMatchObject({ status: 'retry', reason: expect.stringContaining('27') });
    const next = await handleOf(exporter, [SECOND]);
    expect(new Set(splunk.receiver.channels).size).toBe(2);
    splunk.receiver.index();
    expect(await statesOf(exporter, handle, next)).toEqual(['confirmed', 'confirmed']);
  });

  it('is kept where the options fix it, until its acknowledgements were asked for', async () => {
    const exporter = acknowledging({ channel: 'b1a3c5d7-0011-4223-8445-66778899aabb' });
    const handle = await handleOf(exporter, [FIRST]);
    expect(await deliver(exporter, [SECOND])).toMatchObject({ status: 'retry' });
    expect(await deliver(exporter, [SECOND])).toMatchObject({ status: 'retry' });
    splunk.receiver.index();
    expect(await statesOf(exporter, handle)).toEqual(['confirmed']);
    expect(await deliver(exporter, [SECOND])).toMatchObject({ status: 'sent' });
  });
});
