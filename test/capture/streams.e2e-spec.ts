import { Readable } from 'node:stream';
import type { IncomingMessage } from 'node:http';
import { Controller, Get, Post, Res, Sse, StreamableFile, UseGuards } from '@nestjs/common';
import { Audited } from 'nestjs-audited';
import { concat, from, NEVER, of, Subject, throwError, type Observable } from 'rxjs';
import { PLATFORMS } from '../support/platforms.js';
import { onlyOne, testApp, until, type TestApp } from '../support/test-app.js';

const MEBIBYTE = 1024 * 1024;

/** A source that gives what the spec pushes, so that the spec decides when the response ends. */
class PushedStream extends Readable {
  override _read(): void {}
}

interface RawCarrier {
  readonly raw?: NodeJS.WritableStream & { destroy(error?: Error): unknown };
  hijack?(): unknown;
}

/** Node's response behind either framework's, taken over from the framework. */
function takeOver(reply: RawCarrier): NodeJS.WritableStream & { destroy(error?: Error): unknown } {
  reply.hijack?.();
  return reply.raw ?? (reply as unknown as NodeJS.WritableStream & { destroy(error?: Error): unknown });
}

let pushed: PushedStream;
let messages: Subject<{ data: string }>;

@Controller('streams')
@Audited('stream.test')
class StreamsController {
  @Get('file') file(): StreamableFile {
    return new StreamableFile(Buffer.alloc(3 * MEBIBYTE, 'a'));
  }

  @Get('pushed') pushed(): StreamableFile {
    pushed = new PushedStream();
    return new StreamableFile(pushed);
  }

  @Get('piped') piped(@Res() reply: RawCarrier): void {
    Readable.from(['one,', 'two,', 'three']).pipe(takeOver(reply));
  }

  @Get('written') written(@Res() reply: RawCarrier): void {
    const response = takeOver(reply);
    response.write('first,');
    setImmediate(() => {
      response.write('second,');
      response.end('last');
    });
  }

  @Get('destroyed') destroyed(@Res() reply: RawCarrier): void {
    const response = takeOver(reply);
    response.write('half');
    setImmediate(() => response.destroy(new Error('the disk is gone')));
  }

  @Get('dropped') dropped(@Res() reply: RawCarrier): void {
    const response = takeOver(reply);
    response.write('half');
    setImmediate(() => response.destroy());
  }

  @Get('broken-file') brokenFile(): StreamableFile {
    pushed = new PushedStream();
    return new StreamableFile(pushed);
  }

  @Sse('events') events(): Observable<{ data: string }> {
    return from([{ data: 'one' }, { data: 'two' }]);
  }

  @Sse('open-events') openEvents(): Observable<{ data: string }> {
    messages = new Subject();
    return messages;
  }

  @Sse('promised-events') async promisedEvents(): Promise<Observable<{ data: string }>> {
    await Promise.resolve();
    return of({ data: 'promised' });
  }

  @Sse('failing-events') failingEvents(): Observable<{ data: string }> {
    return concat(
      of({ data: 'one' }),
      throwError(() => new Error('the source dried up')),
    );
  }

  @Sse('endless-events') endlessEvents(): Observable<{ data: string }> {
    return concat(of({ data: 'one' }), NEVER);
  }

  @Sse('closed-events')
  @UseGuards({ canActivate: () => false })
  closedEvents(): Observable<{ data: string }> {
    return NEVER;
  }

  @Post('upload') upload(): string {
    return 'taken';
  }
}

/** The head of an answer whose body is still to come. */
function headOf(request: {
  once(event: 'response', told: (response: IncomingMessage) => void): unknown;
}): Promise<IncomingMessage> {
  return new Promise((resolve) => request.once('response', resolve));
}

describe.each(PLATFORMS)('long answers on %s', (platform) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await testApp(platform).controllers(StreamsController).start();
  });
  afterAll(() => app.close());

  it.each([
    ['a file of three megabytes', 'file', 'a'.repeat(3 * MEBIBYTE)],
    ['a piped stream', 'piped', 'one,two,three'],
    ['several writes', 'written', 'first,second,last'],
  ])('%s is one record, and arrives whole', async (_what, path, body) => {
    const { answer, event } = await app.one(`/streams/${path}`);
    expect(answer.text === body).toBe(true);
    expect(answer.headers.get('x-audit-id')).toBe(event.id);
    expect(event).toMatchObject({ type: 'stream.test', outcome: 'success', transport: { status: 200 } });
  });

  it('a HEAD request on a file is one record', async () => {
    const { event } = await app.one('/streams/file', { method: 'HEAD' });
    expect(event).toMatchObject({ outcome: 'success', transport: { method: 'HEAD', status: 200 } });
  });

  it('a stream has the audit id in its head, and is recorded when it ends, not before', async () => {
    const request = app.open('/streams/pushed');
    const response = await headOf(startedStream(request));
    expect(response.headers['x-audit-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(await app.fresh()).toEqual([]);

    pushed.push('the rest');
    pushed.push(null);
    const text = await textOf(response);

    expect(text).toBe('beginning, the rest');
    const event = onlyOne(await app.fresh());
    expect(event).toMatchObject({ id: response.headers['x-audit-id'], outcome: 'success', transport: { status: 200 } });
  });

  it.each(['destroyed', 'dropped'])(
    'an answer that the application breaks off is no fault of the client: %s',
    async (path) => {
      const request = app.open(`/streams/${path}`);
      const response = await headOf(request);
      response.on('error', () => response.destroy()).resume();

      const event = onlyOne(await app.eventually());
      expect(event).toMatchObject({ outcome: 'unknown', reason: 'response_failed', transport: { status: 200 } });
    },
  );

  it('a file that breaks on the way leaves one record', async () => {
    const request = app.open('/streams/broken-file');
    const response = await headOf(startedStream(request));
    response.on('error', () => response.destroy()).resume();
    pushed.destroy(new Error('the disk is gone'));

    const event = onlyOne(await app.eventually());
    expect(event).toMatchObject({ type: 'stream.test', transport: { status: 200 } });
    expect(event.reason).not.toBe('client_aborted');
  });

  it.each([
    ['events', 'data: two'],
    ['promised-events', 'data: promised'],
  ])('server-sent events that the server ends are one record (%s)', async (path, last) => {
    const { answer, event } = await app.one(`/streams/${path}`);
    expect(answer.text).toContain(last);
    expect(answer.headers.get('x-audit-id')).toBe(event.id);
    expect(event).toMatchObject({ outcome: 'success', transport: { status: 200 } });
  });

  it('server-sent events that the client ends are one record, when it leaves', async () => {
    const request = app.open('/streams/endless-events');
    const response = await headOf(request);
    expect(response.headers['x-audit-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(await app.fresh()).toEqual([]);
    request.destroy();

    const event = onlyOne(await app.eventually());
    expect(event).toMatchObject({ id: response.headers['x-audit-id'], outcome: 'success', transport: { status: 200 } });
  });

  it('server-sent events are recorded at their end, not at their first message', async () => {
    const request = app.open('/streams/open-events');
    const begun = headOf(request);
    await until(() => messages?.observed === true);
    messages.next({ data: 'one' });
    const response = await begun;
    expect(await app.fresh()).toEqual([]);
    messages.complete();
    await textOf(response);
    expect(onlyOne(await app.fresh())).toMatchObject({ outcome: 'success' });
  });

  it('server-sent events whose source fails are a failure, whatever the head said', async () => {
    const { event } = await app.one('/streams/failing-events');
    expect(event).toMatchObject({
      outcome: 'failure',
      transport: { status: 200 },
      error: { message: 'the source dried up' },
    });
  });

  it('server-sent events that a guard refuses are denied', async () => {
    const { answer, event } = await app.one('/streams/closed-events');
    expect(answer.status).toBe(403);
    expect(event).toMatchObject({ outcome: 'denied', transport: { status: 403 } });
  });

  it('a large body sent to a handler is one record', async () => {
    const { event } = await app.one('/streams/upload', { method: 'POST', body: 'x'.repeat(50_000) });
    expect(event.type).toBe('stream.test');
  });
});

/** Gives the stream its first bytes once the handler made it, so that the head leaves. */
function startedStream<Request>(request: Request): Request {
  const before = pushed as PushedStream | undefined;
  void until(() => pushed !== before).then(() => pushed.push('beginning, '));
  return request;
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
