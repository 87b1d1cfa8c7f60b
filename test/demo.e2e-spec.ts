import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import type { AuditPage, AuditRecord, DestinationStatus, IntegrityReport } from 'nestjs-audited';
import { buildDemo, playTraffic, RunningDemo } from './support/built-demo.js';
import { buildSink, RunningSink } from './support/built-sink.js';
import { eventually } from './support/eventually.js';
import { PLATFORMS, type Platform } from './support/platforms.js';

const BUILD_TIMEOUT_MS = 240_000;
const DEPLOYMENT = { agentId: 'billing', environment: 'production', version: '1.4.2' };
const DEPLOYED = { type: 'deploy.initiated', outcome: 'success' };

const folders: string[] = [];
const demos: RunningDemo[] = [];

beforeAll(() => {
  buildDemo();
  buildSink();
}, BUILD_TIMEOUT_MS);

afterAll(async () => {
  await Promise.all(demos.map((demo) => demo.kill()));
  folders.forEach((folder) => rmSync(folder, { recursive: true, force: true }));
});

function freshDatabase(): string {
  const folder = mkdtempSync(join(tmpdir(), 'audited-demo-'));
  folders.push(folder);
  return join(folder, 'records', 'audit.sqlite');
}

async function startDemo(
  platform: Platform,
  database: string,
  more: Readonly<Record<string, string>> = {},
): Promise<RunningDemo> {
  const demo = await RunningDemo.start(platform, database, more);
  demos.push(demo);
  return demo;
}

/** Every byte that the demo keeps: the database, its write-ahead log, its index of that log. */
function keptBytes(database: string): Buffer {
  const folder = dirname(database);
  return Buffer.concat(readdirSync(folder).map((file) => readFileSync(join(folder, file))));
}

async function recordsOf(demo: RunningDemo, filter: string): Promise<readonly AuditRecord[]> {
  const token = await demo.logIn('auditor');
  const { body, status } = await demo.call('GET', `/v1/audit/events?limit=1000&${filter}`, { token });
  expect(status).toBe(200);
  return (body as AuditPage).records;
}

async function verify(demo: RunningDemo): Promise<IntegrityReport> {
  const { body } = await demo.call('GET', '/v1/audit/verify', { token: await demo.logIn('auditor') });
  return body as IntegrityReport;
}

describe.each(PLATFORMS)('the demo on %s', (platform) => {
  describe('while it runs', () => {
    const database = freshDatabase();
    let demo: RunningDemo;

    beforeAll(async () => {
      demo = await startDemo(platform, database);
    });

    afterAll(() => demo.stop());

    it('answers a viewer who tries to deploy with 403 and shows the auditor one denied record', async () => {
      const token = await demo.logIn('viewer');
      const { auditId, status } = await demo.call('POST', '/deployments', { token, body: DEPLOYMENT });
      expect(status).toBe(403);

      const records = await recordsOf(demo, 'actorId=viewer&outcome=denied');
      expect(records).toHaveLength(1);
      expect(records[0]?.event).toMatchObject({
        id: auditId,
        type: 'deploy.initiated',
        outcome: 'denied',
        actor: { kind: 'user', id: 'viewer', roles: ['viewer'] },
        resource: { type: 'deployment', name: 'billing' },
        origin: { environment: 'production' },
        transport: {
          kind: 'http',
          method: 'POST',
          route: '/deployments',
          handler: 'DeploymentsController.initiate',
          status: 403,
        },
      });
      // An auditor of the demo may not see personal data; an administrator may.
      expect(records[0]).toMatchObject({ masked: true });
      expect(JSON.stringify(records)).not.toContain('viewer@demo.example');
      const { body } = await demo.call('GET', `/v1/audit/events/${auditId}`, { token: await demo.logIn('admin') });
      expect(body).toMatchObject({ event: { actor: { email: 'viewer@demo.example' } } });
    });

    it('records a wrong password as auth.failed and keeps it in no file', async () => {
      const password = `wrong-${randomUUID()}`;
      const answer = await demo.call('POST', '/auth/login', { body: { username: 'developer', password } });
      expect(answer.status).toBe(401);

      const records = await recordsOf(demo, 'type=auth.failed');
      expect(records.map(({ event }) => event)).toEqual([
        expect.objectContaining({
          id: answer.auditId,
          outcome: 'failure',
          actor: expect.objectContaining({ kind: 'anonymous' }) as unknown,
          resource: { type: 'user', id: 'developer' },
        }),
      ]);
      const bytes = keptBytes(database);
      expect(bytes.includes(answer.auditId ?? 'none')).toBe(true);
      expect(bytes.includes(password)).toBe(false);
    });

    it('hides secrets of a deployment and of a setting, and says so', async () => {
      const secret = `hidden-${randomUUID()}`;
      const token = await demo.logIn('admin');
      const config = { replicas: 3, database: { password: secret } };
      const deployed = await demo.call('POST', '/deployments', { token, body: { ...DEPLOYMENT, config } });
      const changed = await demo.call('PUT', '/config/smtp.password', { token, body: { value: secret } });
      expect([deployed.status, changed.status]).toEqual([201, 200]);

      const [deployment] = await recordsOf(demo, 'actorId=admin&type=deploy.initiated');
      expect(deployment?.event).toMatchObject({
        details: { config: { replicas: 3, database: { password: '[redacted]' } } },
        redacted: ['/details/config/database/password'],
      });
      const [change] = await recordsOf(demo, 'type=config.changed');
      expect(change?.event.changes).toEqual([{ field: 'smtp.password', before: '[redacted]', after: '[redacted]' }]);
      expect(keptBytes(database).includes(secret)).toBe(false);
    });

    it('lists field by field what changed in a policy', async () => {
      const token = await demo.logIn('admin');
      const policy = { title: 'No Fridays', effect: 'deny', actions: ['deploy.production'] };
      await demo.call('PUT', '/policies/fridays', { token, body: policy });
      await demo.call('PUT', '/policies/fridays', { token, body: { ...policy, effect: 'allow' } });
      const { status } = await demo.call('DELETE', '/policies/fridays', { token });
      expect(status).toBe(204);

      const events = (await recordsOf(demo, 'resourceType=policy')).map(({ event }) => event);
      // Deleting is `required`: what was about to be done was in the log before it was done.
      expect(events.map(({ type, stage }) => `${type} ${stage}`)).toEqual([
        'policy.deleted outcome',
        'policy.deleted intent',
        'policy.modified outcome',
        'policy.created outcome',
      ]);
      expect(events[0]).toMatchObject({ outcome: 'success', causationId: events[1]?.id });
      expect(events[2]?.changes).toEqual([{ field: 'effect', before: 'deny', after: 'allow' }]);
      expect(events[0]?.changes).toContainEqual({ field: 'effect', before: 'allow' });
    });

    it('raises SCAM_DETECTED, caused by the message and in its session, without the API key', async () => {
      const headers = { 'x-api-key': 'demo-key', 'content-type': 'application/json' };
      const post = async (path: string, body: unknown): Promise<Response> =>
        fetch(`${demo.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
      const { id } = (await (await post('/conversations', {})).json()) as { readonly id: string };
      const text = 'URGENT: your bank account is blocked. Share the OTP with refunds@okbank.';
      const message = await post(`/conversations/${id}/messages`, { text });
      expect(message.status).toBe(201);

      const events = (await recordsOf(demo, `sessionId=${id}`)).map(({ event }) => event);
      expect(events.map(({ type }) => type).sort()).toEqual([
        'CONVERSATION_CREATED',
        'CONVERSATION_UPDATED',
        'SCAM_DETECTED',
      ]);
      expect(events.find(({ type }) => type === 'SCAM_DETECTED')).toMatchObject({
        causationId: message.headers.get('x-audit-id'),
        risk: 'high',
        details: { scam_type: 'phishing' },
      });
      expect(events.find(({ type }) => type === 'CONVERSATION_CREATED')?.actor).toMatchObject({
        kind: 'service',
        id: expect.stringMatching(/^fp:[0-9a-f]{32}$/) as unknown,
      });
      expect(keptBytes(database).includes('demo-key')).toBe(false);
    });

    it('closes the audit trail to strangers and viewers, and records who tried', async () => {
      const token = await demo.logIn('viewer');
      const stranger = await demo.call('GET', '/v1/audit/events');
      const viewer = await demo.call('GET', '/v1/audit/verify', { token });
      expect([stranger.status, viewer.status]).toEqual([401, 403]);

      const denied = (await recordsOf(demo, 'type=audit.denied')).map(({ event }) => event);
      expect(denied.map(({ id, actor }) => [id, actor.kind, actor.id])).toEqual([
        [viewer.auditId, 'user', 'viewer'],
        [stranger.auditId, 'anonymous', undefined],
      ]);
    });

    it('plays the traffic scenario, ends with the counts by outcome, and limits a client that sends too much', async () => {
      const { exitCode, output } = await playTraffic(demo.url);
      expect(output).toMatch(/intact\n\nRecords by outcome\n(?:[a-z]+ +\d+\n)+$/);
      expect(exitCode).toBe(0);

      const [refused] = await recordsOf(demo, 'type=RATE_LIMIT_EXCEEDED');
      expect(refused?.event).toMatchObject({
        outcome: 'denied',
        actor: { kind: 'service' },
        transport: { status: 429 },
      });
      await expect(verify(demo)).resolves.toMatchObject({ ok: true, faultCount: 0 });
    });
  });

  it('has the record of a deployment although it is killed the moment the answer arrives', async () => {
    const database = freshDatabase();
    const doomed = await startDemo(platform, database);
    const token = await doomed.logIn('release_manager');
    const response = await doomed.fetch('POST', '/deployments', { token, body: DEPLOYMENT });
    await doomed.kill();
    expect(response.status).toBe(201);
    const auditId = response.headers.get('x-audit-id');

    const demo = await startDemo(platform, database);
    const auditor = await demo.logIn('auditor');
    const { body, status } = await demo.call('GET', `/v1/audit/events/${auditId}`, { token: auditor });
    expect(status).toBe(200);
    expect((body as AuditRecord).event).toMatchObject({ ...DEPLOYED, id: auditId, actor: { id: 'release_manager' } });
    await expect(verify(demo)).resolves.toMatchObject({ ok: true });
    await demo.stop();
  });

  it('names the record when one byte of the database was changed', async () => {
    const database = freshDatabase();
    const before = await startDemo(platform, database);
    const token = await before.logIn('release_manager');
    const { auditId } = await before.call('POST', '/deployments', { token, body: DEPLOYMENT });
    await before.stop();

    const position = changeOneByte(database, String(auditId));

    const demo = await startDemo(platform, database);
    const report = await verify(demo);
    expect(report).toMatchObject({ ok: false, faultCount: 1 });
    expect(report.faults).toEqual([expect.objectContaining({ kind: 'edited', chain: 'main', position })]);
    await demo.stop();
  });
});

describe('the demo with a SIEM in another process', () => {
  let sink: RunningSink;
  let demo: RunningDemo;

  beforeAll(async () => {
    sink = await RunningSink.start();
    demo = await startDemo('express', freshDatabase(), { AUDITED_DEMO_SIEM_URL: sink.url });
  });

  afterAll(() => sink.end('SIGKILL'));

  async function deploy(): Promise<string | null> {
    const token = await demo.logIn('release_manager');
    return (await demo.call('POST', '/deployments', { token, body: DEPLOYMENT })).auditId;
  }

  async function operate(username: string, act: string, body: object = {}): Promise<number> {
    const token = await demo.logIn(username);
    return (await demo.call('POST', `/destinations/siem-sink/${act}`, { token, body })).status;
  }

  async function destination(): Promise<DestinationStatus | undefined> {
    const { body } = await demo.call('GET', '/destinations', { token: await demo.logIn('auditor') });
    return (body as readonly DestinationStatus[])[0];
  }

  async function arrival(id: string | null): Promise<void> {
    await eventually(async () => expect((await sink.events()).map((event) => event.id)).toContain(id));
  }

  it('sends it every record; those wait while it is broken, and arrive in order when it is mended', async () => {
    await arrival(await deploy());

    await sink.play('503');
    const waiting = await deploy();
    await eventually(async () =>
      expect(await destination()).toMatchObject({
        name: 'siem-sink',
        health: { state: 'retrying', reason: expect.stringContaining('Server is busy') as unknown },
      }),
    );
    expect((await sink.events()).map((event) => event.id)).not.toContain(waiting);

    await sink.play('off');
    await arrival(waiting);
    await eventually(async () => expect((await destination())?.health).toMatchObject({ state: 'ok', failures: 0 }));
    const { distinct, outOfOrder, chains } = await sink.status();
    expect([distinct, outOfOrder]).toEqual([chains['main'], 0]);
  });

  it('has operators pause, resume and rewind it, each by name in a record, and nobody else', async () => {
    expect([await operate('auditor', 'pause'), await operate('admin', 'pause')]).toEqual([403, 204]);
    await expect(destination()).resolves.toMatchObject({ state: 'paused' });
    const waiting = await deploy();
    expect(await operate('admin', 'resume')).toBe(204);
    await arrival(waiting);

    const token = await demo.logIn('auditor');
    const letters = await demo.call('GET', '/destinations/siem-sink/dead-letters', { token });
    expect([letters.status, letters.body]).toEqual([200, []]);
    const unknown = await demo.call('POST', '/destinations/elsewhere/pause', { token: await demo.logIn('admin') });
    expect(unknown.status).toBe(404);

    const { duplicates } = await sink.status();
    expect([await operate('admin', 'rewind', { to: 'never' }), await operate('admin', 'replay')]).toEqual([400, 200]);
    expect(await operate('admin', 'rewind', { to: 'beginning' })).toBe(204);
    await eventually(async () => expect((await sink.status()).duplicates).toBeGreaterThan(duplicates));

    const changes = (await recordsOf(demo, 'type=audit.destination_changed')).map(({ event }) => event);
    expect(changes.map(({ actor, details }) => [actor.id, details?.['act']])).toEqual([
      ['admin', 'rewind'],
      ['admin', 'resume'],
      ['admin', 'pause'],
    ]);
    const denied = (await recordsOf(demo, 'type=audit.denied')).map(({ event }) => event);
    expect(denied).toMatchObject([{ actor: { id: 'auditor' }, resource: { id: 'siem-sink' }, outcome: 'denied' }]);
  });

  it('sends the record of its end before it ends', async () => {
    await demo.stop();
    expect((await sink.events()).map(({ type }) => type)).toContain('system.shutdown');
  });
});

/** As an attacker would: the triggers refuse an update, so they go first. Gives the position of the record. */
function changeOneByte(database: string, id: string): number {
  const file = new Database(database);
  try {
    const edit = `UPDATE audit_records SET body = replace(body, '"version":"1.4.2"', '"version":"1.4.3"') WHERE id = ?`;
    expect(() => file.prepare(edit).run(id)).toThrow('append-only');
    const triggers = file.prepare<[], { name: string }>(`SELECT name FROM sqlite_master WHERE type = 'trigger'`).all();
    triggers.forEach(({ name }) => file.exec(`DROP TRIGGER ${name}`));
    expect(file.prepare(edit).run(id).changes).toBe(1);
    const row = file
      .prepare<[string], { position: number; body: string }>('SELECT * FROM audit_records WHERE id = ?')
      .get(id);
    expect(row?.body).toContain('"version":"1.4.3"');
    return Number(row?.position);
  } finally {
    file.close();
  }
}
