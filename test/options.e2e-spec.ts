import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Controller, Get, Injectable, Module, type DynamicModule, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import SqliteDatabase from 'better-sqlite3';
import {
  Audited,
  AuditModule,
  defineCatalogue,
  type AuditModuleRootAsyncOptions,
  type AuditModuleRootOptions,
} from 'nestjs-audited';
import { AuditHttpModule, type AuditHttpOptions } from 'nestjs-audited/http';

const folder = mkdtempSync(join(tmpdir(), 'audited-options-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Boots an application as `main.ts` does, and gives the error that ended the boot. */
async function bootError(
  imports: readonly (() => DynamicModule | Type)[],
  controllers: readonly Type[] = [],
): Promise<Error> {
  try {
    @Module({ imports: imports.map((make) => make()), controllers: [...controllers] })
    class RootModule {}
    const app = await NestFactory.create(RootModule, { logger: false, abortOnError: false });
    try {
      await app.init();
    } finally {
      await app.close();
    }
  } catch (error) {
    return error as Error;
  }
  throw new Error('The application booted');
}

/** Options as an untyped caller may give them. */
const withOptions =
  (options: unknown): (() => DynamicModule) =>
  () =>
    AuditModule.forRoot(options as AuditModuleRootOptions);
const withFactory =
  (options: object): (() => DynamicModule) =>
  () =>
    AuditModule.forRootAsync(options as AuditModuleRootAsyncOptions);

const INVALID = 'AUDIT_OPTIONS_INVALID';

const shop = defineCatalogue('shop', { 'order.placed': { severity: 'info' } });
const otherShop = defineCatalogue('other', { 'order.placed': { severity: 'error' } });

describe('a wrong option ends the boot with a message that names it and the cure', () => {
  it.each<[option: string, options: unknown, cure: RegExp]>([
    // unknown names, at every level
    ['databse', { databse: 'x' }, /Known are: database, /],
    ['origin.componet', { origin: { componet: 'x' } }, /Known are: component, /],
    ['redaction.path', { redaction: { path: [] } }, /paths, keep/],
    ['redaction.limits.maxSize', { redaction: { limits: { maxSize: 1 } } }, /maxStringBytes/],
    ['capture.coverages', { capture: { coverages: 'error' } }, /coverage/],
    ['limits.maxQueue', { limits: { maxQueue: 1 } }, /maxQueuedEvents/],
    ['__proto__', JSON.parse('{"__proto__": {"database": "x"}}'), /Known are/],
    // wrong types
    ['options', 'audit.sqlite', /It may hold: database, /],
    ['options', null, /It may hold/],
    ['options', [], /It may hold/],
    ['database', { database: 7 }, /default/],
    ['database', { database: '  ' }, /default/],
    ['origin', { origin: 'api' }, /It may hold: component/],
    ['origin.component', { origin: { component: 7 } }, /text/],
    ['catalogues', { catalogues: shop }, /defineCatalogue/],
    ['catalogues', { catalogues: [null] }, /defineCatalogue/],
    ['catalogues', { catalogues: [{ types: null }] }, /defineCatalogue/],
    ['durability', { durability: 'eventually' }, /best-effort, recorded/],
    ['durability', { durability: ['recorded'] }, /best-effort, recorded/],
    ['redaction', { redaction: ['password'] }, /It may hold: paths/],
    ['redaction.paths', { redaction: { paths: 'password' } }, /list/i],
    ['redaction.paths[1]', { redaction: { paths: ['pin', 7] } }, /./],
    ['redaction.paths[0]', { redaction: { paths: ['details..pin'] } }, /./],
    ['redaction.keep[0]', { redaction: { keep: [''] } }, /./],
    ['redaction.limits', { redaction: { limits: 5 } }, /Give an object/],
    ['redaction.limits.maxDepth', { redaction: { limits: { maxDepth: -1 } } }, /from 1 to/],
    ['redaction.limits.maxStringBytes', { redaction: { limits: { maxStringBytes: '8192' } } }, /from 1 to/],
    ['redaction.fingerprintKey', { redaction: { fingerprintKey: 'short' } }, /16 bytes/],
    ['capture', { capture: true }, /It may hold: auditIdHeader/],
    ['capture.auditIdHeader', { capture: { auditIdHeader: 'x audit id' } }, /letters, digits and dashes/],
    ['capture.auditIdHeader', { capture: { auditIdHeader: 'x-id\r\nset-cookie: a=b' } }, /letters/],
    ['capture.auditIdHeader', { capture: { auditIdHeader: true } }, /letters/],
    ['capture.correlationHeader', { capture: { correlationHeader: '' } }, /letters/],
    ['capture.unmatched', { capture: { unmatched: 'yes' } }, /true or false/],
    ['capture.coverage', { capture: { coverage: 'strict' } }, /off, report, error/],
    ['capture.context', { capture: { context: null } }, /auto, always/],
    ['capture.abandonedAfterMs', { capture: { abandonedAfterMs: 0 } }, /from 1 to/],
    ['capture.actorTimeoutMs', { capture: { actorTimeoutMs: Number.NaN } }, /from 1 to/],
    ['limits.maxQueuedEvents', { limits: { maxQueuedEvents: -5 } }, /from 1 to/],
    ['limits.maxBatchEvents', { limits: { maxBatchEvents: 1.5 } }, /from 1 to/],
    ['limits.commitTimeoutMs', { limits: { commitTimeoutMs: '5s' } }, /from 1 to/],
    ['limits.shutdownTimeoutMs', { limits: { shutdownTimeoutMs: 0 } }, /from 1 to/],
    ['database', { database: 'oracle://h/db' }, /postgres:\/\//],
    ['database.type', { database: { type: 'oracle' } }, /sqlite, postgres/],
    ['database.url', { database: 'postgres://audit:geheim@db:port/audit' }, /percent-encoded/],
    ['database.url', { database: 'mysql://audit:geheim@db/audit?ssl=1' }, /options beside/],
    ['database.poolSize', { database: { type: 'postgres', url: 'postgres://db/audit', poolSize: 1 } }, /from 3 to/],
    ['database.schema', { database: { type: 'postgres', url: 'postgres://db/audit', schema: 'a"b' } }, /letters/],
    ['database.pasword', { database: { type: 'mysql', host: 'db', pasword: 'x' } }, /Known are/],
    ['spool', { spool: true }, /It may hold: directory/],
    ['spool.directory', { spool: { directory: '' } }, /text/],
    ['spool.maxBytes', { spool: { maxBytes: 1 } }, /from 4096 to/],
    ['spool.maxSegmentBytes', { spool: { maxSegmentBytes: 2 ** 40 } }, /from 4096 to/],
    ['spool.whenFull', { spool: { whenFull: 'drop' } }, /refuse, drop-and-count/],
    ['spool.retryMaxMs', { spool: { retryInitialMs: 500, retryMaxMs: 100 } }, /from 500 to/],
    ['spool.fsync', { spool: { fsync: false } }, /Known are/],
    ['sequencer.pollMs', { sequencer: { pollMs: 1 } }, /from 10 to/],
    ['journal.directory', { journal: {} }, /folder/],
    ['journal.fsync', { journal: { directory: 'x', fsync: 'sometimes' } }, /always, interval, never/],
    ['lifecycle', { lifecycle: true }, /It may hold: started, stopped/],
    ['lifecycle.started', { lifecycle: { started: ' ' } }, /text/],
    ['dataSource', { dataSource: '' }, /text/],
    ['isGlobal', { isGlobal: 'no' }, /true or false/],
    ['actorResolver', { actorResolver: { resolve: () => null } }, /class/],
  ])('%s in %j', async (option, options, cure) => {
    const error = await bootError([withOptions(options)]);
    expect(error).toMatchObject({ code: INVALID, option });
    expect(error.message).toContain(`"${option}"`);
    expect(error.message).toMatch(cure);
    expect(error.message).not.toContain('\n');
    expect(error.message).not.toContain('geheim');
  });

  it('never shows a key that stands in the wrong place', async () => {
    const key = 'k'.repeat(64);
    const error = await bootError([withOptions({ redaction: key })]);
    expect(error).toMatchObject({ code: INVALID });
    expect(error.message).not.toContain(key);
  });

  it('two catalogues that say different things of one type', async () => {
    const error = await bootError([withOptions({ database: ':memory:', catalogues: [shop, otherShop] })]);
    expect(error).toMatchObject({ code: 'AUDIT_CATALOGUE_INVALID' });
    expect(error.message).toContain('order.placed');
  });
});

describe('forRootAsync', () => {
  it.each<[option: string, given: object, cure: RegExp]>([
    ['useFactory', {}, /"useFactory" \(or "useClass", "useExisting"\)/],
    ['useFactory', { useFactory: { database: 'x' } }, /function that returns the options/],
    ['database', { database: 'x', useFactory: () => ({}) }, /what "useFactory" returns/],
    ['options', { useFactory: () => undefined }, /It may hold: database/],
    ['options', { useFactory: () => Promise.resolve('audit.sqlite') }, /It may hold: database/],
    ['limits.maxQueue', { useFactory: () => ({ limits: { maxQueue: 1 } }) }, /maxQueuedEvents/],
    ['isGlobal', { useFactory: () => ({ isGlobal: true }) }, /stand beside "useFactory"/],
    ['dataSource', { useFactory: () => ({ dataSource: 'default' }) }, /stand beside "useFactory"/],
    ['actorResolver', { useFactory: () => ({}), actorResolver: 'resolver' }, /class/],
  ])('names %s and the cure', async (option, given, cure) => {
    const error = await bootError([withFactory(given)]);
    expect(error).toMatchObject({ code: INVALID, option });
    expect(error.message).toMatch(cure);
  });

  it('passes on what its factory throws', async () => {
    const useFactory = (): never => {
      throw new Error('no configuration file');
    };
    expect((await bootError([withFactory({ useFactory })])).message).toBe('no configuration file');
    const rejecting = (): Promise<never> => Promise.reject(new Error('no secret store'));
    expect((await bootError([withFactory({ useFactory: rejecting })])).message).toBe('no secret store');
  });

  it('takes a class that makes the options', async () => {
    @Injectable()
    class WrongOptions {
      create(): object {
        return { database: 7 };
      }
    }
    expect(await bootError([withFactory({ useClass: WrongOptions })])).toMatchObject({
      code: INVALID,
      option: 'database',
    });
  });
});

describe('a database that cannot be used', () => {
  it.each([
    ['in a folder that cannot be made', () => join('/dev/null', 'audit', 'audit.sqlite'), 'AUDIT_DATABASE_UNUSABLE'],
    ['that is a folder', () => folder, 'AUDIT_DATABASE_UNUSABLE'],
    ['that is no database', () => notADatabase(), 'AUDIT_DATABASE_UNUSABLE'],
    ['of a newer version', () => newerDatabase(), 'AUDIT_SCHEMA_TOO_NEW'],
  ])('%s', async (_what, path, code) => {
    const database = await path();
    const error = await bootError([withOptions({ database })]);
    expect(error).toMatchObject({ code });
    expect(error.message).toContain(`"${database}"`);
    expect(error.message).toMatch(/option "database"|Make sure|writ/);
  });

  it('is not even made when another option is wrong', async () => {
    const database = join(folder, 'never', 'audit.sqlite');
    await bootError([withOptions({ database, redaction: { paths: ['a..b'] } })]);
    await bootError([withOptions({ database, catalogues: [shop, otherShop] })]);
    expect(() => new SqliteDatabase(database, { fileMustExist: true })).toThrow();
  });
});

describe('two registrations', () => {
  it('are refused wherever the second one is', async () => {
    @Module({ imports: [AuditModule.forRoot({ database: join(folder, 'second.sqlite') })] })
    class FeatureModule {}
    const error = await bootError([withOptions({ database: join(folder, 'first.sqlite') }), () => FeatureModule]);
    expect(error).toMatchObject({ code: 'AUDIT_ALREADY_REGISTERED' });
    expect(error.message).toContain('once, in the root module');
  });
});

describe('AuditHttpModule', () => {
  const guard = { canActivate: () => true };
  const open = { guards: [guard], access: { permissions: ['read'], tenants: 'all' } };

  it.each<[option: string, options: unknown, cure: RegExp]>([
    ['AuditHttpModule', undefined, /guards/],
    ['AuditHttpModule.guards', {}, /AuthGuard/],
    ['AuditHttpModule.guards', { guards: [] }, /AuthGuard/],
    ['AuditHttpModule.guards', { guards: guard }, /AuthGuard/],
    ['AuditHttpModule.guards', { guards: [undefined] }, /AuthGuard/],
    ['AuditHttpModule.guards', { guards: [{}] }, /AuthGuard/],
    ['AuditHttpModule.access', { guards: [guard] }, /who may do what/],
    ['AuditHttpModule.access', { guards: [guard], access: undefined }, /AuditAccessResolver/],
    ['AuditHttpModule.access', { guards: [guard], access: {} }, /who may do what/],
    ['AuditHttpModule.access', { guards: [guard], access: { permissions: ['raed'], tenants: 'all' } }, /read-personal/],
    [
      'AuditHttpModule.access',
      { guards: [guard], access: { permissions: ['read'] } },
      /"all" or a list of at most 1000/,
    ],
    [
      'AuditHttpModule.access',
      { guards: [guard], access: { permissions: ['read'], tenants: '' } },
      /"all" or a list of at most 1000/,
    ],
    ['AuditHttpModule.access', { guards: [guard], access: '' }, /who may do what/],
    ['AuditHttpModule.operators', { ...open, operators: { guards: [guard] } }, /Known are: guards, access/],
    ['AuditHttpModule.timeLimitMs', { ...open, timeLimitMs: 0 }, /1 to 600000/],
    ['AuditHttpModule.heartbeatMs', { ...open, heartbeatMs: 1 }, /100 to 600000/],
    ['AuditHttpModule.limits.streams', { ...open, limits: { streams: -1 } }, /0 to 10000/],
    ['AuditHttpModule.limits.exports', { ...open, limits: { exports: 1 } }, /exportsPerMinute/],
    ['AuditHttpModule.gaurds', { gaurds: [guard] }, /guards/],
    ['AuditHttpModule.path', { ...open, path: '/v1/audit' }, /none in front/],
    ['AuditHttpModule.path', { ...open, path: '' }, /segments/],
    ['AuditHttpModule.path', { ...open, path: 'audit/:tenant' }, /segments/],
    ['AuditHttpModule.imports', { ...open, imports: {} }, /modules/],
    ['AuditHttpModule.decorators', { ...open, decorators: ['auditor'] }, /factory/],
  ])('names %s and the cure', async (option, options, cure) => {
    const error = await bootError([
      withOptions({ database: ':memory:' }),
      () => AuditHttpModule.forRoot(options as AuditHttpOptions),
    ]);
    expect(error).toMatchObject({ code: INVALID, option });
    expect(error.message).toMatch(cure);
  });
});

describe('a bad selector in a decorator', () => {
  it.each([
    [{ resource: { type: 'thing', id: 'param.id' } }, 'resource.id'],
    [{ details: ['body', 'request.ip'] }, 'details[1]'],
    [{ after: 'result..id' }, 'after'],
    [{ action: 'Deploy {bdy.version}' }, 'action'],
    [{ reason: 'because' }, 'reason'],
  ])('names class, method and option: %j', async (options, option) => {
    @Controller()
    class ThingsController {
      @Get()
      @Audited('thing.read', options as object)
      read(): string {
        return 'thing';
      }
    }
    const error = await bootError([withOptions({ database: ':memory:' })], [ThingsController]);
    expect(error).toMatchObject({ code: INVALID });
    expect(error.message).toContain(`@Audited() of ThingsController.read: ${option}`);
    expect(error.message).toContain('Begin with one of params, query, body');
  });
});

describe('a process whose boot failed', () => {
  const databaseOf = (name: string): string => join(folder, name);

  it.each([
    ['a wrong name', [{ databse: 'x' }], 'Audit option "databse" is unknown'],
    ['a wrong value', [{ catalogues: 7 }], 'Audit option "catalogues"'],
    ['an unusable database', [{ database: '/dev/null/audit.sqlite' }], 'The audit database'],
    [
      'two registrations',
      [{ database: databaseOf('a.sqlite') }, { database: databaseOf('b.sqlite') }],
      'AuditModule is registered twice',
    ],
  ])('ends by itself and says once why: %s', async (_what, registrations, message) => {
    const { code, output } = await runMain(registrations);
    expect(code).not.toBe(0);
    expect(output.split(message)).toHaveLength(2);
  });

  it('ends by itself just the same when nothing is wrong and it is closed', async () => {
    expect(await runMain([{ database: databaseOf('fine.sqlite') }])).toEqual({ code: 0, output: '' });
  });
});

/** An application with Nest's own defaults, in a process of its own. */
async function runMain(
  registrations: readonly object[],
): Promise<{ readonly code: number | null; readonly output: string }> {
  const main = fileURLToPath(new URL('support/boot-main.mjs', import.meta.url));
  const child = spawn(process.execPath, [main, JSON.stringify(registrations)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output };
}

function notADatabase(): string {
  const file = join(folder, 'notes.txt');
  writeFileSync(file, 'These are notes and no database, although they are long enough to have a header.'.repeat(20));
  return file;
}

/** A database that this version made, and a later one changed. */
async function newerDatabase(): Promise<string> {
  const database = join(folder, 'newer.sqlite');
  const module = AuditModule.forRoot({ database });
  const app = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
  await app.close();
  const connection = new SqliteDatabase(database);
  connection
    .prepare('INSERT INTO audit_migrations (timestamp, name) VALUES (?, ?)')
    .run(9999999999999, 'FromTheFuture9999999999999');
  connection.close();
  return database;
}
