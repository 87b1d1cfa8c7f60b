import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditReader, AuditStore } from 'nestjs-audited';
import { anAppendableEvent } from 'nestjs-audited/testing';
import { PostgresAuditStore, SqliteAuditStore } from 'nestjs-audited/typeorm';
import { PostgresServer } from '../support/postgres-server.js';

type Log = AuditStore & AuditReader;

const folder = mkdtempSync(join(tmpdir(), 'audited-slow-'));
let server: PostgresServer;

beforeAll(async () => {
  server = await PostgresServer.start();
}, 120_000);

afterAll(async () => {
  await server.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const LOGS: readonly (readonly [string, () => Promise<Log>])[] = [
  ['SQLite', () => Promise.resolve(new SqliteAuditStore(join(folder, 'audit.sqlite')))],
  ['PostgreSQL', async () => new PostgresAuditStore({ url: await server.newDatabase() })],
];

/** Nothing holds it, and no index finds words of two letters. */
const HOPELESS = { text: 'qq' } as const;

describe.each(LOGS)('a read of %s that takes too long', (_name, make) => {
  let log: Log;

  beforeAll(async () => {
    log = await make();
    await log.open();
    for (let batch = 0; batch < 8; batch++) {
      await log.append(
        'main',
        Array.from({ length: 1000 }, (_, index) => anAppendableEvent({ details: { batch, index } })),
      );
    }
  }, 120_000);

  afterAll(() => log.close());

  it('ends at its limit, and says what to ask for instead', async () => {
    await expect(log.find(HOPELESS, { timeLimitMs: 5 })).rejects.toMatchObject({
      code: 'AUDIT_QUERY_TOO_SLOW',
      message: expect.stringMatching(/within 5 ms\. Ask for less: a time range, an actor/) as string,
    });
  });

  it('is answered where it has the time', async () => {
    expect(await log.find(HOPELESS, { timeLimitMs: 60_000 })).toEqual({ records: [] });
  });

  it('is answered for somebody with very many tenants, too', async () => {
    const tenants = Array.from({ length: 1000 }, (_, index) => `t-${index}`);
    expect(await log.find({}, { tenants })).toEqual({ records: [] });
  });

  it('ends with whoever asked', async () => {
    const gone = new AbortController();
    const reading = log.find(HOPELESS, { signal: gone.signal });
    gone.abort(new Error('The client has gone'));
    await expect(reading).rejects.toThrow('The client has gone');
  });

  it('may be a verification: it ends for whoever has gone, and the next one is whole', async () => {
    const gone = new Error('The client has gone');
    const left = log.verify({
      onProgress: () => {
        throw gone;
      },
    });
    await expect(left).rejects.toThrow(gone.message);
    expect(await log.verify()).toMatchObject({ ok: true, records: 8000 });
  });

  it('does not keep anybody from recording', async () => {
    const ended: string[] = [];
    const reads = Array.from({ length: 10 }, () => log.find(HOPELESS, { timeLimitMs: 60_000 }));
    const reading = Promise.all(reads).then(() => ended.push('reads'));
    await log.append('main', [anAppendableEvent()]);
    ended.push('append');
    await reading;
    expect(ended).toEqual(['append', 'reads']);
  });
});

describe('a statement of PostgreSQL that takes too long', () => {
  it('is a read that is too slow, not a log that is down', async () => {
    const url = await server.newDatabase();
    const log = new PostgresAuditStore({ url, readTimeoutMs: 200 });
    await log.open();
    try {
      await log.append('main', [anAppendableEvent()]);
      await log.index().advance(10);
      // Stands for an index on a disk that is busy: whoever looks a value up waits.
      await server.administer(
        url,
        `ALTER TABLE audit_facets RENAME TO audit_facets_kept;
         CREATE VIEW audit_facets AS SELECT 1::bigint AS sequence, 1::smallint AS facet, 's-1'::text AS value
           FROM (SELECT pg_sleep(5)) AS nap`,
      );
      await expect(log.find({ sessionId: 's-1' })).rejects.toMatchObject({ code: 'AUDIT_QUERY_TOO_SLOW' });
      expect((await log.find()).records).toHaveLength(1);
    } finally {
      await log.close();
    }
  });
});
