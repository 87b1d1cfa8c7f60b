import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { SqliteAuditStore } from 'nestjs-audited/typeorm';
import { dropIndexes, insertCopy, insertForged, rewrite, rowAt } from '../support/forgery.js';
import { withRawDatabase } from '../support/raw-database.js';
import { BARE, FULL, MAIN_RECORDS, TamperedLog, writeVariedLog } from '../support/sealed-log.js';

const folder = mkdtempSync(join(tmpdir(), 'audited-tampering-'));
const pristine = join(folder, 'pristine.sqlite');
const LAST = MAIN_RECORDS;
let log: TamperedLog;

beforeAll(async () => {
  await writeVariedLog(pristine);
  log = new TamperedLog(pristine, join(folder, 'tampered.sqlite'));
  await log.store.open();
});

afterAll(async () => {
  await log.store.close();
  rmSync(folder, { recursive: true, force: true });
});

const faultsAfter = (work: (database: Database) => void): Promise<string[]> => log.faultsAfter(work);
const afterSql = (...statements: string[]): Promise<string[]> =>
  faultsAfter((database) => database.exec(statements.join(';')));

/** Changes a value of one record of chain `main`. */
function set(position: number, column: string, value: unknown): Promise<string[]> {
  return faultsAfter((database) => {
    const changed = database
      .prepare(`UPDATE audit_records SET ${column} = ? WHERE chain = 'main' AND position = ? AND ${column} IS NOT ?`)
      .run(value, position, value);
    expect(changed.changes).toBe(1);
  });
}

function valueOf(position: number, column: string): unknown {
  return withRawDatabase(pristine, (database) =>
    database.prepare(`SELECT ${column} FROM audit_records WHERE chain = 'main' AND position = ?`).pluck().get(position),
  );
}

/** Every column of the table, and what a change of it in one record must be called. */
const FAULT_OF_COLUMN: Readonly<Record<string, string>> = {
  previous_hash: 'edited',
  hash: 'edited',
  scheme: 'scheme',
  mac: 'mac',
  body: 'edited',
  personal: 'personal',
  salt: 'personal',
};
const SEARCH_COLUMNS: readonly string[] = [
  'id',
  'occurred_at',
  'recorded_at',
  'type',
  'stage',
  'severity',
  'risk',
  'outcome',
  'actor_id',
  'actor_kind',
  'actor_email',
  'actor_ip',
  'tenant_id',
  'resource_type',
  'resource_id',
  'session_id',
  'correlation_id',
  'trace_id',
  'component',
  'environment',
  'transport',
  'route',
  'status',
];
const TEXT_COLUMNS = [...Object.keys(FAULT_OF_COLUMN), ...SEARCH_COLUMNS].filter((column) => column !== 'status');
const OPTIONAL_COLUMNS: readonly string[] = [
  'actor_id',
  'actor_email',
  'actor_ip',
  'tenant_id',
  'resource_type',
  'resource_id',
  'session_id',
  'correlation_id',
  'trace_id',
  'component',
  'environment',
  'route',
  'status',
];
const faultOf = (column: string): string => FAULT_OF_COLUMN[column] ?? 'column';

describe('a log that nobody touched', () => {
  it('verifies, also after a tampering was undone', async () => {
    expect(await afterSql('SELECT 1')).toStrictEqual([]);
    expect(await set(FULL, 'type', 'forged')).toHaveLength(1);
    expect(await afterSql('SELECT 1')).toStrictEqual([]);
  });
});

describe('one column of one record', () => {
  it('is each of the columns of the table in the cases below', () => {
    const columns = withRawDatabase(pristine, (database) =>
      database.prepare<[], string>("SELECT name FROM pragma_table_info('audit_records')").pluck().all(),
    );
    const covered = ['sequence', 'chain', 'position', ...Object.keys(FAULT_OF_COLUMN), ...SEARCH_COLUMNS];
    expect(new Set(columns)).toStrictEqual(new Set(covered));
  });

  it.each(TEXT_COLUMNS)('%s: one character changed', async (column) => {
    const text = String(valueOf(FULL, column));
    const changed = `${text.slice(0, -1)}${text.endsWith('0') ? '1' : '0'}`;
    expect(await set(FULL, column, changed)).toStrictEqual([`${faultOf(column)} main ${FULL}`]);
  });

  it.each(TEXT_COLUMNS)('%s: stored as bytes instead of text', async (column) => {
    const bytes = Buffer.from(String(valueOf(FULL, column)));
    const kind = ['previous_hash', 'hash', 'scheme', 'mac', 'body'].includes(column) ? 'malformed' : faultOf(column);
    expect(await set(FULL, column, bytes)).toStrictEqual([`${kind} main ${FULL}`]);
  });

  it.each([...OPTIONAL_COLUMNS, 'personal', 'salt'])('%s: emptied', async (column) => {
    expect(await set(FULL, column, null)).toStrictEqual([`${faultOf(column)} main ${FULL}`]);
  });

  it.each([...OPTIONAL_COLUMNS, 'mac', 'personal', 'salt'])(
    '%s: filled where the record says nothing',
    async (column) => {
      expect(await set(BARE, column, column === 'status' ? 200 : 'forged')).toStrictEqual([
        `${faultOf(column)} main ${BARE}`,
      ]);
    },
  );

  it('status: another number', async () => {
    expect(await set(FULL, 'status', 500)).toStrictEqual([`column main ${FULL}`]);
  });

  it('sequence: out of order, so that pages would show another order of events', async () => {
    expect(await set(FULL, 'sequence', 1_000_000)).toStrictEqual([`column main ${FULL}`]);
    expect(await set(FULL, 'sequence', -5)).toStrictEqual([`column main ${FULL}`]);
  });

  it('position: the record is missing in one place and stands in another', async () => {
    expect(await set(FULL, 'position', 900)).toStrictEqual([`deleted main ${FULL}`, 'reordered main 900']);
    expect(await set(FULL, 'position', 0)).toStrictEqual(['reordered main 0', `deleted main ${FULL}`]);
    expect(await set(FULL, 'position', -3)).toStrictEqual(['reordered main -3', `deleted main ${FULL}`]);
    // Too far away to be looked for: then it is only known that it does not belong there.
    expect(await set(FULL, 'position', 1_000_000)).toStrictEqual([`deleted main ${FULL}`, 'inserted main 1000000']);
    expect(await set(FULL, 'position', 17.5)).toStrictEqual([`malformed main ${FULL}`, `deleted main ${FULL}`]);
    expect(await set(FULL, 'position', 'nowhere')).toStrictEqual([
      `deleted main ${FULL}`,
      `malformed main ${LAST + 1}`,
    ]);
  });

  it('chain: the record is missing in one chain and too many in another', async () => {
    expect(await set(FULL, 'chain', 'other')).toStrictEqual([`deleted main ${FULL}`, `inserted other ${FULL}`]);
    expect(await set(FULL, 'chain', 'tenant:b')).toStrictEqual([`deleted main ${FULL}`, `inserted tenant:b ${FULL}`]);
    expect(await set(FULL, 'chain', Buffer.from('main'))).toStrictEqual([
      `malformed main ${FULL}`,
      `deleted main ${FULL}`,
    ]);
  });
});

describe('one byte of one record', () => {
  /** Writes bytes as a text, valid UTF-8 or not. */
  const setBytes = (position: number, column: string, bytes: Buffer): Promise<string[]> =>
    faultsAfter((database) =>
      database
        .prepare(`UPDATE audit_records SET ${column} = CAST(? AS TEXT) WHERE chain = 'main' AND position = ?`)
        .run(bytes, position),
    );

  it.each(['previous_hash', 'hash', 'salt', 'personal', 'body'])(
    '%s: any byte, flipped in its lowest or its highest bit',
    async (column) => {
      const bytes = Buffer.from(String(valueOf(FULL, column)));
      // Every byte of the short texts, every seventh of the body.
      for (let at = 0; at < bytes.length; at += column === 'body' ? 7 : 1) {
        for (const bit of [0x01, 0x80]) {
          const flipped = Buffer.from(bytes);
          flipped.writeUInt8(flipped.readUInt8(at) ^ bit, at);
          expect([at, bit, await setBytes(FULL, column, flipped)]).toStrictEqual([
            at,
            bit,
            [`${faultOf(column)} main ${FULL}`],
          ]);
        }
      }
    },
  );

  it.each(['body', 'personal', 'component'])(
    '%s: bytes that every reader shows as the U+FFFD that was sealed',
    async (column) => {
      const bytes = Buffer.from(String(valueOf(FULL, column)));
      const at = bytes.indexOf(Buffer.from('\ufffd'));
      const forged = Buffer.concat([bytes.subarray(0, at), Buffer.from([0xff]), bytes.subarray(at + 3)]);
      expect(forged.toString()).toBe(bytes.toString());
      expect(await setBytes(FULL, column, forged)).toStrictEqual([`${faultOf(column)} main ${FULL}`]);
    },
  );

  it.each(['body', 'personal', 'hash'])('%s: the end cut off, or something added', async (column) => {
    const bytes = Buffer.from(String(valueOf(FULL, column)));
    for (const changed of [bytes.subarray(0, -1), Buffer.concat([bytes, Buffer.from(' ')]), Buffer.alloc(0)]) {
      expect(await setBytes(FULL, column, changed)).toStrictEqual([`${faultOf(column)} main ${FULL}`]);
    }
  });

  it('in the file itself, at the place of a body and of a personal part', async () => {
    const marks = [
      ['Invoice 42 approved', `edited main ${FULL}`],
      [`zoë-${FULL}@example.com","/actor/ip"`, `personal main ${FULL}`],
    ] as const;
    for (const [mark, fault] of marks) {
      const file = join(folder, 'bytes.sqlite');
      copyFileSync(pristine, file);
      const bytes = readFileSync(file);
      // Pages that were split keep old copies of a row; only one of the places is the living one.
      for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark)) {
        bytes.writeUInt8(bytes.readUInt8(at + 2) ^ 0x01, at + 2);
      }
      writeFileSync(file, bytes);
      const store = new SqliteAuditStore(file);
      await store.open();
      const { faults } = await store.verify();
      await store.close();
      expect(faults.map(({ kind, chain, position }) => `${kind} ${chain} ${position}`)).toStrictEqual([fault]);
      rmSync(file);
    }
  });

  it('in the structure of the file: verification fails loudly, it does not pass', async () => {
    const file = join(folder, 'structure.sqlite');
    copyFileSync(pristine, file);
    const bytes = readFileSync(file);
    // The page that holds the marked body: its header says where the rows are.
    const page = Math.floor(bytes.indexOf('Invoice 42 approved') / 4096) * 4096;
    bytes.fill(0xff, page, page + 64);
    writeFileSync(file, bytes);
    const store = new SqliteAuditStore(file);
    await store.open();
    await expect(store.verify()).rejects.toMatchObject({ code: 'AUDIT_STORE_UNAVAILABLE' });
    await store.close();
  });
});

describe('rows taken away', () => {
  it.each([
    ['the first', 'position = 1', ['deleted main 1']],
    ['one in the middle', 'position = 20', ['deleted main 20']],
    ['several in a row', 'position BETWEEN 20 AND 25', ['deleted main 20']],
    ['several apart', 'position IN (3, 9, 33)', ['deleted main 3', 'deleted main 9', 'deleted main 33']],
    ['the last', `position = ${LAST}`, [`truncated main ${LAST}`]],
    ['the last five, without touching the head', `position > ${LAST - 5}`, [`truncated main ${LAST - 4}`]],
    ['all of a chain, without touching the head', 'position > 0', ['truncated main 1']],
  ])('%s', async (_what, which, faults) => {
    expect(await afterSql(`DELETE FROM audit_records WHERE chain = 'main' AND ${which}`)).toStrictEqual(faults);
  });

  it('NOT DETECTED without checkpoints: the last five, and the head rewound with them', async () => {
    const faults = await afterSql(
      `DELETE FROM audit_records WHERE chain = 'main' AND position > ${LAST - 5}`,
      `UPDATE audit_heads SET position = ${LAST - 5},
         hash = (SELECT hash FROM audit_records WHERE chain = 'main' AND position = ${LAST - 5}) WHERE chain = 'main'`,
    );
    expect(faults).toStrictEqual([]);
  });

  it('NOT DETECTED without checkpoints: a whole chain, records and head', async () => {
    const faults = await afterSql(
      "DELETE FROM audit_records WHERE chain = 'main'",
      "DELETE FROM audit_heads WHERE chain = 'main'",
    );
    expect(faults).toStrictEqual([]);
  });
});

describe('rows put in', () => {
  it('a copy at the end, under a new id', async () => {
    expect(
      await faultsAfter((database) => insertCopy(database, FULL, { position: LAST + 1, id: 'new' })),
    ).toStrictEqual([`reordered main ${LAST + 1}`]);
  });

  it('a copy at a position that is taken, once the unique indexes are gone', async () => {
    for (const position of [1, FULL, LAST]) {
      const faults = await faultsAfter((database) => {
        dropIndexes(database);
        insertCopy(database, position, {});
      });
      expect(faults).toStrictEqual([`inserted main ${position}`]);
    }
  });

  it('a forged record at the end whose hash is right and which continues the chain', async () => {
    const faults = await faultsAfter((database) => insertForged(database, LAST + 1, undefined));
    expect(faults).toStrictEqual([`inserted main ${LAST + 1}`]);
  });

  it('a forged record whose hash is right, behind the genuine one at its position', async () => {
    const faults = await faultsAfter((database) => {
      dropIndexes(database);
      insertForged(database, FULL, undefined);
    });
    expect(faults).toStrictEqual([`inserted main ${FULL}`]);
  });

  it('a forged record whose hash is right, before the genuine one at its position', async () => {
    const faults = await faultsAfter((database) => {
      dropIndexes(database);
      insertForged(database, FULL, -1);
    });
    // Which of the two is genuine is not told; that the first was not stored in its turn is.
    expect(faults).toStrictEqual([`inserted main ${FULL}`, `column main ${FULL}`]);
  });

  it('a row in the middle, everything behind it renumbered', async () => {
    const faults = await faultsAfter((database) => {
      dropIndexes(database);
      database.exec(`UPDATE audit_records SET position = position + 1 WHERE chain = 'main' AND position >= ${FULL}`);
      insertForged(database, FULL, undefined);
    });
    expect(faults).toStrictEqual([`reordered main ${FULL + 1}`]);
  });
});

describe('rows replaced', () => {
  it('content and hash of one, consistently: its successor still continues the old one', async () => {
    expect(await faultsAfter((database) => rewrite(database, FULL, FULL))).toStrictEqual([`forked main ${FULL + 1}`]);
  });

  it('content and hash of all from one on, without touching the head', async () => {
    expect(await faultsAfter((database) => rewrite(database, FULL, LAST))).toStrictEqual([`head main ${LAST}`]);
  });

  it('NOT DETECTED without checkpoints: content and hash of all from one on, and the head with them', async () => {
    const faults = await faultsAfter((database) => {
      rewrite(database, FULL, LAST);
      database.exec(
        `UPDATE audit_heads SET hash = (SELECT hash FROM audit_records WHERE chain = 'main' AND position = ${LAST}) WHERE chain = 'main'`,
      );
    });
    expect(faults).toStrictEqual([]);
  });

  it.each([
    [FULL, FULL + 1],
    [1, LAST],
    [5, 30],
  ])('two swapped: %i and %i', async (low, high) => {
    const faults = await afterSql(
      `UPDATE audit_records SET position = -1 WHERE chain = 'main' AND position = ${low}`,
      `UPDATE audit_records SET position = ${low} WHERE chain = 'main' AND position = ${high}`,
      `UPDATE audit_records SET position = ${high} WHERE chain = 'main' AND position = -1`,
    );
    expect(faults).toStrictEqual([`reordered main ${low}`, `reordered main ${high}`]);
  });

  it('one deleted, and the gap closed by renumbering', async () => {
    const faults = await faultsAfter((database) => {
      dropIndexes(database);
      database.exec(`DELETE FROM audit_records WHERE chain = 'main' AND position = ${FULL};
        UPDATE audit_records SET position = position - 1 WHERE chain = 'main' AND position > ${FULL}`);
    });
    expect(faults).toStrictEqual([`reordered main ${FULL}`, `truncated main ${LAST}`]);
  });

  it('the personal parts of two records exchanged', async () => {
    const faults = await faultsAfter((database) => {
      const update = database.prepare(
        "UPDATE audit_records SET personal = @personal, salt = @salt WHERE chain = 'main' AND position = @position",
      );
      const [third, full] = [rowAt(database, 3), rowAt(database, FULL)];
      update.run({ ...third, position: FULL });
      update.run({ ...full, position: 3 });
    });
    expect(faults).toStrictEqual(['personal main 3', `personal main ${FULL}`]);
  });

  it('personal part and salt taken away by hand, without a record that says so', async () => {
    let erased: readonly number[] = [];
    const faults = await faultsAfter((database) => {
      erased = database
        .prepare<[], number>(
          "SELECT position FROM audit_records WHERE chain = 'main' AND personal IS NOT NULL ORDER BY position",
        )
        .pluck()
        .all();
      database.exec(`UPDATE audit_records SET personal = NULL, salt = NULL, actor_email = NULL, actor_ip = NULL
        WHERE chain = 'main'`);
    });
    expect(erased.length).toBeGreaterThan(10);
    expect(faults).toStrictEqual(erased.map((position) => `erasure main ${position}`));
  });
});

describe('chains and heads', () => {
  it.each<[string, string[], string[]]>([
    [
      'the records renamed',
      ["UPDATE audit_records SET chain = 'other' WHERE chain = 'main'"],
      ['truncated main 1', 'inserted other 1'],
    ],
    [
      'records and head renamed',
      [
        "UPDATE audit_records SET chain = 'other' WHERE chain = 'main'",
        "UPDATE audit_heads SET chain = 'other' WHERE chain = 'main'",
      ],
      ['inserted other 1'],
    ],
    [
      'the head renamed',
      ["UPDATE audit_heads SET chain = 'other' WHERE chain = 'main'"],
      [`head main ${LAST}`, 'truncated other 1'],
    ],
    ['the head removed', ["DELETE FROM audit_heads WHERE chain = 'main'"], [`head main ${LAST}`]],
    ['the head of another chain removed', ["DELETE FROM audit_heads WHERE chain = 'tenant:b'"], ['head tenant:b 6']],
    [
      'the hash of the head changed',
      ["UPDATE audit_heads SET hash = 'forged' WHERE chain = 'main'"],
      [`head main ${LAST}`],
    ],
    [
      'the hash of the head made bytes',
      ["UPDATE audit_heads SET hash = x'00' WHERE chain = 'main'"],
      [`head main ${LAST}`],
    ],
    ['the head moved back', ["UPDATE audit_heads SET position = 30 WHERE chain = 'main'"], ['head main 30']],
    ['the head moved on', ["UPDATE audit_heads SET position = 50 WHERE chain = 'main'"], ['head main 50']],
    ['the head moved to nowhere', ["UPDATE audit_heads SET position = 0 WHERE chain = 'main'"], [`head main ${LAST}`]],
    [
      'the head rewound to a record, the records left',
      [
        `UPDATE audit_heads SET position = 39,
           hash = (SELECT hash FROM audit_records WHERE chain = 'main' AND position = 39) WHERE chain = 'main'`,
      ],
      ['inserted main 40'],
    ],
    [
      'a head for a chain that has no records',
      ["INSERT INTO audit_heads VALUES ('ghost', 3, 'x')"],
      ['truncated ghost 1'],
    ],
  ])('%s', async (_what, statements, faults) => {
    expect(await afterSql(...statements)).toStrictEqual(faults);
  });
});

describe('several acts of tampering at once', () => {
  it('are each named, in the order of the chain', async () => {
    const faults = await afterSql(
      "UPDATE audit_records SET type = 'x' WHERE chain = 'main' AND position = 2",
      "UPDATE audit_records SET body = '{}' WHERE chain = 'main' AND position = 9",
      "DELETE FROM audit_records WHERE chain = 'main' AND position IN (14, 15)",
      `UPDATE audit_records SET salt = 'x' WHERE chain = 'main' AND position = ${FULL}`,
      "UPDATE audit_records SET hash = 'x' WHERE chain = 'main' AND position = 30",
      "DELETE FROM audit_records WHERE chain = 'tenant:b' AND position = 6",
    );
    expect(faults).toStrictEqual([
      'column main 2',
      'edited main 9',
      'deleted main 14',
      `personal main ${FULL}`,
      'edited main 30',
      'truncated tenant:b 6',
    ]);
  });

  it('leave the other records readable, and name the damaged one to whoever reads it', async () => {
    const cut = `UPDATE audit_records SET body = 'cut' WHERE chain = 'main' AND position = ${FULL}`;
    const answers = await log.whileTampered(
      (database) => database.exec(cut),
      (store) => Promise.allSettled([store.find({ chain: 'main' }), store.find({ chain: 'tenant:b' })]),
    );
    expect(answers).toMatchObject([
      {
        status: 'rejected',
        reason: { code: 'AUDIT_RECORD_DAMAGED', message: expect.stringContaining(`position ${FULL}`) as string },
      },
      { status: 'fulfilled', value: { records: { length: 6 } } },
    ]);
  });
});
