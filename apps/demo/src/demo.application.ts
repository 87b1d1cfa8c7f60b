import { ValidationPipe, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { documentAuditApi } from 'nestjs-audited/openapi';
import { AppModule } from './app.module.js';
import type { DemoSettings } from './demo.settings.js';

/** The whole application on the chosen framework; not yet listening. */
export async function createDemo(settings: DemoSettings): Promise<INestApplication> {
  // Without this Nest ends the process itself and the start has no chance to explain what went wrong.
  const options = { abortOnError: false };
  const root = AppModule.with(settings);
  const app =
    settings.adapter === 'express'
      ? await NestFactory.create(root, new ExpressAdapter(), options)
      : await NestFactory.create<NestFastifyApplication>(root, new FastifyAdapter(), options);
  app.useGlobalPipes(new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true }));
  // On SIGTERM and Ctrl-C everything that was accepted becomes durable before the process ends.
  app.enableShutdownHooks();
  addApiPage(app);
  return app;
}

function addApiPage(app: INestApplication): void {
  const description = [
    'Log in with `POST /auth/login`, then press *Authorize*.',
    'Every call that changes something leaves a record; `auditor` and `admin` read them under `/v1/audit`.',
  ].join(' ');
  const config = new DocumentBuilder()
    .setTitle('nestjs-audited demo')
    .setDescription(description)
    .addBearerAuth()
    .addApiKey({ type: 'apiKey', in: 'header', name: 'x-api-key' }, 'api-key')
    .build();
  SwaggerModule.setup('docs', app, () => documentAuditApi(SwaggerModule.createDocument(app, config)));
}
