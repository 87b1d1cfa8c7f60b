import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import {
  Catch,
  Controller,
  Delete,
  ForbiddenException,
  Get,
  Header,
  HttpException,
  NotFoundException,
  Param,
  ParseIntPipe,
  Post,
  Res,
  Sse,
  StreamableFile,
  UseFilters,
  UseGuards,
  UseInterceptors,
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { Audited, defineCatalogue, NotAudited, type AuditEvent } from 'nestjs-audited';
import { catchError, defer, from, of, race, retry, timer, map, type Observable } from 'rxjs';
import { HeaderUserGuard } from './header-user.guard.js';
import type { Platform } from './platforms.js';
import { testApp, type TestAppBuilder } from './test-app.js';

interface Reply {
  status(code: number): Reply;
  header(name: string, value: string): Reply;
  send(body: unknown): unknown;
  readonly raw?: ServerResponse;
  hijack?(): unknown;
}

/** Between a spec and the handlers. */
export const stage: {
  /** What the handlers tell the spec. */
  calls: string[];
  /** What the spec wants done while a handler runs: look at what is stored, break the world. */
  meanwhile: () => unknown;
} = { calls: [], meanwhile: () => undefined };

/** Before each spec. */
export function clearStage(): void {
  stage.calls = [];
  stage.meanwhile = () => undefined;
}

const say = (word: string) => (): string[] => {
  stage.calls.push(word);
  stage.meanwhile();
  return [word];
};

class Refuse implements CanActivate {
  constructor(private readonly status: number) {}
  canActivate(_context: ExecutionContext): boolean {
    throw new HttpException('not now', this.status);
  }
}

class Retry implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return defer(() => next.handle()).pipe(retry(2));
  }
}

class GiveUpSoon implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return race(next.handle(), timer(50).pipe(map(() => 'too late')));
  }
}

class MakeItGood implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(catchError(() => of('all is well')));
  }
}

@Catch()
class OwnWords implements ExceptionFilter {
  catch(exception: HttpException, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<Reply>();
    void reply.status(exception.getStatus()).send({ own: exception.getResponse() });
  }
}

/** Routes at the level `required`, and one to compare them with. */
@Controller('required')
@Audited('payment.made', {
  durability: 'required',
  types: { started: 'payment.started' },
  resource: { type: 'payment', id: 'params.id' },
  details: ['query.why', 'result.is'],
})
@UseGuards(HeaderUserGuard)
export class RequiredController {
  @Post('pay/:id') pay(@Param('id', ParseIntPipe) id: number): object {
    say('pay')();
    return { is: 'paid', id };
  }

  @Post('promise/:id') async promise(): Promise<object> {
    await Promise.resolve(say('promise')());
    return { is: 'paid' };
  }

  @Get('slow') async slow(): Promise<string> {
    stage.calls.push('slow');
    await stage.meanwhile();
    return 'done';
  }

  @Get('observable') observable(): Observable<unknown> {
    return from([1, 2, { is: say('observable')() }]);
  }

  @Get('text') text(): string {
    return say('äöü')().join('');
  }

  @Get('file') file(): StreamableFile {
    say('file')();
    return new StreamableFile(Readable.from(['one,', 'two,', 'three']));
  }

  @Get('written') written(@Res() reply: Reply): void {
    reply.hijack?.();
    const response = reply.raw ?? (reply as unknown as ServerResponse);
    response.writeHead(206, 'Partly', { 'x-own': 'yes' });
    response.write('first,');
    say('written')();
    response.end('last');
  }

  @Get('headed') headed(@Res() reply: Reply): void {
    reply.hijack?.();
    const response = reply.raw ?? (reply as unknown as ServerResponse);
    response.writeHead(203, ['x-own', 'one', 'x-own', 'two']);
    stage.calls.push(`sent: ${response.headersSent}`);
    response.end('body');
  }

  @Sse('events') events(): Observable<{ data: string }> {
    return from(say('event')().map((word) => ({ data: word })));
  }

  @Get('missing') missing(): never {
    say('missing')();
    throw new NotFoundException('no such payment');
  }

  @Get('second-thoughts') secondThoughts(@Res() reply: Reply): void {
    void reply.status(200).send({ first: 'answer' });
    throw new ForbiddenException('too late');
  }

  @Get('cookie')
  @Header('etag', '"1"')
  @Header('set-cookie', 'session=1')
  @Header('location', '/there')
  cookie(): object {
    say('cookie')();
    return { is: 'secret' };
  }

  @Get('forbidden') @UseGuards(new Refuse(403)) forbidden(): void {
    say('forbidden')();
  }

  @Get('limited') @UseGuards(new Refuse(429)) limited(): void {
    say('limited')();
  }

  @Get('retried') @UseInterceptors(new Retry()) retried(): string {
    say('retried')();
    if (stage.calls.length < 3) {
      throw new Error('not yet');
    }
    return 'at last';
  }

  @Get('timed') @UseInterceptors(new GiveUpSoon()) timed(): string {
    return say('timed')().join('');
  }

  @Get('soothed') @UseInterceptors(new MakeItGood()) soothed(): string {
    return say('soothed')().join('');
  }

  @Get('own-words') @UseFilters(new OwnWords()) ownWords(): void {
    say('own-words')();
  }

  @Delete('main')
  @Audited({ type: 'payment.undone', types: { started: undefined as unknown as string } })
  main(): void {
    say('main')();
  }

  @Get('changed')
  @Audited('payment.changed', { before: () => ({ price: say('before')().length }), after: 'result' })
  changed(): object {
    say('handler')();
    return { price: 2 };
  }

  @Get('bare') @NotAudited('to compare with') bare(): string {
    return 'äöü';
  }
}

export const paymentsCatalogue = defineCatalogue('payments', {
  'payment.made': { title: 'Payment made' },
  'payment.started': { title: 'Payment started' },
  'payment.undone': { title: 'Payment undone' },
  'payment.changed': { title: 'Payment changed' },
});

/** How long the store may take in these specs. */
const COMMIT_TIMEOUT_MS = 400;

export const ALICE = { id: 'alice', roles: ['payer'] };

/** An application with these routes, whose store is given little time and has no spool behind it. */
export function requiredApp(platform: Platform): TestAppBuilder {
  return testApp(platform)
    .audit({
      catalogues: [paymentsCatalogue],
      limits: { commitTimeoutMs: COMMIT_TIMEOUT_MS },
      spool: false,
      lifecycle: false,
    })
    .controllers(RequiredController);
}

/** An intent and its outcome, and nothing else. */
export function linked(events: readonly AuditEvent[]): readonly [intent: AuditEvent, outcome: AuditEvent] {
  const [intent, outcome, ...others] = events;
  if (intent === undefined || outcome === undefined || others.length > 0) {
    throw new Error(`Expected an intent and an outcome, found ${JSON.stringify(events)}`);
  }
  expect([intent.stage, outcome.stage]).toEqual(['intent', 'outcome']);
  expect(outcome.causationId).toBe(intent.id);
  expect(outcome.correlationId).toBe(intent.correlationId);
  expect(outcome.occurredAt).toBe(intent.occurredAt);
  return [intent, outcome];
}
