import {
  BadRequestException,
  Catch,
  Controller,
  Get,
  HttpException,
  Inject,
  Injectable,
  Param,
  ParseIntPipe,
  Scope,
  UseFilters,
  UseInterceptors,
  type ArgumentsHost,
  type CallHandler,
  type ExceptionFilter,
  type ExecutionContext,
  type INestApplication,
  type NestInterceptor,
} from '@nestjs/common';
import { APP_FILTER, HttpAdapterHost } from '@nestjs/core';
import { Audited } from 'nestjs-audited';
import { defer, EMPTY, NEVER, of, race, throwError, timer, type Observable } from 'rxjs';
import { catchError, map, mergeMap, retry } from 'rxjs/operators';
import { PLATFORMS } from '../support/platforms.js';
import { testApp, type TestApp } from '../support/test-app.js';

interface Reply {
  status(code: number): Reply;
  send(body: unknown): unknown;
}

/** Answers every exception with one status, in its own words. */
@Catch()
class AnswerWith implements ExceptionFilter {
  constructor(
    private readonly status: number,
    private readonly reply: 'at once' | 'later' = 'at once',
  ) {}

  catch(_exception: unknown, host: ArgumentsHost): void | Promise<void> {
    const answer = (): void => {
      const response = host.switchToHttp().getResponse<Reply>();
      void response.status(this.status).send({ code: 'E-1' });
    };
    return this.reply === 'at once' ? answer() : new Promise<void>((done) => setImmediate(done)).then(answer);
  }
}

class Broken extends Error {}

@Controller('filtered')
@Audited('filter.test')
class FilteredController {
  @Get('method') @UseFilters(new AnswerWith(409)) method(): never {
    throw new Broken('inside');
  }

  @Get('late') @UseFilters(new AnswerWith(451, 'later')) late(): never {
    throw new Broken('inside');
  }

  @Get('kind') @UseFilters(new AnswerWith(200)) kind(): never {
    throw new Broken('inside');
  }

  @Get('kind-later') @UseFilters(new AnswerWith(200, 'later')) kindLater(): never {
    throw new Broken('inside');
  }

  @Get('kind-forbidden') @UseFilters(new AnswerWith(200)) kindForbidden(): never {
    throw new HttpException('not yours', 403);
  }

  @Get('kind-pipe/:id') @UseFilters(new AnswerWith(200)) kindPipe(@Param('id', ParseIntPipe) id: number): number {
    return id;
  }
}

@Controller('class-filtered')
@UseFilters(new AnswerWith(410))
@Audited('filter.test')
class ClassFilteredController {
  @Get() read(): Promise<never> {
    return Promise.reject(new Broken('inside'));
  }
}

@Controller({ path: 'scoped-filtered', scope: Scope.REQUEST })
@Audited('filter.test')
class ScopedFilteredController {
  @Get() @UseFilters(new AnswerWith(200)) read(): never {
    throw new Broken('inside');
  }
}

@Controller('unfiltered')
@Audited('filter.test')
class UnfilteredController {
  @Get() read(): never {
    throw new Broken('inside');
  }
}

/** Answers through the adapter, as Nest's documentation shows it for filters that catch everything. */
@Catch()
@Injectable()
class CatchEverything implements ExceptionFilter {
  constructor(@Inject(HttpAdapterHost) private readonly host: HttpAdapterHost) {}

  catch(_exception: unknown, host: ArgumentsHost): void {
    this.host.httpAdapter.reply(host.switchToHttp().getResponse<object>(), { statusCode: 507 }, 507);
  }
}

describe.each(PLATFORMS)('exception filters on %s', (platform) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await testApp(platform)
      .controllers(FilteredController, ClassFilteredController, ScopedFilteredController, UnfilteredController)
      .providers({ provide: APP_FILTER, useClass: CatchEverything })
      .start();
  });
  afterAll(() => app.close());

  it.each([
    ['method', '/filtered/method', 409],
    ['method, answering later', '/filtered/late', 451],
    ['controller', '/class-filtered', 410],
    ['application', '/unfiltered', 507],
  ])('of the %s decide the recorded status', async (_place, path, status) => {
    const { answer, event } = await app.one(path);
    expect(answer.status).toBe(status);
    expect(event).toMatchObject({
      outcome: 'failure',
      transport: { status },
      error: { type: 'Broken', message: 'inside' },
    });
  });

  it.each(['/filtered/kind', '/filtered/kind-later', '/scoped-filtered'])(
    'do not make a success of an exception by answering with 200: %s',
    async (path) => {
      const { answer, event } = await app.one(path);
      expect(answer.status).toBe(200);
      expect(event).toMatchObject({ outcome: 'failure', transport: { status: 200 }, error: { type: 'Broken' } });
    },
  );

  it('leave a denial a denial', async () => {
    const { event } = await app.one('/filtered/kind-forbidden');
    expect(event).toMatchObject({ outcome: 'denied', transport: { status: 200 }, error: { message: 'not yours' } });
  });

  it('leave a rejected parameter a failure', async () => {
    const { event } = await app.one('/filtered/kind-pipe/seven');
    expect(event).toMatchObject({
      outcome: 'failure',
      transport: { status: 200 },
      error: { type: 'BadRequestException' },
    });
  });
});

describe.each(PLATFORMS)('a global filter of main.ts on %s', (platform) => {
  it('decides the recorded status', async () => {
    const app = await testApp(platform)
      .controllers(UnfilteredController)
      .with((nest: INestApplication) => nest.useGlobalFilters(new AnswerWith(420)))
      .start();
    const { event } = await app.one('/unfiltered');
    expect(event).toMatchObject({ outcome: 'failure', transport: { status: 420 } });
    await app.close();
  });
});

type Work = (next: Observable<unknown>) => Observable<unknown>;

class Around implements NestInterceptor {
  constructor(private readonly work: Work) {}

  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return this.work(next.handle());
  }
}

const around = (work: Work): MethodDecorator & ClassDecorator => UseInterceptors(new Around(work));

const released: (() => void)[] = [];
let calls = 0;

const timeLimit: Work = (next) =>
  race(next, timer(20).pipe(mergeMap(() => throwError(() => new HttpException('took too long', 408)))));

@Controller('intercepted')
@Audited('interceptor.test', { details: ['result'] })
class InterceptedController {
  @Get('mapped') @around((next) => next.pipe(map((value) => ({ value })))) mapped(): string {
    return 'original';
  }

  @Get('swallowed') @around((next) => next.pipe(catchError(() => of('instead')))) swallowed(): never {
    throw new Broken('inside');
  }

  @Get('swallowed-later')
  @around((next) => next.pipe(catchError(() => timer(5).pipe(map(() => 'instead')))))
  swallowedLater(): Promise<never> {
    return Promise.reject(new Broken('inside'));
  }

  @Get('translated')
  @around((next) => next.pipe(catchError(() => throwError(() => new BadRequestException('translated')))))
  translated(): never {
    throw new Broken('inside');
  }

  @Get('timed-out') @around(timeLimit) timedOut(): Promise<string> {
    return new Promise((resolve) => released.push(() => resolve('too late')));
  }

  @Get('timed-out-stream') @around(timeLimit) timedOutStream(): unknown {
    return NEVER;
  }

  @Get('cached') @around(() => of('from the cache')) cached(): string {
    calls += 1;
    return 'fresh';
  }

  @Get('refused') @around(() => throwError(() => new HttpException('not now', 503))) refused(): string {
    calls += 1;
    return 'fresh';
  }

  @Get('empty') @around(() => EMPTY) empty(): string {
    calls += 1;
    return 'fresh';
  }

  @Get('retried') @around((next) => defer(() => next).pipe(retry(2))) retried(): string {
    calls += 1;
    if (calls < 3) {
      throw new Broken(`attempt ${calls}`);
    }
    return `attempt ${calls}`;
  }
}

describe.each(PLATFORMS)('interceptors of the application on %s', (platform) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await testApp(platform).controllers(InterceptedController).start();
  });
  afterAll(() => app.close());
  beforeEach(() => {
    calls = 0;
  });

  it('may map the result; the record tells what the handler returned', async () => {
    const { answer, event } = await app.one('/intercepted/mapped');
    expect(answer.text).toBe('{"value":"original"}');
    expect(event).toMatchObject({ outcome: 'success', details: { result: 'original' }, transport: { status: 200 } });
  });

  it.each(['swallowed', 'swallowed-later'])(
    'may turn an error into an answer: a success that still names the error (%s)',
    async (path) => {
      const { answer, event } = await app.one(`/intercepted/${path}`);
      expect([answer.status, answer.text]).toEqual([200, 'instead']);
      expect(event).toMatchObject({
        outcome: 'success',
        transport: { status: 200 },
        error: { type: 'Broken', message: 'inside' },
      });
    },
  );

  it('may translate an error; the record has the status that was sent and the first cause', async () => {
    const { answer, event } = await app.one('/intercepted/translated');
    expect(answer.status).toBe(400);
    expect(event).toMatchObject({ outcome: 'failure', transport: { status: 400 }, error: { type: 'Broken' } });
  });

  it('may time out while the handler goes on; it leaves no second record when it ends', async () => {
    const { answer, event } = await app.one('/intercepted/timed-out');
    expect(answer.status).toBe(408);
    expect(event).toMatchObject({
      outcome: 'failure',
      transport: { status: 408 },
      error: { code: '408', message: 'took too long' },
    });

    released.forEach((release) => release());
    // Another request drives the first one's handler to its end; only its own record is new.
    await app.one('/intercepted/mapped');
  });

  it('may time out a stream of values', async () => {
    const { event } = await app.one('/intercepted/timed-out-stream');
    expect(event).toMatchObject({ outcome: 'failure', transport: { status: 408 } });
  });

  it('may answer from a cache: the handler never ran, the request succeeded', async () => {
    const { answer, event } = await app.one('/intercepted/cached');
    expect(answer.text).toBe('from the cache');
    expect(calls).toBe(0);
    expect(event).toMatchObject({ outcome: 'success', transport: { status: 200 } });
    expect(event.details?.['result']).toBeUndefined();
  });

  it('may refuse before the handler', async () => {
    const { event } = await app.one('/intercepted/refused');
    expect(calls).toBe(0);
    expect(event).toMatchObject({ outcome: 'failure', transport: { status: 503 }, error: { message: 'not now' } });
  });

  it('may give nothing at all', async () => {
    const { answer, event } = await app.one('/intercepted/empty');
    expect(event).toMatchObject({
      outcome: answer.status < 400 ? 'success' : 'failure',
      transport: { status: answer.status },
    });
  });

  it('may retry: the last attempt counts', async () => {
    const { answer, event } = await app.one('/intercepted/retried');
    expect(answer.text).toBe('attempt 3');
    expect(event).toMatchObject({ outcome: 'success', details: { result: 'attempt 3' } });
    expect(event.error).toBeUndefined();
  });
});
