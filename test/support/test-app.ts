import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest, type ClientRequest } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Module, type INestApplication, type ModuleMetadata, type Provider, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import SqliteDatabase, { type Database } from 'better-sqlite3';
import { AuditModule, AuditService, type AuditEvent, type AuditModuleRootOptions } from 'nestjs-audited';
import { LogRecorder } from './log-recorder.js';
import { adapterFor, type AdapterOptions, type Platform } from './platforms.js';

/** How long something that must happen may take on a busy machine. */
const DEADLINE_MS = 15_000;

/** Applications that a failing spec left behind; their threads would keep the process alive. */
const running = new Set<INestApplication>();
afterAll(async () => {
  await Promise.all([...running].map((nest) => nest.close()));
  running.clear();
});

/** An answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** A started application with an audit trail, and everything a spec asks it. */
export class TestApp {
  readonly audit: AuditService;
  private seen = 0;

  constructor(
    readonly nest: INestApplication,
    readonly database: string,
    readonly logs: LogRecorder,
    private readonly folder: string,
  ) {
    this.audit = nest.get(AuditService);
  }

  get port(): number {
    return ((this.nest.getHttpServer() as { address(): unknown }).address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Sends a request; redirects are not followed. */
  async request(path: string, init: RequestInit = {}): Promise<Answer> {
    const response = await fetch(this.url + path, { redirect: 'manual', ...init });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  post(path: string, body: unknown = {}, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.request(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  }

  /** Begins a request that the spec can abort; errors of the client side are no concern of it. */
  open(path: string, method = 'GET', headers: Readonly<Record<string, string>> = {}): ClientRequest {
    const request = httpRequest(this.url + path, { method, headers, agent: false });
    request.on('error', () => request.destroy());
    request.end();
    return request;
  }

  /** Sends these very bytes on a connection of its own and reads until the server closes it. */
  async raw(bytes: string | Uint8Array): Promise<string> {
    const socket = connect(this.port, '127.0.0.1');
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.write(bytes);
    await once(socket, 'close');
    return Buffer.concat(chunks).toString('utf8');
  }

  /** Events recorded since the last time a spec looked, oldest first. */
  async fresh(): Promise<readonly AuditEvent[]> {
    const { records } = await this.audit.find({ limit: 1000 });
    const fresh = records.filter(({ seal }) => seal.position > this.seen);
    this.seen = Math.max(this.seen, ...fresh.map(({ seal }) => seal.position));
    return fresh.map(({ event }) => event).reverse();
  }

  /** The events that appear by and by, at least `count` of them. */
  async eventually(count = 1): Promise<readonly AuditEvent[]> {
    const found: AuditEvent[] = [];
    await until(async () => {
      found.push(...(await this.fresh()));
      return found.length >= count;
    });
    return found;
  }

  /** Sends a request and gives its answer with the one event it left. */
  async one(path: string, init: RequestInit = {}): Promise<{ readonly answer: Answer; readonly event: AuditEvent }> {
    const answer = await this.request(path, init);
    return { answer, event: onlyOne(await this.fresh()) };
  }

  /** As {@link one}, with a JSON body. */
  async onePost(
    path: string,
    body: unknown = {},
    headers: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly answer: Answer; readonly event: AuditEvent }> {
    const answer = await this.post(path, body, headers);
    return { answer, event: onlyOne(await this.fresh()) };
  }

  /** A second connection to the log, as another process would have. */
  connection(options: SqliteDatabase.Options = {}): Database {
    return new SqliteDatabase(this.database, options);
  }

  /**
   * Ends the application and then looks into the file: every record that was ever written must have
   * been looked at by the spec, so that a second record for one request cannot hide.
   */
  async close({ unread = 0 }: { readonly unread?: number } = {}): Promise<void> {
    await this.nest.close();
    running.delete(this.nest);
    const connection = this.connection({ readonly: true });
    const { total } = connection.prepare('SELECT count(*) AS total FROM audit_records').get() as { total: number };
    connection.close();
    rmSync(this.folder, { recursive: true, force: true });
    if (total !== this.seen + unread) {
      throw new Error(`${total} records were written, but only ${this.seen} were looked at`);
    }
  }
}

/** Describes an application, then starts it. Its log begins empty: no records of start and end unless asked for. */
export class TestAppBuilder {
  private options: AuditModuleRootOptions = {};
  private before: ModuleMetadata['imports'] = [];
  private after: ModuleMetadata['imports'] = [];
  private controllerList: Type[] = [];
  private providerList: Provider[] = [];
  private settings: ((app: INestApplication) => void)[] = [];
  private adapterOptions: AdapterOptions = {};

  constructor(private readonly platform: Platform) {}

  audit(options: AuditModuleRootOptions): this {
    this.options = { ...this.options, ...options };
    return this;
  }

  controllers(...controllers: Type[]): this {
    this.controllerList.push(...controllers);
    return this;
  }

  providers(...providers: Provider[]): this {
    this.providerList.push(...providers);
    return this;
  }

  /** Modules imported before the audit module. */
  importsBefore(...modules: NonNullable<ModuleMetadata['imports']>): this {
    this.before = modules;
    return this;
  }

  /** Modules imported after the audit module. */
  importsAfter(...modules: NonNullable<ModuleMetadata['imports']>): this {
    this.after = modules;
    return this;
  }

  /** Settings as an application makes them in `main.ts`, before it listens. */
  with(setting: (app: INestApplication) => void): this {
    this.settings.push(setting);
    return this;
  }

  adapter(options: AdapterOptions): this {
    this.adapterOptions = options;
    return this;
  }

  async start(): Promise<TestApp> {
    const folder = mkdtempSync(join(tmpdir(), 'audited-'));
    const database = join(folder, 'audit.sqlite');
    const logs = new LogRecorder();

    @Module({
      imports: [
        ...(this.before ?? []),
        AuditModule.forRoot({ database, lifecycle: false, ...this.options }),
        ...(this.after ?? []),
      ],
      controllers: this.controllerList,
      providers: this.providerList,
    })
    class RootModule {}

    const module = await Test.createTestingModule({ imports: [RootModule] })
      .setLogger(logs)
      .compile();
    const nest = module.createNestApplication(adapterFor(this.platform, this.adapterOptions), { logger: logs });
    for (const setting of this.settings) {
      setting(nest);
    }
    running.add(nest);
    await nest.listen(0, '127.0.0.1');
    return new TestApp(nest, database, logs, folder);
  }
}

/** An application on a framework, with a log in a file of its own. */
export function testApp(platform: Platform): TestAppBuilder {
  return new TestAppBuilder(platform);
}

/** Waits for the thing itself. */
export async function until(happened: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  while (!(await happened())) {
    if (Date.now() > deadline) {
      throw new Error(`It did not happen within ${DEADLINE_MS} ms: ${happened.toString()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The only element of a list that must have exactly one. */
export function onlyOne<Element>(list: readonly Element[]): Element {
  const [first, ...others] = list;
  if (first === undefined || others.length > 0) {
    throw new Error(`Expected exactly one, found ${list.length}: ${JSON.stringify(list)}`);
  }
  return first;
}
