/**
 * The application that is killed: a real Nest application on the built package, with one route for each durability.
 * Usage (by fork): node application.mjs <settings as JSON>; sends { port } when it listens, answers { ask: 'vitals' | 'kept' }.
 */
import 'reflect-metadata';
import { appendFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Body, ConflictException, Controller, Get, Inject, Module, Optional, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import { Audited, AuditModule, AuditService } from 'nestjs-audited';
import { EntitySchema } from 'typeorm';

/**
 * @typedef {object} ApplicationSettings
 * @property {'express' | 'fastify'} adapter
 * @property {object} audit options of AuditModule
 * @property {object} [business] options of the application's own TypeORM DataSource; without it there are no
 *   transactional routes
 * @property {string} [handlerLog] file that gets the key of every request whose `required` handler ran
 */

/** @type {ApplicationSettings} */
const settings = JSON.parse(process.argv[2]);

const Order = new EntitySchema({
  name: 'Order',
  tableName: 'crash_orders',
  columns: { id: { type: 'varchar', length: 64, primary: true }, kind: { type: 'varchar', length: 16 } },
});

/** TypeORM has one connection per SQLite file: two transactions at a time would be one. */
class Turns {
  #last = Promise.resolve();

  take(work) {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

class OrdersController {
  constructor(audit, source) {
    this.audit = audit;
    this.source = source;
    this.turns = source?.options.type === 'better-sqlite3' ? new Turns() : { take: (work) => work() };
  }

  bestEffort({ key }) {
    return { key };
  }

  recorded({ key }) {
    return { key };
  }

  required({ key }) {
    if (settings.handlerLog !== undefined) {
      appendFileSync(settings.handlerLog, `${key}\n`);
    }
    return { key };
  }

  /** A business row and the action's own record, in one transaction. */
  transactional({ key, fail }) {
    return this.turns.take(() =>
      this.audit.transaction(this.source, async (manager) => {
        await manager.insert(Order, { id: key, kind: 'placed' });
        if (fail) {
          throw new ConflictException('sold out');
        }
        return { key };
      }),
    );
  }

  /** A business row and a record of its own, beside the one of the request. */
  noted({ key, fail }) {
    return this.turns.take(() =>
      this.source.transaction(async (manager) => {
        await manager.insert(Order, { id: key, kind: 'noted' });
        await this.audit.recordIn(manager, { type: 'order.noted', resource: { type: 'order', id: key } });
        if (fail) {
          throw new ConflictException('sold out');
        }
        return { key };
      }),
    );
  }

  verify() {
    return this.audit.verify();
  }

  failures() {
    return this.audit.failures();
  }
}

decorated('bestEffort', Post('best-effort'), audited('best-effort'));
decorated('recorded', Post('recorded'), audited('recorded'));
decorated('required', Post('required'), audited('required'));
decorated('verify', Get('verify'));
decorated('failures', Get('failures'));
if (settings.business !== undefined) {
  decorated('transactional', Post('transactional'), audited('transactional'));
  decorated('noted', Post('noted'), audited('recorded', 'order.note'));
}
Controller()(OrdersController);
Inject(AuditService)(OrdersController, undefined, 0);
Optional()(OrdersController, undefined, 1);
Inject(getDataSourceToken())(OrdersController, undefined, 1);

function audited(durability, type = `order.${durability.replace('-', '_')}`) {
  return Audited(type, { durability, resource: { type: 'order', id: 'body.key' } });
}

function decorated(member, ...decorators) {
  const descriptor = Object.getOwnPropertyDescriptor(OrdersController.prototype, member);
  for (const decorate of decorators.reverse()) {
    decorate(OrdersController.prototype, member, descriptor);
  }
  if (OrdersController.prototype[member].length > 0) {
    Body()(OrdersController.prototype, member, 0);
  }
}

function databaseModules() {
  const { business } = settings;
  // An application whose database is away when it starts tries again until it is back.
  return business === undefined
    ? []
    : [TypeOrmModule.forRoot({ ...business, entities: [Order], retryAttempts: 1000, retryDelay: 50 })];
}

/**
 * What a server has to do under load to come to an end: say on every connection that it is the last answer. Fastify
 * does so itself; on Express a client that always has a next request would keep the application for ever.
 */
class Farewell {
  isLeaving = false;

  beforeApplicationShutdown() {
    this.isLeaving = true;
  }
}

const farewell = new Farewell();
class ApplicationModule {}
Module({
  imports: [...databaseModules(), AuditModule.forRoot(settings.audit)],
  controllers: [OrdersController],
  providers: [{ provide: Farewell, useValue: farewell }],
})(ApplicationModule);

const eventLoopDelay = monitorEventLoopDelay({ resolution: 10 });

function vitals() {
  const longestBlockMs = Math.round(eventLoopDelay.max / 1e6);
  eventLoopDelay.reset();
  return { rssBytes: process.memoryUsage.rss(), longestBlockMs };
}

/** What is really kept, without what only waits to be collected. */
function kept() {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return { heapBytes: process.memoryUsage().heapUsed };
}

const ANSWERS = { vitals, kept };
process.on('message', ({ ask }) => process.send({ [ask]: ANSWERS[ask]() }));
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));

const adapter = settings.adapter === 'fastify' ? new FastifyAdapter() : new ExpressAdapter();
const application = await NestFactory.create(ApplicationModule, adapter, { logger: ['fatal', 'error', 'warn'] });
application.enableShutdownHooks();
if (settings.adapter === 'express') {
  application.use((_request, response, next) => {
    if (farewell.isLeaving) {
      response.setHeader('connection', 'close');
    }
    next();
  });
}
await application.listen(0, '127.0.0.1');
eventLoopDelay.enable();
process.send({ port: application.getHttpServer().address().port });
// Only the application may keep the process alive: that it ends by itself is a part of what is proven.
process.channel.unref();
