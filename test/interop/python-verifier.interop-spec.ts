import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { dropIndexes, insertCopy, insertForged, rewrite } from '../support/forgery.js';
import { SqliteAuditStore } from 'nestjs-audited/typeorm';
import {
  BOTH_KEYS,
  FIRST_K2,
  FIRST_UNKEYED,
  LAST as LAST_KEYED,
  SECRETS,
  writeRotatedLog,
} from '../support/keyed-seals.js';
import { hasPython, verifyWithPython, type PythonVerdict } from '../support/python-verifier.js';
import { BARE, FULL, MAIN_RECORDS, TamperedLog, TENANT_RECORDS, writeVariedLog } from '../support/sealed-log.js';

const LAST = MAIN_RECORDS;
const isThere = hasPython();

const update = (assignments: string, position: number): string =>
  `UPDATE audit_records SET ${assignments} WHERE chain = 'main' AND position = ${position}`;

/** Each is done to a fresh log; both verifiers must name the same faults, in the same order of chains and positions. */
const TAMPERINGS: readonly (readonly [what: string, work: (database: Database) => void])[] = [
  ['a body edited', (database) => database.exec(update("body = replace(body, 'approved', 'rejected')", FULL))],
  ['a body made bytes', (database) => database.exec(update('body = CAST(body AS BLOB)', FULL))],
  [
    'bytes in a body that are shown as the U+FFFD that was sealed',
    (database) => replaceWithInvalidBytes(database, 'body'),
  ],
  ['a hash edited', (database) => database.exec(update("hash = replace(hash, substr(hash, 1, 1), 'x')", 5))],
  ['a previous hash edited', (database) => database.exec(update("previous_hash = 'x'", 5))],
  ['a scheme nobody knows', (database) => database.exec(update("scheme = 'sha256-v9'", 5))],
  ['every column edited', (database) => database.exec(update("type = 'x', status = 500, component = NULL", FULL))],
  ['a column filled', (database) => database.exec(update("actor_email = 'x', route = '/'", BARE))],
  ['a column in bytes that are shown alike', (database) => replaceWithInvalidBytes(database, 'component')],
  ['a salt edited', (database) => database.exec(update("salt = 'ffffffffffffffffffffffffffffffff'", FULL))],
  ['a personal part edited', (database) => database.exec(update("personal = replace(personal, '192', '193')", FULL))],
  ['a personal part without salt', (database) => database.exec(update('salt = NULL', FULL))],
  ['a personal part that was never sealed', (database) => database.exec(update("personal = '{}', salt = 'x'", BARE))],
  [
    'an erased person',
    (database) => database.exec(update('personal = NULL, salt = NULL, actor_email = NULL, actor_ip = NULL', FULL)),
  ],
  [
    'an erased person who is left in a column',
    (database) => database.exec(update('personal = NULL, salt = NULL', FULL)),
  ],
  ['a sequence out of order', (database) => database.exec(update('sequence = 1000000', FULL))],
  ['a position that is no number', (database) => database.exec(update("position = 'nowhere'", LAST))],
  [
    'the first record deleted',
    (database) => database.exec("DELETE FROM audit_records WHERE chain = 'main' AND position = 1"),
  ],
  ['records deleted', (database) => database.exec('DELETE FROM audit_records WHERE position IN (4, 9, 10)')],
  ['the end deleted', (database) => database.exec("DELETE FROM audit_records WHERE chain = 'main' AND position > 35")],
  ['the end deleted with the head', (database) => truncateWithHead(database)],
  ['a chain deleted', (database) => database.exec("DELETE FROM audit_records WHERE chain = 'main'")],
  ['a forged record behind the head', (database) => insertForged(database, LAST + 1, undefined)],
  [
    'a forged record beside a genuine one',
    (database) => (dropIndexes(database), insertForged(database, FULL, undefined)),
  ],
  ['a record twice', (database) => (dropIndexes(database), insertCopy(database, LAST, {}))],
  ['a record rewritten and resealed', (database) => rewrite(database, FULL, FULL)],
  ['everything from a record on rewritten', (database) => rewrite(database, FULL, LAST)],
  ['a head removed', (database) => database.exec("DELETE FROM audit_heads WHERE chain = 'main'")],
  ['a head moved on', (database) => database.exec("UPDATE audit_heads SET position = 50 WHERE chain = 'main'")],
  ['a head moved back', (database) => database.exec("UPDATE audit_heads SET position = 30 WHERE chain = 'main'")],
  ['a head damaged', (database) => database.exec("UPDATE audit_heads SET hash = x'00' WHERE chain = 'main'")],
  ['a head without records', (database) => database.exec("INSERT INTO audit_heads VALUES ('ghost', 3, 'x')")],
  ['a chain name made bytes', (database) => database.exec(update("chain = CAST('main' AS BLOB)", FULL))],
];

(isThere ? describe : describe.skip)('a verifier in the standard library of Python', () => {
  const folder = mkdtempSync(join(tmpdir(), 'audited-python-'));
  const pristine = join(folder, 'pristine.sqlite');
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

  const bothOn = (work: (database: Database) => void): Promise<{ ours: string[]; python: PythonVerdict }> =>
    log.whileTampered(work, async (store) => {
      const { faults } = await store.verify();
      const ours = faults.map(({ kind, chain, position }) => `${kind} ${chain} ${position}`);
      return { ours, python: verifyWithPython(log.file) };
    });

  it('passes a log that the library wrote', () => {
    const lastLine = `ok records=${MAIN_RECORDS + TENANT_RECORDS}`;
    expect(verifyWithPython(pristine)).toStrictEqual({ status: 0, faults: [], lastLine });
  });

  it.each(TAMPERINGS)('names what our verifier names: %s', async (_what, work) => {
    const { ours, python } = await bothOn(work);
    expect(python.faults).toStrictEqual(ours);
    expect(python.status).toBe(ours.length === 0 ? 0 : 1);
    expect(python.lastLine).toBe(ours.length === 0 ? `ok records=${recordsAfter(_what)}` : `faults=${ours.length}`);
  });

  it('calls misplaced records edited, at the same positions', async () => {
    const { ours, python } = await bothOn((database) => {
      database.exec([update('position = -1', 5), update('position = 5', 30), update('position = 30', -1)].join(';'));
    });
    expect(ours).toStrictEqual(['reordered main 5', 'reordered main 30']);
    expect(python).toStrictEqual({ status: 1, faults: ['edited main 5', 'edited main 30'], lastLine: 'faults=2' });
  });
});

/** Each is done to a fresh log with records that are unkeyed, keyed with one key, with another, and unkeyed again. */
const KEYED_TAMPERINGS: readonly (readonly [what: string, work: (database: Database) => void])[] = [
  ['nothing', () => undefined],
  ['a mac edited', (database) => database.exec(update("mac = replace(mac, 'k1:', 'k2:')", 4))],
  ['a mac removed', (database) => database.exec(update('mac = NULL', 4))],
  ['a mac made bytes', (database) => database.exec(update('mac = CAST(mac AS BLOB)', 4))],
  [
    'macs beside records that have none',
    (database) => database.exec("UPDATE audit_records SET mac = 'k1:0' WHERE mac IS NULL"),
  ],
  ['a scheme edited', (database) => database.exec(update("scheme = 'sha256-v1'", 4))],
  ['a keyed record rewritten and resealed without the key', (database) => rewrite(database, 4, 4)],
  ['everything from a keyed record on rewritten without the key', (database) => rewrite(database, 4, LAST_KEYED)],
];

(isThere ? describe : describe.skip)('a verifier in Python that knows the keyed scheme', () => {
  const folder = mkdtempSync(join(tmpdir(), 'audited-python-keyed-'));
  const pristine = join(folder, 'pristine.sqlite');
  const keyFile = join(folder, 'keys.txt');
  const wrongKeyFile = join(folder, 'wrong-keys.txt');
  let log: TamperedLog;

  beforeAll(async () => {
    await writeRotatedLog((options) => new SqliteAuditStore(pristine, options));
    const line = (id: keyof typeof SECRETS, secret = SECRETS[id]) => `${id} ${secret.toString('hex')}\n`;
    writeFileSync(keyFile, line('k1') + line('k.2_-'));
    writeFileSync(wrongKeyFile, line('k1') + line('k.2_-', SECRETS.k1));
    log = new TamperedLog(pristine, join(folder, 'tampered.sqlite'), { seal: BOTH_KEYS });
    await log.store.open();
  });

  afterAll(async () => {
    await log.store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('needs no key to check all but who sealed', () => {
    expect(verifyWithPython(pristine).faults).toStrictEqual([`scheme main ${FIRST_UNKEYED}`]);
  });

  it('finds with the keys which record was sealed with another', () => {
    expect(verifyWithPython(pristine, keyFile).faults).toStrictEqual([`scheme main ${FIRST_UNKEYED}`]);
    const wrong = [`mac main ${FIRST_K2}`, `scheme main ${FIRST_UNKEYED}`];
    expect(verifyWithPython(pristine, wrongKeyFile).faults).toStrictEqual(wrong);
  });

  it.each(KEYED_TAMPERINGS)('names what our verifier names: %s', async (_what, work) => {
    await log.whileTampered(work, async (store) => {
      const { faults } = await store.verify();
      const ours = faults.map(({ kind, chain, position }) => `${kind} ${chain} ${position}`);
      expect(verifyWithPython(log.file, keyFile).faults).toStrictEqual(ours);
      expect(ours).not.toHaveLength(0);
    });
  });
});

/** One of the tamperings can not be seen: the end cut off with its head. */
function recordsAfter(what: string): number {
  return MAIN_RECORDS + TENANT_RECORDS - (what === 'the end deleted with the head' ? 5 : 0);
}

function truncateWithHead(database: Database): void {
  database.exec(`DELETE FROM audit_records WHERE chain = 'main' AND position > ${LAST - 5};
    UPDATE audit_heads SET position = ${LAST - 5},
      hash = (SELECT hash FROM audit_records WHERE chain = 'main' AND position = ${LAST - 5}) WHERE chain = 'main'`);
}

function replaceWithInvalidBytes(database: Database, column: string): void {
  const place = "chain = 'main' AND position = " + String(FULL);
  const text = String(database.prepare(`SELECT ${column} FROM audit_records WHERE ${place}`).pluck().get());
  const bytes = Buffer.from(text);
  const at = bytes.indexOf(Buffer.from('\ufffd'));
  const forged = Buffer.concat([bytes.subarray(0, at), Buffer.from([0xff]), bytes.subarray(at + 3)]);
  database.prepare(`UPDATE audit_records SET ${column} = CAST(? AS TEXT) WHERE ${place}`).run(forged);
}
