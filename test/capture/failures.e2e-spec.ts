import { Controller, Get, Post } from '@nestjs/common';
import { Audited } from 'nestjs-audited';
import { PLATFORMS } from '../support/platforms.js';
import { onlyOne, testApp, until, type TestApp } from '../support/test-app.js';

const fail = (): never => {
  throw new Error('the option is broken');
};

@Controller('broken')
class BrokenController {
  @Get('functions')
  @Audited('broken.functions', {
    resource: fail,
    action: fail,
    details: fail,
    reason: fail,
    ticket: fail,
    after: fail,
    environment: fail,
  })
  functions(): string {
    return 'unharmed';
  }

  @Get('before') @Audited('broken.before', { before: fail, after: 'result' }) before(): object {
    return { price: 1 };
  }

  @Get('before-rejects')
  @Audited('broken.before', { before: () => Promise.reject(new Error('no such row')) })
  beforeRejects(): string {
    return 'unharmed';
  }

  @Get('before-hangs')
  @Audited('broken.before', { before: () => new Promise<never>(() => undefined) })
  beforeHangs(): string {
    return 'unharmed';
  }

  @Get('promise')
  @Audited('broken.promise', { details: () => Promise.reject(new Error('nobody waits for this')) })
  promise(): string {
    return 'unharmed';
  }

  @Get('hostile')
  @Audited('broken.hostile', { details: ['result'] })
  hostile(): object {
    const result: Record<string, unknown> = { visible: 1, toJSON: () => 'sent' };
    Object.defineProperty(result, 'getter', { enumerable: true, get: fail });
    result['self'] = result;
    return result;
  }

  @Get('throws-hostile')
  @Audited('broken.hostile')
  throwsHostile(): never {
    throw Object.defineProperty(new Error('hidden'), 'message', { get: fail });
  }

  @Get('nothing-thrown')
  @Audited('broken.hostile')
  nothingThrown(): Promise<never> {
    // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- applications do
    return Promise.reject(undefined);
  }
}

describe.each(PLATFORMS)('broken options on %s', (platform) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await testApp(platform)
      .audit({ capture: { beforeTimeoutMs: 50 } })
      .controllers(BrokenController)
      .start();
  });
  afterAll(() => app.close());

  const failures = (): number => app.audit.failures().selector ?? 0;

  it('cost their own field, never the answer and never the record', async () => {
    const before = failures();
    const { answer, event } = await app.one('/broken/functions');
    expect([answer.status, answer.text]).toEqual([200, 'unharmed']);
    expect(event).toMatchObject({ type: 'broken.functions', outcome: 'success', action: 'GET /broken/functions' });
    expect(failures()).toBe(before + 7);
  });

  it.each(['before', 'before-rejects', 'before-hangs'])(
    '"before" that fails lets the handler run: %s',
    async (path) => {
      const before = failures();
      const { answer, event } = await app.one(`/broken/${path}`);
      expect(answer.status).toBe(200);
      expect(event).toMatchObject({ type: 'broken.before', outcome: 'success' });
      expect(failures()).toBe(before + 1);
    },
  );

  it('a promise where none may be is no value, and its rejection ends no process', async () => {
    const before = failures();
    const { answer, event } = await app.one('/broken/promise');
    expect(answer.text).toBe('unharmed');
    expect(event.details).toBeUndefined();
    expect(failures()).toBe(before + 1);
  });

  it('a hostile result is recorded as far as it can be read', async () => {
    const { answer, event } = await app.one('/broken/hostile');
    expect(answer.status).toBe(200);
    expect(event).toMatchObject({ type: 'broken.hostile', outcome: 'success' });
  });

  it.each(['throws-hostile', 'nothing-thrown'])('a hostile exception is a failure like any other: %s', async (path) => {
    const { answer, event } = await app.one(`/broken/${path}`);
    expect(answer.status).toBe(500);
    expect(event).toMatchObject({ type: 'broken.hostile', outcome: 'failure', transport: { status: 500 } });
  });

  it('are told about once in the log, however often they failed', () => {
    expect(failures()).toBeGreaterThan(5);
    expect(app.logs.ofAudit('error').filter((line) => line.includes('@Audited()'))).toHaveLength(1);
  });
});

@Controller('stored')
class StoredController {
  @Get('recorded') @Audited('stored.recorded') recorded(): object {
    return { level: 'recorded' };
  }

  @Post('best-effort') @Audited('stored.best-effort', { durability: 'best-effort' }) bestEffort(): object {
    return { level: 'best-effort' };
  }

  @Get('fails') @Audited('stored.recorded') fails(): never {
    throw new Error('its own fault');
  }
}

describe.each(PLATFORMS)('a store that refuses, without a spool, on %s', (platform) => {
  it('changes no answer, is counted, told once, told when it works again, and sealed into the log', async () => {
    const app = await testApp(platform).audit({ spool: false }).controllers(StoredController).start();
    expect((await app.one('/stored/recorded')).answer.status).toBe(200);
    const raw = app.connection();
    raw.exec("CREATE TRIGGER broken BEFORE INSERT ON audit_records BEGIN SELECT RAISE(ABORT, 'the disk is full'); END");

    for (let round = 0; round < 3; round += 1) {
      const recorded = await app.request('/stored/recorded');
      expect([recorded.status, recorded.text]).toEqual([200, '{"level":"recorded"}']);
      expect(recorded.headers.get('x-audit-id')).toMatch(/^[0-9a-f-]{36}$/);
      const queued = await app.post('/stored/best-effort');
      expect([queued.status, queued.text]).toEqual([201, '{"level":"best-effort"}']);
      expect((await app.request('/stored/fails')).status).toBe(500);
    }
    await until(() => app.audit.failures().store === 9);
    expect(await app.fresh()).toEqual([]);
    expect(app.logs.ofAudit('error')).toEqual([expect.stringContaining('the disk is full')]);

    raw.exec('DROP TRIGGER broken');
    raw.close();
    expect((await app.request('/stored/recorded')).status).toBe(200);
    const [recorded, loss, ...others] = await app.eventually(2);
    expect(recorded).toMatchObject({ type: 'stored.recorded' });
    expect(loss).toMatchObject({ type: 'audit.loss', details: { events: 9, causes: { store: 9 } } });
    expect(others).toEqual([]);
    expect(app.logs.ofAudit('log')).toContainEqual(expect.stringContaining('works again after 9 failure(s)'));
    await expect(app.audit.verify()).resolves.toMatchObject({ ok: true });
    await app.close();
  });

  it('holds an answer no longer than commitTimeoutMs', async () => {
    const app = await testApp(platform)
      .audit({ spool: false, limits: { commitTimeoutMs: 100 } })
      .controllers(StoredController)
      .start();
    const raw = app.connection();
    raw.exec('BEGIN IMMEDIATE');

    const answer = await app.request('/stored/recorded');
    expect([answer.status, answer.text]).toEqual([200, '{"level":"recorded"}']);
    expect(app.audit.failures().store).toBe(1);

    raw.exec('ROLLBACK');
    raw.close();
    // The commit that nobody waited for any more goes through when the lock is gone.
    expect(onlyOne(await app.eventually())).toMatchObject({ type: 'stored.recorded' });
    await app.close();
  });

  it('refuses events above maxQueuedEvents, counted, and answers all the same', async () => {
    const app = await testApp(platform)
      .audit({ limits: { maxQueuedEvents: 1, maxBatchEvents: 1, commitTimeoutMs: 20_000 } })
      .controllers(StoredController)
      .start();
    const raw = app.connection();
    raw.exec('BEGIN IMMEDIATE');
    const statuses = await Promise.all(
      Array.from({ length: 10 }, async () => (await app.post('/stored/best-effort')).status),
    );
    expect(new Set(statuses)).toEqual(new Set([201]));
    const lost = app.audit.failures().overload ?? 0;
    expect(lost).toBeGreaterThan(0);
    raw.exec('ROLLBACK');
    raw.close();
    const events = await app.eventually(10 - lost + 1);
    expect(events.map(({ type }) => type).sort()).toEqual([
      'audit.loss',
      ...Array.from({ length: 10 - lost }, () => 'stored.best-effort'),
    ]);
    expect(app.logs.ofAudit('error').filter((line) => line.includes('maxQueuedEvents'))).toHaveLength(1);
    await app.close();
  });
});
