import { FixedClock } from '../../testing/fixed.clock.js';
import type { SendHttp } from '../http/http-exporter.js';
import type { AccessToken, TokenRefusal, TokenSource } from './access-token.js';
import { AccessTokens } from './access-tokens.js';

const HOUR_MS = 3_600_000;
const send: SendHttp = () => Promise.reject(new Error('nothing is sent here'));
const never = (): AbortSignal => new AbortController().signal;

/** A source that answers when it is told to. */
class Source {
  readonly signals: AbortSignal[] = [];
  private readonly waiting: ((answer: AccessToken | TokenRefusal) => void)[] = [];

  readonly source: TokenSource = (_send, signal) => {
    this.signals.push(signal);
    return new Promise((resolve) => this.waiting.push(resolve));
  };

  get asked(): number {
    return this.signals.length;
  }

  answer(answer: AccessToken | TokenRefusal): void {
    this.waiting.shift()?.(answer);
  }

  answerLatest(answer: AccessToken | TokenRefusal): void {
    this.waiting.pop()?.(answer);
  }
}

const REFUSAL: TokenRefusal = { status: 'retry', reason: 'busy' };

describe('AccessTokens', () => {
  let clock: FixedClock;
  let source: Source;
  let tokens: AccessTokens;
  const token = (name: string, lifeMs = HOUR_MS): AccessToken => ({
    token: name,
    expiresOnTimestamp: clock.now() + lifeMs,
  });
  const get = async (signal = never()): Promise<string> => {
    const given = await tokens.get(send, signal);
    return 'token' in given ? given.token : given.reason;
  };
  const first = async (lifeMs = HOUR_MS): Promise<void> => {
    const asked = get();
    source.answer(token('first', lifeMs));
    await asked;
  };

  beforeEach(() => {
    clock = new FixedClock();
    source = new Source();
    tokens = new AccessTokens(source.source, clock);
  });

  it('asks once for ten who want a token at the same time', async () => {
    const all = Array.from({ length: 10 }, () => get());
    source.answer(token('first'));
    expect(new Set(await Promise.all(all))).toEqual(new Set(['first']));
    expect(source.asked).toBe(1);
  });

  it('tells all who wait the same refusal, and asks anew the next time', async () => {
    const all = [get(), get()];
    source.answer(REFUSAL);
    expect(await Promise.all(all)).toEqual(['busy', 'busy']);
    const later = get();
    source.answer(token('second'));
    expect(await later).toBe('second');
  });

  it('keeps a token until five minutes before its end', async () => {
    await first();
    clock.advance(HOUR_MS - 300_001);
    expect(await get()).toBe('first');
    clock.advance(1);
    const renewed = get();
    source.answer(token('second'));
    expect(await renewed).toBe('second');
  });

  it('keeps a token of a short life for half of it', async () => {
    await first(60_000);
    clock.advance(29_999);
    expect(await get()).toBe('first');
    clock.advance(1);
    const renewed = get();
    source.answer(token('second'));
    expect(await renewed).toBe('second');
  });

  it('uses the old token while it holds when no new one is given, and asks no more for half a minute', async () => {
    await first();
    clock.advance(HOUR_MS - 60_000);
    const refused = get();
    source.answer(REFUSAL);
    expect(await refused).toBe('first');
    clock.advance(29_999);
    expect(await get()).toBe('first');
    expect(source.asked).toBe(2);
    clock.advance(30_001);
    const over = get();
    source.answer(REFUSAL);
    expect(await over).toBe('busy');
  });

  it('asks anew after a token was forgotten', async () => {
    await first();
    tokens.forget('first');
    const second = get();
    source.answer(token('second'));
    expect(await second).toBe('second');
    tokens.forget('first');
    expect(await get()).toBe('second');
  });

  it('lets one give up without taking the token from the others', async () => {
    const stop = new AbortController();
    const [one, other] = [get(stop.signal), get()];
    stop.abort();
    await expect(one).rejects.toMatchObject({ name: 'AbortError' });
    source.answer(token('first'));
    expect(await other).toBe('first');
    expect(source.signals[0]?.aborted).toBe(false);
  });

  it('stops the question when all have given up, and the next one asks anew', async () => {
    const stop = new AbortController();
    const both = [get(stop.signal), get(stop.signal)];
    stop.abort();
    await Promise.allSettled(both);
    expect(source.signals[0]?.aborted).toBe(true);
    const next = get();
    source.answerLatest(token('second'));
    expect(await next).toBe('second');
    // The answer to the question that was stopped comes too late: it is nobody's.
    source.answer(token('late'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(await get()).toBe('second');
  });

  it('does not ask for somebody who has given up before', async () => {
    await expect(get(AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
    expect(source.asked).toBe(0);
  });

  it('takes a source that breaks its promise and throws for one that is out of order', async () => {
    tokens = new AccessTokens(() => Promise.reject(new Error('broken')), clock);
    expect(await tokens.get(send, never())).toEqual({ status: 'retry', reason: 'Error: broken' });
  });
});
