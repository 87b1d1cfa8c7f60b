/**
 * One variant of the HTTP benchmark as a server in a process of its own.
 * Usage (by fork): node http-server.mjs <adapter> <variant> <database folder> [<PostgreSQL url>]; sends { port } when it
 * listens, and { memory } whenever it is asked by a message.
 */
import 'reflect-metadata';
import { join } from 'node:path';
import { Controller, Get, Inject, Injectable, Module, Param, UseInterceptors } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Audited, AuditModule, AuditStore } from 'nestjs-audited';
import { splunkHec } from 'nestjs-audited/exporters';
import { from, switchMap } from 'rxjs';

const [, , adapter, variant, folder, postgresUrl] = process.argv;

function decorated(target, member, ...decorators) {
  const descriptor = Object.getOwnPropertyDescriptor(target.prototype, member);
  for (const decorate of decorators.reverse()) {
    decorate(target.prototype, member, descriptor);
  }
}

/** The same route for every variant. */
function ordersController(...decorators) {
  class OrdersController {
    read(id) {
      return { id, status: 'open' };
    }
  }
  Controller('orders')(OrdersController);
  Param('id')(OrdersController.prototype, 'read', 0);
  decorated(OrdersController, 'read', Get(':id'), ...decorators);
  return OrdersController;
}

const AUDITED = Audited('order.read', { resource: { type: 'order', id: 'params.id' } });

async function create() {
  const framework = adapter === 'express' ? new ExpressAdapter() : new FastifyAdapter();
  const options = { logger: false };
  const ownFile = join(folder, `${adapter}-${variant}.sqlite`);
  // A record of the start belongs to no request.
  const audited = (more = {}) => AuditModule.forRoot({ database: ownFile, lifecycle: false, ...more });
  const postgres = { database: { type: 'postgres', url: postgresUrl } };
  switch (variant) {
    case 'bare':
      return NestFactory.create(moduleOf([], ordersController()), framework, options);
    case 'imported':
      // The module is there, the route is not decorated.
      return NestFactory.create(moduleOf([audited()], ordersController()), framework, options);
    case 'hook':
      await dropDrafts();
      return NestFactory.create(moduleOf([audited()], ordersController(AUDITED)), framework, options);
    case 'composed':
      return testing(audited({ durability: 'best-effort' }), ordersController(AUDITED), framework, (builder) =>
        builder.overrideProvider(AuditStore).useValue(new DroppingStore()),
      );
    case 'recorded':
      return NestFactory.create(moduleOf([audited()], ordersController(AUDITED)), framework, options);
    case 'recorded-undelivered': {
      // Nothing listens on the port of discard: a destination that is down all the time.
      const exporter = splunkHec({ url: 'http://127.0.0.1:9', token: 'benchmark-token' });
      const down = audited({ destinations: [{ name: 'down', exporter, retry: { initialMs: 100, maxMs: 1000 } }] });
      return NestFactory.create(moduleOf([down], ordersController(AUDITED)), framework, options);
    }
    case 'recorded-postgres':
      return NestFactory.create(moduleOf([audited(postgres)], ordersController(AUDITED)), framework, options);
    case 'best-effort':
      return NestFactory.create(
        moduleOf([audited({ durability: 'best-effort' })], ordersController(AUDITED)),
        framework,
        options,
      );
    case 'repository-save':
      return NestFactory.create(await repositorySaveModule(durableSqlite(ownFile)), framework, options);
    case 'repository-save-postgres':
      return NestFactory.create(await repositorySaveModule({ type: 'postgres', url: postgresUrl }), framework, options);
    case 'pino-file':
      return NestFactory.create(await pinoModule(), framework, { ...options, bufferLogs: true });
    default:
      throw new Error(`unknown variant ${variant}`);
  }
}

function moduleOf(imports, controller, providers = []) {
  class BenchmarkModule {}
  Module({ imports, controllers: [controller], providers })(BenchmarkModule);
  return BenchmarkModule;
}

async function testing(auditModule, controller, framework, override) {
  const builder = Test.createTestingModule({ imports: [auditModule], controllers: [controller] });
  const module = await override(builder).compile();
  return module.createNestApplication(framework, { logger: false });
}

/** Drafts are taken and forgotten: what is left is the cost of the capture itself. */
async function dropDrafts() {
  const { AuditRecorder } = await import('../libs/audited/dist/esm/recording/audit-recorder.js');
  const id = '01a1ffd4-1292-75fd-9156-2c0d8858bd23';
  AuditRecorder.prototype.newId = () => id;
  AuditRecorder.prototype.record = () => ({ id, status: 'queued' });
}

/** Takes events, composed and redacted, and stores nothing. */
class DroppingStore {
  open() {
    return Promise.resolve();
  }
  append(chain) {
    return Promise.resolve({ chain, firstPosition: 1 });
  }
  appendMissing(chain, events) {
    return Promise.resolve({ chain, appended: events.length });
  }
  /** Nothing is kept, so nobody asks for its custody. */
  custody() {
    return {};
  }
  ledger() {
    return {};
  }
  close() {
    return Promise.resolve();
  }
}

function durableSqlite(file) {
  return {
    type: 'better-sqlite3',
    database: file,
    prepareDatabase: (database) => {
      database.pragma('journal_mode = WAL');
      database.pragma('synchronous = FULL');
    },
  };
}

/** What a user would write: an interceptor that saves an entity and waits for it. Not chained. */
async function repositorySaveModule(sourceOptions) {
  const { DataSource, EntitySchema } = await import('typeorm');
  const text = { type: 'text', nullable: true };
  const Entry = new EntitySchema({
    name: 'Entry',
    columns: {
      id: { type: 'integer', primary: true, generated: true },
      ...Object.fromEntries(
        ['time', 'type', 'outcome', 'severity', 'actor', 'ip', 'userAgent', 'method', 'path', 'route', 'handler']
          .concat(['resourceType', 'resourceId', 'correlationId', 'host'])
          .map((name) => [name, text]),
      ),
      status: { type: 'integer' },
      durationMs: { type: 'integer' },
    },
    indices: ['time', 'type', 'actor', 'correlationId'].map((column) => ({ columns: [column] })),
  });
  const source = new DataSource({ ...sourceOptions, entities: [Entry], synchronize: true });
  await source.initialize();
  const repository = source.getRepository(Entry);
  class SavingInterceptor {
    intercept(context, next) {
      const request = context.switchToHttp().getRequest();
      const startedAt = Date.now();
      return next.handle().pipe(
        switchMap((value) =>
          from(
            repository
              .save({
                time: new Date().toISOString(),
                type: 'order.read',
                outcome: 'success',
                severity: 'info',
                actor: 'anonymous',
                ip: request.ip,
                userAgent: request.headers['user-agent'],
                method: request.method,
                path: request.url,
                route: '/orders/:id',
                handler: context.getHandler().name,
                resourceType: 'order',
                resourceId: request.params.id,
                correlationId: crypto.randomUUID(),
                host: 'benchmark',
                status: 200,
                durationMs: Date.now() - startedAt,
              })
              .then(() => value),
          ),
        ),
      );
    }
  }
  Injectable()(SavingInterceptor);
  return moduleOf([], ordersController(UseInterceptors(SavingInterceptor)));
}

/** Request logging to a file, as most applications have it. Neither durable nor chained. */
async function pinoModule() {
  const { LoggerModule, PinoLogger } = await import('nestjs-pino');
  const { default: pino } = await import('pino');
  const stream = pino.destination({ dest: join(folder, `${adapter}-pino.log`), sync: false });
  const controller = ordersController();
  Inject(PinoLogger)(controller, undefined, 0);
  return moduleOf([LoggerModule.forRoot({ pinoHttp: { stream } })], controller);
}

const app = await create();
await app.listen(0, '127.0.0.1');
process.send({ port: app.getHttpServer().address().port });
process.on('message', () => process.send({ memory: process.memoryUsage() }));
process.on('disconnect', () => process.exit());
