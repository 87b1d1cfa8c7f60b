import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Controller, Module, Post, type CanActivate, type INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Audited, AuditModule, AuditService, type AuditModuleRootOptions } from 'nestjs-audited';
import { AuditHttpModule } from 'nestjs-audited/http';
import { EVERYTHING } from '../support/audit-access.js';
import { LogRecorder } from '../support/log-recorder.js';
import { adapterFor, PLATFORMS, type Platform } from '../support/platforms.js';

/** Nothing listens on port 1 of this machine. */
const NOBODY_THERE = 'postgres://audit:geheim@127.0.0.1:1/audit';

let handled = 0;

@Controller('orders')
class OrdersController {
  @Post('recorded') @Audited('order.placed') recorded(): string {
    handled += 1;
    return 'placed';
  }

  @Post('required') @Audited('order.placed', { durability: 'required' }) required(): string {
    handled += 1;
    return 'placed';
  }
}

class Everybody implements CanActivate {
  canActivate(): boolean {
    return true;
  }
}

const folder = mkdtempSync(join(tmpdir(), 'audited-down-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function start(
  platform: Platform,
  logs: LogRecorder,
  options: AuditModuleRootOptions,
): Promise<INestApplication> {
  @Module({
    imports: [
      AuditModule.forRoot({ database: NOBODY_THERE, ...options }),
      AuditHttpModule.forRoot({ guards: [Everybody], access: EVERYTHING }),
    ],
    controllers: [OrdersController],
  })
  class RootModule {}
  const module = await Test.createTestingModule({ imports: [RootModule] })
    .setLogger(logs)
    .compile();
  const app = module.createNestApplication(adapterFor(platform, {}), { logger: logs });
  await app.listen(0, '127.0.0.1');
  return app;
}

const urlOf = (app: INestApplication): string =>
  `http://127.0.0.1:${((app.getHttpServer() as { address(): unknown }).address() as AddressInfo).port}`;

describe.each(PLATFORMS)('an application whose audit database is down when it starts, on %s', (platform) => {
  const directory = join(folder, platform);
  const logs = new LogRecorder();
  let app: INestApplication;

  beforeAll(async () => {
    app = await start(platform, logs, { spool: { directory } });
  });
  afterAll(() => app.close());

  it('starts, and says once what is wrong and what happens now, without the password', () => {
    const told = logs.ofAudit('error');
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/could not be opened; events wait in the spool: .*127\.0\.0\.1:1/);
    expect(told.join()).not.toContain('geheim');
  });

  it.each(['recorded', 'required'])('answers a %s action once its record is on the local disk', async (level) => {
    const before = app.get(AuditService).status();
    const answer = await fetch(`${urlOf(app)}/orders/${level}`, { method: 'POST' });
    expect([answer.status, await answer.text()]).toEqual([201, 'placed']);
    const after = app.get(AuditService).status();
    expect(after.mode).toBe('spool');
    const records = level === 'required' ? 2 : 1;
    expect((after.backlog?.events ?? 0) - (before.backlog?.events ?? 0)).toBe(records);
    expect(after.events.lost).toEqual({});
  });

  it('keeps what waits readable for its owner only', () => {
    const files = readdirSync(directory, { recursive: true, encoding: 'utf8' }).map((name) => join(directory, name));
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      expect(statSync(file).mode & 0o077).toBe(0);
    }
  });

  it('answers 503 to who wants to read the log, and tells that nothing is lost', async () => {
    for (const path of ['events', 'events/01a1ffeb-8106-75e7-947e-de16a704d3d7', 'verify']) {
      const answer = await fetch(`${urlOf(app)}/v1/audit/${path}`);
      const body = (await answer.json()) as { readonly detail: string };
      expect([path, answer.status]).toEqual([path, 503]);
      expect(body.detail).toMatch(/Nothing is lost/);
    }
  });
});

describe.each(PLATFORMS)('without a spool on %s', (platform) => {
  it('such an application does not start, and says why', async () => {
    await expect(start(platform, new LogRecorder(), { spool: false })).rejects.toMatchObject({
      code: 'AUDIT_STORE_UNAVAILABLE',
      message: expect.stringContaining('127.0.0.1:1') as string,
    });
  });
});

describe.each(PLATFORMS)('a spool that is full on %s', (platform) => {
  const full = { maxBytes: 4096, maxSegmentBytes: 4096 };
  const fill = async (app: INestApplication): Promise<void> => {
    for (let tries = 0; tries < 100 && Object.keys(app.get(AuditService).status().events.lost).length === 0; tries++) {
      await fetch(`${urlOf(app)}/orders/recorded`, { method: 'POST' });
    }
  };

  it('refuses a required action before it begins: 503, and a count of what was lost', async () => {
    const app = await start(platform, new LogRecorder(), {
      spool: { directory: join(folder, `full-${platform}`), ...full },
    });
    await fill(app);
    handled = 0;
    const answer = await fetch(`${urlOf(app)}/orders/required`, { method: 'POST' });
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ statusCode: 503, code: 'AUDIT_NOT_RECORDED' });
    expect(handled).toBe(0);
    expect(app.get(AuditService).status().losses?.causes).toEqual({ spool: expect.any(Number) as number });
    // What need not be recorded to be done goes on.
    expect((await fetch(`${urlOf(app)}/orders/recorded`, { method: 'POST' })).status).toBe(201);
    await app.close();
  });

  it('lets it go on where the policy is to drop and count', async () => {
    const directory = join(folder, `dropping-${platform}`);
    const app = await start(platform, new LogRecorder(), { spool: { directory, ...full, whenFull: 'drop-and-count' } });
    await fill(app);
    const answer = await fetch(`${urlOf(app)}/orders/required`, { method: 'POST' });
    expect(answer.status).toBe(201);
    expect(app.get(AuditService).status().events.lost).toEqual({ spool: expect.any(Number) as number });
    await app.close();
  });
});
