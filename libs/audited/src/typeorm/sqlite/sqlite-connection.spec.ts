import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MIGRATIONS } from './sqlite-schema.js';
import { openForReading, openForWriting } from './sqlite-connection.js';
import type { SqliteConnection } from './sqlite-file.js';

const folder = mkdtempSync(join(tmpdir(), 'audited-connection-'));
const file = join(folder, 'audit.sqlite');

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function using<Result>(
  opening: Promise<SqliteConnection>,
  work: (connection: SqliteConnection) => Result,
): Promise<Result> {
  const connection = await opening;
  try {
    return work(connection);
  } finally {
    await connection.close();
  }
}

const pragma = ({ handle }: SqliteConnection, name: string): unknown => handle.pragma(name, { simple: true });

describe('openForWriting', () => {
  it('gives a connection whose commits survive a power cut, as the database itself says', async () => {
    const settings = await using(openForWriting(file), (connection) => ({
      journal: pragma(connection, 'journal_mode'),
      // 2 is FULL: every commit is flushed before it is acknowledged.
      synchronous: pragma(connection, 'synchronous'),
      waitsForOthersMs: pragma(connection, 'busy_timeout'),
    }));
    expect(settings).toStrictEqual({ journal: 'wal', synchronous: 2, waitsForOthersMs: 5000 });
  });

  it('refuses a database that cannot have a write-ahead log, because it could not keep its promise', async () => {
    // A nameless SQLite database lives in a temporary file and ends with its connection.
    await expect(openForWriting('')).rejects.toMatchObject({
      code: 'AUDIT_DATABASE_UNUSABLE',
      message: expect.stringMatching(
        /cannot be made durable \(journal_mode=delete, synchronous=2\).*local disk/,
      ) as string,
    });
  });

  it('lets a database in memory be, which promises nothing beyond its process', async () => {
    const records = await using(openForWriting(':memory:'), ({ handle }) =>
      handle.prepare('SELECT count(*) FROM audit_records').pluck().get(),
    );
    expect(records).toBe(0);
  });

  it('keeps texts as they are: no collation, no affinity that would turn one into a number', async () => {
    const columns = await using(openForWriting(file), ({ handle }) =>
      handle
        .prepare<[], { name: string; type: string }>("SELECT name, type FROM pragma_table_info('audit_records')")
        .all(),
    );
    const numbers = columns.filter(({ type }) => type !== 'TEXT').map(({ name, type }) => `${name} ${type}`);
    expect(numbers).toStrictEqual(['sequence INTEGER', 'position INTEGER', 'status INTEGER']);
  });

  it('finds the schema that an earlier start made', async () => {
    const migrations = await using(openForWriting(file), ({ handle }) =>
      handle.prepare('SELECT count(*) FROM audit_migrations').pluck().get(),
    );
    expect(migrations).toBe(4);
  });
});

describe('openForReading', () => {
  it('gives a connection that cannot write, whoever asks it to', async () => {
    await using(openForReading(file), ({ handle }) => {
      expect(() => handle.exec("INSERT INTO audit_heads VALUES ('x', 1, 'y')")).toThrow(/readonly/);
      expect(() => handle.exec('DROP TRIGGER audit_records_refuse_update')).toThrow(/readonly/);
      expect(handle.prepare('SELECT count(*) FROM audit_heads').pluck().get()).toBe(0);
    });
  });
});

describe('a migration that is asked to undo the log', () => {
  it('refuses: an audit log is not dropped by a command of the schema', async () => {
    for (const Migration of MIGRATIONS) {
      await expect(new Migration().down()).rejects.toThrow(/restore a backup|database file instead/);
    }
  });
});
