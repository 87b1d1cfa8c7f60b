import { createServer, maxHeaderSize, type RequestListener } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import type { AbstractHttpAdapter } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { TestingModule } from '@nestjs/testing';

/** The HTTP frameworks that every end-to-end case runs on. */
export const PLATFORMS = ['express', 'fastify'] as const;
export type Platform = (typeof PLATFORMS)[number];

/** Settings that the two frameworks take in different places. */
export interface AdapterOptions {
  /** Believe `X-Forwarded-For`. @default false */
  readonly trustProxy?: boolean;
  /** Largest head of a request. @default Node's 16 KiB */
  readonly maxHeaderBytes?: number;
}

/** Express leaves the making of the server, and so the size of its heads, to the adapter. */
class RoomyExpressAdapter extends ExpressAdapter {
  constructor(private readonly maxHeaderBytes: number) {
    super();
  }

  override initHttpServer(): void {
    this.httpServer = createServer({ maxHeaderSize: this.maxHeaderBytes }, this.getInstance<RequestListener>());
  }
}

/** The adapter of a framework, with its settings. */
export function adapterFor(
  platform: Platform,
  { trustProxy = false, maxHeaderBytes = maxHeaderSize }: AdapterOptions = {},
): AbstractHttpAdapter {
  if (platform === 'fastify') {
    return new FastifyAdapter({ trustProxy, http: { maxHeaderSize: maxHeaderBytes } });
  }
  const adapter = new RoomyExpressAdapter(maxHeaderBytes);
  adapter.set('trust proxy', trustProxy);
  return adapter;
}

/** Makes an application of a testing module on a framework; not yet initialised. */
export function createOn(platform: Platform, module: TestingModule): INestApplication {
  return platform === 'express'
    ? module.createNestApplication(new ExpressAdapter())
    : module.createNestApplication<NestFastifyApplication>(new FastifyAdapter());
}

/** Listens on a free port of the loopback and gives the base URL. */
export async function listen(app: INestApplication): Promise<string> {
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  return url.replace('[::1]', '127.0.0.1');
}
