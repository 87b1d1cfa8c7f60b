import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { Controller, ForbiddenException, Get, NotFoundException, Post, Res } from '@nestjs/common';
import { Audited, defineCatalogue } from 'nestjs-audited';
import { PLATFORMS } from '../support/platforms.js';
import { onlyOne, testApp, until, type TestApp } from '../support/test-app.js';

interface Reply {
  status(code: number): Reply;
  send(body: unknown): unknown;
  header(name: string, value: string): unknown;
}

let answered = 0;

@Controller('durable')
class DurableController {
  @Get('recorded') @Audited('durable.read') read(): object {
    answered += 1;
    return { is: 'recorded' };
  }

  @Get('bare') bare(): object {
    return { is: 'recorded' };
  }

  @Post('best-effort') @Audited('durable.write', { durability: 'best-effort' }) write(): object {
    answered += 1;
    return { is: 'queued' };
  }

  @Post('risky') @Audited('durable.risky', { durability: 'best-effort' }) risky(): object {
    answered += 1;
    return { is: 'recorded' };
  }

  @Get('text') @Audited('durable.read') text(): string {
    return 'äöü, 你好';
  }

  @Get('bare-text') bareText(): string {
    return 'äöü, 你好';
  }

  @Get('missing') @Audited('durable.read') missing(): never {
    throw new NotFoundException();
  }

  @Get('bare-missing') bareMissing(): never {
    throw new NotFoundException();
  }

  @Get('second-thoughts') @Audited('durable.read') secondThoughts(@Res() reply: Reply): void {
    void reply.status(200).send({ first: 'answer' });
    throw new ForbiddenException('too late');
  }
}

const catalogue = defineCatalogue('durable', {
  'durable.read': { title: 'Read' },
  'durable.write': { title: 'Write' },
  'durable.risky': { title: 'Risk', risk: 'critical' },
});

/** Takes the write lock of the database, as another process would; gives it back by the function. */
function lock(app: TestApp): () => void {
  const connection = app.connection();
  connection.exec('BEGIN IMMEDIATE');
  return () => {
    connection.exec('ROLLBACK');
    connection.close();
  };
}

describe.each(PLATFORMS)('what an answer waits for on %s', (platform) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await testApp(platform)
      .audit({ catalogues: [catalogue] })
      .controllers(DurableController)
      .start();
  });
  afterAll(() => app.close());
  beforeEach(() => {
    answered = 0;
  });

  it('recorded: the record is in the file before the answer arrives', async () => {
    const connection = app.connection({ readonly: true });
    const find = connection.prepare('SELECT type, status FROM audit_records WHERE id = ?');
    for (let round = 0; round < 20; round += 1) {
      const response = await fetch(`${app.url}/durable/recorded`);
      expect(find.get(response.headers.get('x-audit-id'))).toEqual({ type: 'durable.read', status: 200 });
      await response.text();
    }
    connection.close();
    expect(await app.fresh()).toHaveLength(20);
  });

  it('recorded: the answer waits for a slow store', async () => {
    const release = lock(app);
    let arrived = false;
    const answer = app.request('/durable/recorded').then((given) => {
      arrived = true;
      return given;
    });
    await until(() => answered === 1);
    // A second, unaudited request comes and goes meanwhile; the first one still waits.
    expect((await app.request('/durable/bare')).status).toBe(200);
    expect(arrived).toBe(false);
    release();

    expect((await answer).text).toBe('{"is":"recorded"}');
    expect(onlyOne(await app.fresh())).toMatchObject({ outcome: 'success' });
  });

  it('recorded: a client that leaves while its answer is held leaves one record, of what was decided', async () => {
    const release = lock(app);
    const request = app.open('/durable/recorded');
    await until(() => answered === 1);
    request.destroy();
    await app.request('/durable/bare');
    release();
    expect(onlyOne(await app.eventually())).toMatchObject({ outcome: 'success', transport: { status: 200 } });
  });

  it('best-effort: the answer does not wait', async () => {
    const release = lock(app);
    const answer = await app.post('/durable/best-effort');
    expect([answer.status, answer.text]).toEqual([201, '{"is":"queued"}']);
    release();

    const event = onlyOne(await app.eventually());
    expect(event).toMatchObject({ id: answer.headers.get('x-audit-id'), type: 'durable.write', outcome: 'success' });
  });

  it('best-effort is not enough for what is risky', async () => {
    const release = lock(app);
    let arrived = false;
    const answer = app.post('/durable/risky').then(() => (arrived = true));
    await until(() => answered === 1);
    await app.request('/durable/bare');
    expect(arrived).toBe(false);
    release();
    await answer;
    expect(onlyOne(await app.fresh())).toMatchObject({ type: 'durable.risky', risk: 'critical' });
  });

  it('what happens after the answer was given changes neither the answer nor the record', async () => {
    const { answer, event } = await app.one('/durable/second-thoughts');
    expect([answer.status, answer.text]).toEqual([200, '{"first":"answer"}']);
    expect(event.transport).toMatchObject({ status: 200 });
  });

  it.each([
    ['/durable/recorded', '/durable/bare'],
    ['/durable/text', '/durable/bare-text'],
    ['/durable/missing', '/durable/bare-missing'],
  ])('the head is the same as without the audit trail: %s', async (audited, bare) => {
    const headersOf = async (path: string): Promise<Record<string, string>> => {
      const { headers } = await app.request(path);
      const { 'x-audit-id': _auditId, date: _date, etag: _etag, ...rest } = Object.fromEntries(headers);
      return rest;
    };
    expect(await headersOf(audited)).toEqual(await headersOf(bare));
    expect(await app.fresh()).toHaveLength(1);
  });

  it('pipelined requests on one connection are answered in order, each with its record', async () => {
    const paths = ['/durable/recorded', '/durable/missing', '/durable/bare', '/durable/text'];
    const text = await app.raw(
      paths
        .map((path, index) => {
          const connection = index === paths.length - 1 ? 'Connection: close\r\n' : '';
          return `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${connection}\r\n`;
        })
        .join(''),
    );

    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual([200, 404, 200, 200].map((status) => `HTTP/1.1 ${status}`));
    const statuses = (await app.fresh()).map(({ transport }) => ('status' in transport ? (transport.status ?? 0) : 0));
    expect(statuses.sort((one, other) => one - other)).toEqual([200, 200, 404]);
  });

  it('a connection is kept alive over held answers', async () => {
    const socket = connect(app.port, '127.0.0.1');
    for (let round = 0; round < 3; round += 1) {
      socket.write('GET /durable/recorded HTTP/1.1\r\nHost: localhost\r\n\r\n');
      const [chunk] = (await once(socket, 'data')) as [Buffer];
      expect(chunk.toString('utf8')).toContain('HTTP/1.1 200');
    }
    socket.destroy();
    expect(await app.fresh()).toHaveLength(3);
  });

  it('many concurrent answers are each recorded once', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => app.request('/durable/recorded')));
    const ids = new Set(answers.map(({ headers }) => headers.get('x-audit-id')));
    const events = await app.fresh();
    expect(events).toHaveLength(100);
    expect(new Set(events.map(({ id }) => id))).toEqual(ids);
  });
});

@Controller('levels')
@Audited({ durability: 'required' })
class LevelsController {
  @Get('of-class') @Audited('level.plain') ofClass(): string {
    return 'required';
  }

  @Get('of-method') @Audited('level.plain', { durability: 'recorded' }) ofMethod(): string {
    return 'recorded';
  }
}

@Controller('defaults')
class DefaultsController {
  @Get('of-type') @Audited('level.required') ofType(): string {
    return 'required';
  }

  @Get('of-module') @Audited('level.plain') ofModule(): string {
    return 'best-effort';
  }
}

const levelCatalogue = defineCatalogue('levels', {
  'level.plain': { title: 'Plain' },
  'level.required': { title: 'Required', durability: 'required' },
});

describe.each(PLATFORMS)('which level counts on %s', (platform) => {
  it("the method's word before the class's, then the catalogue's, then the module's; the boot report tells", async () => {
    const app = await testApp(platform)
      .audit({ catalogues: [levelCatalogue], durability: 'best-effort' })
      .controllers(LevelsController, DefaultsController)
      .start();
    const stagesOf = async (path: string): Promise<readonly string[]> => {
      await app.request(path);
      return (await app.eventually()).map(({ stage }) => stage);
    };
    expect(await stagesOf('/levels/of-class')).toEqual(['intent', 'outcome']);
    expect(await stagesOf('/levels/of-method')).toEqual(['outcome']);
    expect(await stagesOf('/defaults/of-type')).toEqual(['intent', 'outcome']);
    expect(await stagesOf('/defaults/of-module')).toEqual(['outcome']);
    expect(app.logs.ofAudit('log')).toEqual([
      expect.stringContaining('Checkpoints are off'),
      '[AuditModule] Auditing 4 of 4 route handlers' +
        '\n  required: LevelsController.ofClass, DefaultsController.ofType' +
        '\n  recorded: LevelsController.ofMethod' +
        '\n  best-effort: DefaultsController.ofModule',
    ]);
    await app.close();
  });
});

type Middleware = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/** As small compressors do it: the whole body is packed when it ends, and the headers are set then. */
const compressAtEnd: Middleware = (_request, response, next) => {
  const end = response.end.bind(response);
  response.end = ((body?: string | Buffer) => {
    const packed = gzipSync(body ?? '');
    response.setHeader('content-encoding', 'gzip');
    response.setHeader('content-length', packed.byteLength);
    return end(packed);
  }) as ServerResponse['end'];
  next();
};

/** As `on-headers` does it for cookies and timings: a header is added when the head is written. */
const addHeaderAtHead: Middleware = (_request, response, next) => {
  const writeHead = response.writeHead.bind(response);
  response.writeHead = ((...args: Parameters<ServerResponse['writeHead']>) => {
    response.setHeader('set-cookie', 'visited=1');
    return writeHead(...args);
  }) as ServerResponse['writeHead'];
  next();
};

/** As sessions do it: something is saved first, then the answer ends. */
const saveBeforeEnd: Middleware = (_request, response, next) => {
  const end = response.end.bind(response);
  response.end = ((...args: Parameters<ServerResponse['end']>) => {
    setImmediate(() => end(...args));
    return response;
  }) as ServerResponse['end'];
  next();
};

describe('middleware that replaces methods of the response on express', () => {
  async function appWith(...middleware: Middleware[]): Promise<TestApp> {
    return testApp('express')
      .audit({ catalogues: [catalogue] })
      .controllers(DurableController)
      .with((nest) => middleware.forEach((each) => nest.use(each)))
      .start();
  }

  it('may compress at the end', async () => {
    const app = await appWith(compressAtEnd);
    for (const path of ['/durable/recorded', '/durable/missing']) {
      const response = await fetch(app.url + path, { headers: { 'accept-encoding': 'identity' } });
      expect(response.headers.get('content-encoding')).toBe('gzip');
      expect(await response.json()).toBeDefined();
    }
    expect((await app.fresh()).map(({ outcome }) => outcome)).toEqual(['success', 'failure']);
    await app.close();
  });

  it('may add headers when the head is written', async () => {
    const app = await appWith(addHeaderAtHead);
    const { answer } = await app.one('/durable/recorded');
    expect([answer.text, answer.headers.get('set-cookie')]).toEqual(['{"is":"recorded"}', 'visited=1']);
    await app.close();
  });

  it('may save something before the end', async () => {
    const app = await appWith(saveBeforeEnd, addHeaderAtHead);
    const { answer, event } = await app.one('/durable/recorded');
    expect([answer.text, answer.headers.get('set-cookie')]).toEqual(['{"is":"recorded"}', 'visited=1']);
    expect(event).toMatchObject({ outcome: 'success', transport: { status: 200 } });
    await app.close();
  });

  it('all of it together, and second thoughts of the application on top', async () => {
    const app = await appWith(saveBeforeEnd, addHeaderAtHead, compressAtEnd);
    const { answer, event } = await app.one('/durable/second-thoughts');
    expect([answer.status, answer.text]).toEqual([200, '{"first":"answer"}']);
    expect(event.transport).toMatchObject({ status: 200 });
    await app.close();
  });
});
