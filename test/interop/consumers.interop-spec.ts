import { existsSync, mkdtempSync, rmSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditPage, AuditRecord, IntegrityReport } from 'nestjs-audited';
import { anAppendableEvent } from 'nestjs-audited/testing';
import { SqliteAuditStore } from 'nestjs-audited/typeorm';
import { packLibrary } from '../../tools/pack-lib.mjs';
import { Consumer, type RunningConsumer } from '../support/consumer.js';

interface Trail {
  readonly page: AuditPage;
  readonly report: IntegrityReport;
}

/** What must be true of an application that was installed. */
interface Expected {
  readonly nestMajor: number;
  readonly typeormMajor: number;
  /** File of the package that it has to load. */
  readonly build: string;
}

const TSC = join('node_modules', 'typescript', 'bin', 'tsc');
const packed = mkdtempSync(join(tmpdir(), 'nestjs-audited-packed-'));
const consumers: Consumer[] = [];
let tarball: string;

beforeAll(() => {
  tarball = packLibrary(packed);
});

afterAll(() => {
  consumers.forEach((consumer) => consumer.dispose());
  rmSync(packed, { recursive: true, force: true });
});

describe('the tarball in a fresh Nest 11 application in CommonJS, resolved as TypeScript 5.9 does by default', () => {
  let consumer: Consumer;

  beforeAll(() => {
    consumer = installed('nest11-cjs');
  });

  behaves(() => consumer, { nestMajor: 11, typeormMajor: 0, build: join('dist', 'cjs', 'index.js') });

  it('can be tested with Jest and ts-jest, without a flag for Node', () => {
    consumer.run('node', [join('node_modules', 'jest', 'bin', 'jest.js'), '--json', '--outputFile=jest.json']);
    expect(consumer.readJson('jest.json')).toMatchObject({ success: true, numPassedTests: 1 });
  });
});

describe('the tarball in a fresh Nest 12 application in ES modules', () => {
  let consumer: Consumer;

  beforeAll(() => {
    consumer = installed('nest12-esm');
  });

  behaves(() => consumer, { nestMajor: 12, typeormMajor: 1, build: join('dist', 'esm', 'index.js') });

  it('honours in either build what the other one said in a decorator', () => {
    const lines = consumer.run('node', ['dist/dual-package.js']).split('\n');
    const verdict = lines.find((line) => line.startsWith('DUAL '))?.slice('DUAL '.length);
    expect(JSON.parse(verdict ?? 'null')).toEqual({
      areTwo: true,
      commonJsOnEsModule: ['hello.said', 'audit.started'],
      esModuleOnCommonJs: ['hello.said', 'audit.started'],
    });
  });
});

describe('the command line of the tarball, installed where there is no application', () => {
  let consumer: Consumer;

  beforeAll(() => {
    consumer = installed('command-line');
  });

  it('explains itself, and says which version it is of', () => {
    expect(consumer.run('npx', ['audited', 'help'])).toContain('Usage: audited');
    const { version } = consumer.readJson('node_modules/nestjs-audited/package.json') as { readonly version: string };
    expect(consumer.run('npx', ['audited', '--version'])).toBe(`${version}\n`);
  });

  it('makes keys, and signs and verifies a log with them', async () => {
    consumer.run('npx', ['audited', 'keys', 'generate', 'audit-key']);
    const store = new SqliteAuditStore(join(consumer.folder, 'audit.sqlite'));
    await store.open();
    await store.append('main', [anAppendableEvent(), anAppendableEvent()]);
    await store.close();
    const signing = ['--origin', 'audit.example.com/consumer', '--key', 'audit-key.pem'];
    consumer.run('npx', ['audited', 'bundle', 'evidence', '-d', 'audit.sqlite', ...signing]);
    for (const what of [
      ['verify', '-d', 'audit.sqlite'],
      ['verify-bundle', 'evidence'],
    ]) {
      expect(consumer.run('npx', ['audited', ...what, '--trust', 'audit-key.pub.pem'])).toContain('INTACT');
    }
  });
});

function installed(fixture: string): Consumer {
  const consumer = new Consumer(fixture);
  consumers.push(consumer);
  consumer.install(tarball);
  return consumer;
}

function behaves(consumer: () => Consumer, { nestMajor, typeormMajor, build }: Expected): void {
  it('compiles, its declarations included', () => {
    expect(consumer().run('node', [TSC, '-p', '.'])).toBe('');
  });

  describe.each(['express', 'fastify'])('on %s', (adapter) => {
    let running: RunningConsumer;

    beforeAll(async () => {
      running = await consumer().start({
        CONSUMER_ADAPTER: adapter,
        CONSUMER_DATABASE: `${adapter}.sqlite`,
        CONSUMER_FILES: `${adapter}-files`,
      });
    });

    it('runs on the versions it was installed for', () => {
      const { nest, typeorm, library } = running.hello;
      expect([majorOf(nest), majorOf(typeorm)]).toEqual([nestMajor, typeormMajor]);
      expect(library.endsWith(join('node_modules', 'nestjs-audited', build))).toBe(true);
      expect(library.startsWith(consumer().folder)).toBe(true);
    });

    it('records a success and a refusal by a guard, and verifies', async () => {
      const { url } = running.hello;
      const created = await start(url, 'd-1', { 'x-user': 'ada' });
      const refused = await start(url, 'd-2', {});
      expect([created.status, refused.status]).toEqual([201, 403]);

      const { page, report } = await readTrail(url);
      expect(page.records.map(({ event }) => [event.outcome, event.type, event.actor.id, event.resource?.id])).toEqual([
        ['denied', 'deploy.started', undefined, 'd-2'],
        ['success', 'deploy.started', 'ada', 'd-1'],
        ['success', 'audit.started', undefined, undefined],
      ]);
      expect(page.records.slice(0, 2).map(({ event }) => event.id)).toEqual([
        refused.headers.get('x-audit-id'),
        created.headers.get('x-audit-id'),
      ]);
      expect(report).toMatchObject({ ok: true, records: 3 });
    });

    it('shows a record through the reading API, to whom the guard lets in only', async () => {
      const { url } = running.hello;
      const id = (await readTrail(url)).page.records[0]?.event.id ?? '';
      expect((await fetch(`${url}/v1/audit/events/${id}`)).status).toBe(403);
      const answer = await fetch(`${url}/v1/audit/events/${id}`, { headers: { 'x-user': 'auditor' } });
      expect(((await answer.json()) as AuditRecord).event).toMatchObject({ id, outcome: 'denied' });
    });

    it('writes its records in another format, with the library that the package brings for it', async () => {
      const { url } = running.hello;
      expect(await (await fetch(`${url}/trail/csv`)).text()).toBe(
        [
          'event_type,outcome',
          '"audit.read","success"',
          '"audit.denied","denied"',
          '"deploy.started","denied"',
          '"deploy.started","success"',
          '"audit.started","success"',
          '',
        ].join('\r\n'),
      );
    });

    it('closes its database when it is asked to stop', async () => {
      await running.stop();
      const file = join(consumer().folder, `${adapter}.sqlite`);
      // SQLite removes the write-ahead log when the last connection is closed, and only then.
      expect([existsSync(file), existsSync(`${file}-wal`)]).toEqual([true, false]);
    });

    it('has delivered every record to its destination, the last one too', () => {
      const folder = join(consumer().folder, `${adapter}-files`);
      const lines = readdirSync(folder).flatMap((name) =>
        readFileSync(join(folder, name), 'utf8').split('\n').slice(0, -1),
      );
      const records = lines.map((line) => JSON.parse(line) as AuditRecord);
      expect(records.map(({ seal }) => seal.position)).toEqual(records.map((_, index) => index + 1));
      expect(records.at(-1)?.event.type).toBe('audit.stopped');
    });

    it('has its log verified by the command that was installed with it', () => {
      const verdict = consumer().run('npx', ['audited', 'verify', '-d', `${adapter}.sqlite`, '--threads', '2']);
      expect(verdict).toMatch(/^INTACT: \d+ record\(s\) in /m);
    });
  });
}

function start(url: string, id: string, headers: Readonly<Record<string, string>>): Promise<Response> {
  return fetch(`${url}/deployments/${id}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: '{"version":"1.2.3"}',
  });
}

async function readTrail(url: string): Promise<Trail> {
  return (await (await fetch(`${url}/trail`)).json()) as Trail;
}

function majorOf(version: string): number {
  return Number(version.split('.')[0]);
}
