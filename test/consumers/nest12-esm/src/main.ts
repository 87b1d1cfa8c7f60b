import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';

const app =
  process.env['CONSUMER_ADAPTER'] === 'fastify'
    ? await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter(), { logger: ['error'] })
    : await NestFactory.create(AppModule, { logger: ['error'] });
app.enableShutdownHooks();
await app.listen(0, '127.0.0.1');
console.log(`CONSUMER ${JSON.stringify({ url: await app.getUrl(), ...versions() })}`);

/** What really runs, whatever package.json asked for. */
function versions(): { nest: string; typeorm: string; library: string } {
  const versionOf = (name: string): string => {
    const file = fileURLToPath(import.meta.resolve(name));
    const folder = file.slice(0, file.indexOf(`/node_modules/${name}/`) + `/node_modules/${name}/`.length);
    return (JSON.parse(readFileSync(`${folder}package.json`, 'utf8')) as { version: string }).version;
  };
  const library = fileURLToPath(import.meta.resolve('nestjs-audited'));
  return { nest: versionOf('@nestjs/core'), typeorm: versionOf('typeorm'), library };
}
