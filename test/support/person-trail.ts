import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditCustody, AuditModule, AuditService, type AuditModuleRootOptions } from 'nestjs-audited';
import { generateKeyPair, type OpenCustodyOptions } from 'nestjs-audited/custody';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { LogRecorder } from './log-recorder.js';
import { until } from './test-app.js';

/** The person who is to be forgotten; every value is found nowhere else. */
export const ANN = {
  kind: 'user',
  id: 'u-4711',
  email: 'Ann.Forgetme@example.com',
  name: 'Ann Forgetme',
  ip: '198.51.100.77',
  userAgent: 'ForgetmeBrowser/7.11',
} as const;
/** Somebody who stays. */
export const BOB = { kind: 'user', id: 'u-2', email: 'bob@example.com', name: 'Bob Stays', ip: '192.0.2.5' } as const;

/** What must not be found of Ann anywhere, in lower case. */
export const TRACES = [ANN.email, ANN.name, ANN.ip, ANN.userAgent, '+49 30 4711'].map((text) => text.toLowerCase());

/** An application with an audit trail in every place that there is, all in one folder. */
export class PersonTrail {
  readonly folder = mkdtempSync(join(tmpdir(), 'audited-person-'));
  readonly keys = generateKeyPair();
  readonly logs = new LogRecorder();
  readonly spool = join(this.folder, 'spool');
  readonly journal = join(this.folder, 'journal');
  readonly bundle = join(this.folder, 'bundles', 'first');
  private running: INestApplicationContext | undefined;

  /**
   * @param database of the log; of a SQLite file, its path
   * @param application database that the inbox is in
   */
  constructor(
    readonly database: string,
    readonly application: DataSourceOptions,
  ) {}

  static inFiles(): PersonTrail {
    const folder = mkdtempSync(join(tmpdir(), 'audited-person-log-'));
    return new PersonTrail(join(folder, 'audit.sqlite'), {
      type: 'better-sqlite3',
      database: join(folder, 'application.sqlite'),
    });
  }

  get custodyOptions() {
    return {
      database: this.database,
      checkpoints: { origin: 'audit.example.com/person', keys: { pem: this.keys.privatePem } },
      spools: [this.spool],
      journals: [this.journal],
      bundles: [this.bundle],
    } satisfies OpenCustodyOptions;
  }

  /** Starts the application. */
  async start(
    options: AuditModuleRootOptions = {},
  ): Promise<{ audit: AuditService; custody: AuditCustody; source: DataSource }> {
    const { checkpoints, database } = this.custodyOptions;
    const module = await Test.createTestingModule({
      imports: [
        TypeOrmModule.forRoot({ ...this.application, retryAttempts: 0 }),
        AuditModule.forRoot({
          database,
          checkpoints,
          dataSource: 'default',
          lifecycle: false,
          spool: { directory: this.spool },
          journal: { directory: this.journal },
          ...options,
        }),
      ],
    })
      .setLogger(this.logs)
      .compile();
    await module.init();
    this.running = module;
    return { audit: module.get(AuditService), custody: module.get(AuditCustody), source: module.get(DataSource) };
  }

  async stop(): Promise<void> {
    await this.running?.close();
    this.running = undefined;
  }

  /** Ann and Bob act, with and without a transaction. */
  async act(audit: AuditService, source: DataSource, times = 3): Promise<void> {
    const details = { phone: '+49 30 4711', amount: 7 };
    for (let time = 0; time < times; time++) {
      await audit.record({
        type: 'order.placed',
        actor: ANN,
        outcome: 'success',
        details,
        personal: ['/details/phone'],
      });
      await audit.record({ type: 'order.placed', actor: BOB, outcome: 'success' });
      await source.transaction((manager) =>
        audit.recordIn(manager, {
          type: 'order.paid',
          actor: ANN,
          outcome: 'success',
          details,
          personal: ['/details/phone'],
        }),
      );
    }
    await until(async () => (await audit.find({ type: 'order.paid' })).records.length >= times);
  }

  /** Files in which there is a trace of Ann, with what was found; packed ones are unpacked. */
  traces(more: readonly string[] = []): readonly string[] {
    const folders = [this.folder, ...filesOf(this.database), ...filesOf(String(this.application.database ?? ''))];
    return folders.flatMap((place) => allFiles(place)).flatMap((file) => tracesIn(file, [...TRACES, ...more]));
  }

  async dispose(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A SQLite file and what stands beside it; nothing for a server. */
function filesOf(database: string): readonly string[] {
  return ['', '-wal', '-shm', '-journal'].map((suffix) => `${database}${suffix}`).filter((file) => isFile(file));
}

export function allFiles(place: string): readonly string[] {
  if (isFile(place)) {
    return [place];
  }
  return readdirSync(place, { recursive: true, encoding: 'utf8' })
    .map((name) => join(place, name))
    .filter((path) => isFile(path));
}

/** What of the texts, in lower case, is in a file. */
export function tracesIn(file: string, texts: readonly string[]): readonly string[] {
  const bytes = readFileSync(file);
  const content = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1').toLowerCase();
  return texts.filter((text) => content.includes(text)).map((text) => `${text} in ${file}`);
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
