/**
 * Both builds of the package in one process: what one build's decorator says is honoured by the other
 * build's module, because metadata keys are texts and not identities.
 */
import 'reflect-metadata';
import { createRequire } from 'node:module';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import * as esModule from 'nestjs-audited';

type Library = typeof esModule;
// The same types, seen through require(): TypeScript cannot know that they are equal.
const commonJs = createRequire(import.meta.url)('nestjs-audited') as Library;

async function typesRecordedBy(module: Library, decorator: Library): Promise<readonly string[]> {
  @Controller()
  class HelloController {
    @Get()
    @decorator.Audited('hello.said')
    hello(): string {
      return 'hello';
    }
  }
  @Module({
    imports: [module.AuditModule.forRoot({ database: ':memory:' })],
    controllers: [HelloController],
  })
  class HelloModule {}

  const app = await NestFactory.create(HelloModule, { logger: ['error'] });
  await app.listen(0, '127.0.0.1');
  await fetch(await app.getUrl());
  const { records } = await app.get(module.AuditService).find();
  await app.close();
  return records.map(({ event }) => event.type);
}

const verdict = {
  areTwo: commonJs.AuditModule !== esModule.AuditModule,
  esModuleOnCommonJs: await typesRecordedBy(commonJs, esModule),
  commonJsOnEsModule: await typesRecordedBy(esModule, commonJs),
};
console.log(`DUAL ${JSON.stringify(verdict)}`);
