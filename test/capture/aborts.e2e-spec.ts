import { once } from 'node:events';
import { Readable } from 'node:stream';
import { Controller, ForbiddenException, Get, Res, StreamableFile, UseGuards, type CanActivate } from '@nestjs/common';
import { Audited } from 'nestjs-audited';
import { Subject } from 'rxjs';
import { asUser, HeaderUserGuard } from '../support/header-user.guard.js';
import { PLATFORMS } from '../support/platforms.js';
import { onlyOne, testApp, until, type TestApp } from '../support/test-app.js';

/** Lets a spec decide when the code of the application goes on. */
class Gate {
  entered = 0;
  private waiting: (() => void)[] = [];

  wait(): Promise<void> {
    this.entered += 1;
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  open(): void {
    this.waiting.splice(0).forEach((resolve) => resolve());
  }
}

const handlerGate = new Gate();
const guardGate = new Gate();
const emissions = new Subject<string>();
let guardAnswers: boolean;
let closedConnections = 0;

class SlowGuard implements CanActivate {
  async canActivate(): Promise<boolean> {
    await guardGate.wait();
    return guardAnswers;
  }
}

class EndlessStream extends Readable {
  override _read(): void {
    this.push('more and ');
  }
}

@Controller('aborts')
@Audited('abort.test', { details: ['params'] })
class AbortsController {
  @Get('succeeds') async succeeds(): Promise<string> {
    await handlerGate.wait();
    return 'nobody reads this';
  }

  @Get('fails') async fails(): Promise<never> {
    await handlerGate.wait();
    throw new ForbiddenException('nobody reads this');
  }

  @Get('never') never(): Promise<never> {
    return handlerGate.wait().then(() => new Promise<never>(() => undefined));
  }

  @Get('observable') observable(): unknown {
    handlerGate.entered += 1;
    return emissions;
  }

  @Get('answers-later') answersLater(@Res() _reply: unknown): void {
    handlerGate.entered += 1;
  }

  @Get('guarded') @UseGuards(SlowGuard) async guarded(): Promise<string> {
    await handlerGate.wait();
    return 'nobody reads this';
  }

  @Get('stream') stream(): StreamableFile {
    return new StreamableFile(new EndlessStream());
  }
}

describe.each(PLATFORMS)('a client that goes away on %s', (platform) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await testApp(platform)
      .controllers(AbortsController)
      .with((nest) => {
        nest.useGlobalGuards(new HeaderUserGuard());
        const server = nest.getHttpServer() as { on(event: string, told: (socket: NodeJS.EventEmitter) => void): void };
        server.on('connection', (socket) => socket.once('close', () => (closedConnections += 1)));
      })
      .start();
  });
  afterAll(() => app.close());
  beforeEach(() => {
    handlerGate.entered = 0;
    guardGate.entered = 0;
  });

  /** Sends a request, and breaks the connection off once the code behind `gate` was entered. */
  async function abandon(path: string, gate: Gate): Promise<void> {
    const closedBefore = closedConnections;
    const request = app.open(path, 'GET', asUser({ id: 'u-1' }));
    await until(() => gate.entered > 0);
    request.destroy();
    await until(() => closedConnections > closedBefore);
  }

  const abandoned = {
    type: 'abort.test',
    outcome: 'unknown',
    reason: 'client_aborted',
    actor: { kind: 'user', id: 'u-1', ip: '127.0.0.1' },
  };

  it('is recorded with what the handler did afterwards: it succeeded', async () => {
    await abandon('/aborts/succeeds', handlerGate);
    expect(await app.fresh()).toEqual([]);
    handlerGate.open();

    const event = onlyOne(await app.eventually());
    expect(event).toMatchObject({ ...abandoned, details: { handler: 'returned' } });
    expect(event.transport).toMatchObject({ kind: 'http', route: '/aborts/succeeds' });
    expect(event.transport).not.toHaveProperty('status');
  });

  it('is recorded with what the handler did afterwards: it failed', async () => {
    await abandon('/aborts/fails', handlerGate);
    handlerGate.open();

    expect(onlyOne(await app.eventually())).toMatchObject({
      ...abandoned,
      details: { handler: 'threw' },
      error: { type: 'ForbiddenException', message: 'nobody reads this' },
    });
  });

  it('is recorded when Nest unsubscribes from the handler', async () => {
    await abandon('/aborts/observable', handlerGate);
    const event = onlyOne(await app.eventually());
    expect(event).toMatchObject(abandoned);
    expect(['cancelled', 'running']).toContain(event.details?.['handler']);
  });

  it('is recorded at once when the handler had returned and somebody else was to answer', async () => {
    await abandon('/aborts/answers-later', handlerGate);
    expect(onlyOne(await app.eventually())).toMatchObject({ ...abandoned, details: { handler: 'returned' } });
  });

  it('is recorded with the handler that a slow guard still lets run', async () => {
    guardAnswers = true;
    await abandon('/aborts/guarded', guardGate);
    guardGate.open();
    await until(() => handlerGate.entered > 0);
    handlerGate.open();

    expect(onlyOne(await app.eventually())).toMatchObject({ ...abandoned, details: { handler: 'returned' } });
  });

  it('is recorded when a slow guard refuses nobody in particular', async () => {
    guardAnswers = false;
    await abandon('/aborts/guarded', guardGate);
    guardGate.open();

    expect(onlyOne(await app.eventually())).toMatchObject({ ...abandoned, details: { handler: 'not_reached' } });
    expect(handlerGate.entered).toBe(0);
  });

  it('in the middle of a stream is unknown, with the status that had left', async () => {
    const request = app.open('/aborts/stream', 'GET', asUser({ id: 'u-1' }));
    const [response] = (await once(request, 'response')) as [
      NodeJS.ReadableStream & { headers: Record<string, string> },
    ];
    await once(response, 'data');
    request.destroy();

    const event = onlyOne(await app.eventually());
    expect(event).toMatchObject({ ...abandoned, details: { handler: 'returned' }, transport: { status: 200 } });
    expect(response.headers['x-audit-id']).toBe(event.id);
  });

  it('among many that stay leaves the others alone', async () => {
    const patient = app.request('/aborts/succeeds', { headers: asUser({ id: 'u-2' }) });
    await abandon('/aborts/succeeds', handlerGate);
    await until(() => handlerGate.entered === 2);
    handlerGate.open();

    expect((await patient).status).toBe(200);
    const events = await app.eventually(2);
    expect(new Set(events.map(({ outcome, actor }) => `${outcome} ${actor.id}`))).toEqual(
      new Set(['success u-2', 'unknown u-1']),
    );
    expect(events).toHaveLength(2);
  });
});

describe.each(PLATFORMS)('a handler that never ends on %s', (platform) => {
  /** An application with one abandoned request whose connection is closed on both sides. */
  async function appWithAbandonedRequest(abandonedAfterMs: number): Promise<TestApp> {
    const app = await testApp(platform).audit({ capture: { abandonedAfterMs } }).controllers(AbortsController).start();
    handlerGate.entered = 0;
    const request = app.open('/aborts/never');
    await until(() => handlerGate.entered > 0);
    request.destroy();
    const server = app.nest.getHttpServer() as { getConnections(told: (error: unknown, count: number) => void): void };
    await until(() => new Promise((resolve) => server.getConnections((_error, count) => resolve(count === 0))));
    return app;
  }

  it('is recorded after abandonedAfterMs', async () => {
    const app = await appWithAbandonedRequest(50);
    expect(onlyOne(await app.eventually())).toMatchObject({
      outcome: 'unknown',
      reason: 'client_aborted',
      details: { handler: 'running' },
    });
    await app.close();
  });

  it('is recorded when the application ends before that', async () => {
    const app = await appWithAbandonedRequest(60_000);
    expect(await app.fresh()).toEqual([]);
    // One record, written while the application closes: nobody can have looked at it.
    await app.close({ unread: 1 });
  });
});
