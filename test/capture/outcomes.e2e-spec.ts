import {
  Body,
  Controller,
  Get,
  Head,
  HttpCode,
  HttpException,
  NotFoundException,
  Param,
  ParseIntPipe,
  Post,
  Redirect,
  Res,
  UnprocessableEntityException,
  type PipeTransform,
} from '@nestjs/common';
import { Audited } from 'nestjs-audited';
import { concat, from, of, throwError, timer } from 'rxjs';
import { map, switchMap } from 'rxjs/operators';
import { asUser, HeaderUserGuard } from '../support/header-user.guard.js';
import { PLATFORMS } from '../support/platforms.js';
import { testApp, type TestApp } from '../support/test-app.js';

/** The framework's response as handlers with `@Res()` use it here: the names are the same on both. */
interface Reply {
  status(code: number): Reply;
  send(body: unknown): unknown;
  header(name: string, value: string): unknown;
  redirect(url: string): unknown;
}

class Refuse422 implements PipeTransform {
  transform(): never {
    throw new UnprocessableEntityException(['name must not be empty', 'age must be a number']);
  }
}

class LibraryError extends Error {
  readonly code = 'E_LIBRARY';
}

@Controller('outcomes')
@Audited('outcome.test')
class OutcomesController {
  @Get('value') value(): object {
    return { is: 'there' };
  }

  @Post('value') create(@Body() body: unknown): unknown {
    return body;
  }

  @Get('promise') promise(): Promise<string> {
    return new Promise((resolve) => setImmediate(() => resolve('later')));
  }

  @Get('observable') observable(): unknown {
    return from([1, 2, 3]).pipe(map((number) => ({ number })));
  }

  @Get('promised-observable') async promisedObservable(): Promise<unknown> {
    await Promise.resolve();
    return timer(1).pipe(switchMap(() => of('emitted')));
  }

  @Get('nothing') nothing(): void {}

  @Post('accepted') @HttpCode(202) accepted(): object {
    return { job: 1 };
  }

  @Post('empty') @HttpCode(204) empty(): void {}

  @Get('moved') @Redirect('/elsewhere', 301) moved(): void {}

  @Get('redirected') redirected(@Res() reply: Reply): void {
    // The frameworks disagree on the order of the arguments, so the status is set before.
    void reply.status(302).redirect('/elsewhere');
  }

  @Head('head') head(): void {}

  @Post('own-answer') ownAnswer(@Res() reply: Reply): void {
    void reply.status(207).send({ own: true });
  }

  @Post('late-own-answer') lateOwnAnswer(@Res() reply: Reply): void {
    setImmediate(() => void reply.status(503).send({ own: true }));
  }

  @Post('passthrough') passthrough(@Res({ passthrough: true }) reply: Reply): object {
    void reply.status(206).header('x-own', 'yes');
    return { passed: true };
  }

  @Get('missing') missing(): never {
    throw new NotFoundException('no such thing');
  }

  @Get('plain-error') plainError(): never {
    throw new LibraryError('it broke');
  }

  @Get('rejected') rejected(): Promise<never> {
    return Promise.reject(new HttpException('a teapot', 418));
  }

  @Get('observable-error') observableError(): unknown {
    return concat(
      of(1),
      throwError(() => new NotFoundException('gone by now')),
    );
  }

  @Get('promised-observable-error') async promisedObservableError(): Promise<unknown> {
    await Promise.resolve();
    return throwError(() => new NotFoundException('gone by then'));
  }

  @Get('not-modified') notModified(): never {
    throw new HttpException('see the cache', 304);
  }

  @Get('text-thrown') textThrown(): never {
    // oxlint-disable-next-line typescript/only-throw-error -- applications do
    throw 'just a text';
  }

  @Get('number/:id') number(@Param('id', ParseIntPipe) id: number): number {
    return id;
  }

  @Post('validated') validated(@Body(Refuse422) body: unknown): unknown {
    return body;
  }

  @Get('unauthorized') unauthorized(): never {
    throw new HttpException({ message: 'wrong password' }, 401);
  }

  @Get('forbidden') forbidden(): never {
    throw new HttpException('not yours', 403);
  }
}

describe.each(PLATFORMS)('outcomes on %s', (platform) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await testApp(platform)
      .controllers(OutcomesController)
      .with((nest) => nest.useGlobalGuards(new HeaderUserGuard()))
      .start();
  });
  afterAll(() => app.close());

  describe('a success', () => {
    it.each([
      ['a value', 'value'],
      ['a promise', 'promise'],
      ['an Observable with several emissions', 'observable'],
      ['a promise of an Observable', 'promised-observable'],
      ['nothing', 'nothing'],
    ])('is recorded once when the handler gives %s', async (_what, path) => {
      const { answer, event } = await app.one(`/outcomes/${path}`, { headers: asUser({ id: 'u-1' }) });

      expect(answer.status).toBe(200);
      expect(event).toMatchObject({
        type: 'outcome.test',
        outcome: 'success',
        stage: 'outcome',
        actor: { kind: 'user', id: 'u-1', ip: '127.0.0.1' },
        action: `GET /outcomes/${path}`,
        transport: { kind: 'http', method: 'GET', path: `/outcomes/${path}`, route: `/outcomes/${path}`, status: 200 },
      });
      expect(event.error).toBeUndefined();
      expect(answer.headers.get('x-audit-id')).toBe(event.id);
      expect(event.correlationId).toBe(event.id);
    });

    it('sends the last emission of an Observable, as without the audit trail', async () => {
      const { answer } = await app.one('/outcomes/observable');
      expect(JSON.parse(answer.text)).toEqual({ number: 3 });
    });

    it('has the final status of a POST, and the handler by name', async () => {
      const { answer, event } = await app.onePost('/outcomes/value', { a: 1 });

      expect([answer.status, answer.text]).toEqual([201, '{"a":1}']);
      expect(event).toMatchObject({
        outcome: 'success',
        actor: { kind: 'anonymous' },
        transport: { status: 201, method: 'POST', handler: 'OutcomesController.create' },
      });
    });

    it('is pending when the answer is 202', async () => {
      const { answer, event } = await app.onePost('/outcomes/accepted');
      expect(answer.status).toBe(202);
      expect(event).toMatchObject({ outcome: 'pending', transport: { status: 202 } });
    });

    it('may have no body', async () => {
      const { answer, event } = await app.onePost('/outcomes/empty');
      expect([answer.status, answer.text]).toEqual([204, '']);
      expect(event).toMatchObject({ outcome: 'success', transport: { status: 204 } });
    });

    it.each([
      ['moved', 301],
      ['redirected', 302],
    ])('is a redirect: %s', async (path, status) => {
      const { answer, event } = await app.one(`/outcomes/${path}`);
      expect([answer.status, answer.headers.get('location')]).toEqual([status, '/elsewhere']);
      expect(event).toMatchObject({ outcome: 'success', transport: { status } });
    });

    it.each(['value', 'promise', 'head'])('is a HEAD request on %s', async (path) => {
      const { answer, event } = await app.one(`/outcomes/${path}`, { method: 'HEAD' });
      expect([answer.status, answer.text]).toEqual([200, '']);
      expect(event).toMatchObject({ outcome: 'success', transport: { method: 'HEAD', status: 200 } });
    });

    it('is told by a handler that answers itself', async () => {
      const { answer, event } = await app.onePost('/outcomes/own-answer');
      expect([answer.status, answer.text]).toEqual([207, '{"own":true}']);
      expect(answer.headers.get('x-audit-id')).toBe(event.id);
      expect(event).toMatchObject({ outcome: 'success', transport: { status: 207 } });
    });

    it('keeps what a handler with a passthrough response set', async () => {
      const { answer, event } = await app.onePost('/outcomes/passthrough');
      expect([answer.status, answer.headers.get('x-own')]).toEqual([206, 'yes']);
      expect(event).toMatchObject({ outcome: 'success', transport: { status: 206 } });
    });

    it('is an exception that stands for no error', async () => {
      const { answer, event } = await app.one('/outcomes/not-modified');
      expect(answer.status).toBe(304);
      expect(event).toMatchObject({ outcome: 'success', transport: { status: 304 } });
    });
  });

  describe('a failure', () => {
    it.each([
      ['an HttpException', 'missing', 404, { type: 'NotFoundException', message: 'no such thing' }],
      ['any Error', 'plain-error', 500, { type: 'LibraryError', code: 'E_LIBRARY', message: 'it broke' }],
      ['a rejection', 'rejected', 418, { type: 'HttpException', message: 'a teapot' }],
      ['an error of an Observable', 'observable-error', 404, { type: 'NotFoundException', message: 'gone by now' }],
      ['one of a promised Observable', 'promised-observable-error', 404, { message: 'gone by then' }],
      ['something that is no Error', 'text-thrown', 500, { message: 'just a text' }],
    ])('is recorded once when the handler ends with %s', async (_what, path, status, error) => {
      const { answer, event } = await app.one(`/outcomes/${path}`, { headers: asUser({ id: 'u-2' }) });

      expect(answer.status).toBe(status);
      expect(event).toMatchObject({
        type: 'outcome.test',
        outcome: 'failure',
        actor: { kind: 'user', id: 'u-2' },
        transport: { status, route: `/outcomes/${path}` },
        error,
      });
      expect(answer.headers.get('x-audit-id')).toBe(event.id);
    });

    it('is told by a handler that answers late and itself', async () => {
      const { answer, event } = await app.onePost('/outcomes/late-own-answer');
      expect(answer.status).toBe(503);
      expect(event).toMatchObject({ outcome: 'failure', transport: { status: 503 } });
    });

    it('is a parameter that a pipe rejects', async () => {
      const { answer, event } = await app.one('/outcomes/number/seven', { headers: asUser('u-3') });
      expect(answer.status).toBe(400);
      expect(event).toMatchObject({
        type: 'outcome.test',
        outcome: 'failure',
        actor: { id: 'u-3' },
        transport: { status: 400, path: '/outcomes/number/seven', route: '/outcomes/number/:id' },
        error: { code: '400', type: 'Bad Request' },
      });
      expect(event.error?.message).toContain('numeric string is expected');
    });

    it('is a body that a pipe rejects, with every complaint', async () => {
      const { answer, event } = await app.onePost('/outcomes/validated', { name: '' });
      expect(answer.status).toBe(422);
      expect(event).toMatchObject({
        outcome: 'failure',
        transport: { status: 422 },
        error: { code: '422', message: 'name must not be empty; age must be a number' },
      });
    });

    it('is a 401 of the handler itself: a log-in that failed is no denial', async () => {
      const { event } = await app.one('/outcomes/unauthorized');
      expect(event).toMatchObject({ outcome: 'failure', transport: { status: 401 } });
    });
  });

  it('is a denial when the handler itself forbids', async () => {
    const { answer, event } = await app.one('/outcomes/forbidden');
    expect(answer.status).toBe(403);
    expect(event).toMatchObject({ outcome: 'denied', transport: { status: 403 }, error: { message: 'not yours' } });
  });

  it('records when the action began and how long it took', async () => {
    const before = Date.now();
    const { event } = await app.one('/outcomes/promise');
    expect(Date.parse(event.occurredAt)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(event.occurredAt)).toBeLessThanOrEqual(Date.now());
    expect(event.durationMs).toBeGreaterThanOrEqual(0);
  });

  it('never records the query string of a path', async () => {
    const { event } = await app.one('/outcomes/value?token=hunter2');
    expect(JSON.stringify(event)).not.toContain('hunter2');
  });

  it('seals every record of this file into a chain that verifies', async () => {
    await expect(app.audit.verify()).resolves.toMatchObject({ ok: true, faultCount: 0 });
  });
});
