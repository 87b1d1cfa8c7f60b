import { generateKeyPair, openCustody, parseCheckpoint } from 'nestjs-audited/custody';
import { dropIndexes, insertCopy, insertForged, rowAt } from '../../support/forgery.js';
import { appendForged, cutOffBehind, rewriteToTheEnd } from '../../support/forged-records.js';
import { ACT, FIRST_SIGNED, LAST, LOG_NAME, SIGNED, SignedLog, TENANT_CHAIN } from '../../support/signed-log.js';

const set = (position: number, assignment: string): string =>
  `UPDATE audit_records SET ${assignment} WHERE chain = 'main' AND position = ${position}`;
const NOBODY = 'personal = NULL, salt = NULL, actor_email = NULL, actor_ip = NULL';
const HIDE_HOLDS = "UPDATE audit_records SET type = 'audit.read' WHERE type = 'audit.hold_placed'";

let log: SignedLog;
let untouched: () => void;

beforeAll(async () => {
  log = await SignedLog.write();
  untouched = log.snapshot();
}, 60_000);
beforeEach(() => untouched());
afterAll(() => log.dispose());

/** The faults after SQL that only an administrator can run. */
async function faultsAfter(...statements: readonly string[]): Promise<readonly string[]> {
  log.tamper((database) => database.exec(statements.join(';')));
  return log.faults();
}

const forgedStatement = (kind: string, facts: object): { readonly [name: string]: never } =>
  ({ statement: { kind, chain: 'main', at: '2026-11-22T00:00:00.000Z', ...facts } }) as never;

describe('a database administrator who changes records', () => {
  it('T28 edits what a record says', async () => {
    expect(await faultsAfter(set(5, `body = replace(body, 'Deployment', 'Holiday')`))).toEqual(['edited main 5']);
  });

  it('T29 edits only a column that searches use, to hide a record from them', async () => {
    expect(await faultsAfter(set(5, "actor_id = 'u-innocent'"))).toEqual(['column main 5']);
  });

  it('T30 edits the personal part', async () => {
    const changed = set(5, "personal = replace(personal, 'person-', 'nobody-'), actor_email = 'nobody-5@example.com'");
    expect(await faultsAfter(changed)).toEqual(['personal main 5']);
  });

  it('T31 removes a personal part, to hide a person as if by erasure', async () => {
    expect(await faultsAfter(set(5, NOBODY))).toEqual(['erasure main 5']);
  });

  it('T32 removes personal parts and forges the erasure record for it', async () => {
    log.tamper((database) => {
      database.exec(set(5, NOBODY));
      appendForged(database, {
        id: 'forged-erasure',
        type: 'audit.erasure',
        details: forgedStatement('erasure', { positions: '5' }),
      });
    });
    expect(await log.faults()).toEqual(['erasure main 5', `signature main ${LAST + 1}`]);
  });

  it('T33 swaps two records', async () => {
    expect(await faultsAfter(set(5, 'position = -5'), set(6, 'position = 5'), set(-5, 'position = 6'))).toEqual([
      'reordered main 5',
      'reordered main 6',
    ]);
  });

  it('T34 rewrites a record and everything behind it, with right hashes and a right head', async () => {
    log.tamper((database) => rewriteToTheEnd(database, 5));
    expect(await log.faults()).toEqual([`checkpoint main ${FIRST_SIGNED}`]);
  });

  it('T35 rewrites the records that no checkpoint covers yet: not detected', async () => {
    log.tamper((database) => rewriteToTheEnd(database, SIGNED + 2));
    expect(await log.faults()).toEqual([]);
    expect(await log.faultsWithWitness()).toEqual([]);
  });

  it('T36 drops or disables a trigger and changes nothing: not detected, what is done then is', async () => {
    expect(await faultsAfter('SELECT 1')).toEqual([]);
    expect(await faultsAfter(set(5, "action = 'x'").replace('action', 'type'))).toEqual(['column main 5']);
  });
});

describe('a database administrator who deceives readers', () => {
  it('T37 edits a record, lets somebody read it, and puts it back: not detected afterwards', async () => {
    const { id, body } = log.tamper((database) => rowAt(database, 5));
    log.tamper((database) => database.exec(set(5, "body = replace(body, 'Deployment', 'Holiday')")));
    const shown = await log.withStore((store) => store.get(String(id)));
    expect(await log.faults()).toEqual(['edited main 5']);
    log.tamper((database) => database.prepare(set(5, 'body = ?')).run(body));
    expect(shown?.event.action).toContain('Holiday');
    expect(await log.faultsWithWitness()).toEqual([]);
  });

  it('T38 builds an index that leaves records out of searches: only the check of the database itself tells', async () => {
    const [name, without] = ['audit_records_actor', "AND actor_id <> 'u-2'"];
    const integrity = log.tamper((database) => {
      const sql = String(database.prepare('SELECT sql FROM sqlite_master WHERE name = ?').pluck().get(name));
      database.unsafeMode();
      database.exec(`DROP INDEX ${name}; ${sql} ${without}; PRAGMA writable_schema = ON`);
      database.prepare('UPDATE sqlite_master SET sql = ? WHERE name = ?').run(sql, name);
      database.exec('PRAGMA writable_schema = RESET');
      return database.pragma('integrity_check', { simple: true });
    });
    const { records } = await log.withStore((store) => store.find({ actorId: 'u-2' }));
    expect(records).toEqual([]);
    expect(await log.faultsWithWitness()).toEqual([]);
    expect(integrity).toContain(name);
  });
});

describe('a database administrator who removes records', () => {
  it('T39 damages the head, so that the log cannot go on or goes on elsewhere', async () => {
    expect(await faultsAfter("UPDATE audit_heads SET hash = 'x' WHERE chain = 'main'")).toEqual([`head main ${LAST}`]);
  });

  it('T40 deletes a record in the middle', async () => {
    expect(await faultsAfter("DELETE FROM audit_records WHERE chain = 'main' AND position = 5")).toEqual([
      'deleted main 5',
    ]);
  });

  it('T41 deletes the first records', async () => {
    expect(await faultsAfter("DELETE FROM audit_records WHERE chain = 'main' AND position <= 5")).toEqual([
      'deleted main 1',
    ]);
  });

  it('T42 deletes the first records and forges the record of a prune for it', async () => {
    log.tamper((database) => {
      const hash = String(rowAt(database, 5)['hash']);
      database.exec("DELETE FROM audit_records WHERE chain = 'main' AND position <= 5");
      const details = forgedStatement('prune', { from: 1, through: 5, hash });
      appendForged(database, { id: 'forged-prune', type: 'audit.prune', details });
    });
    expect(await log.faults()).toEqual(['deleted main 1', `signature main ${LAST + 1}`]);
  });

  it('T43 cuts off the end and leaves the head', async () => {
    expect(await faultsAfter("DELETE FROM audit_records WHERE chain = 'main' AND position > 18")).toEqual([
      'truncated main 19',
    ]);
  });

  it('T44 cuts off the end and moves the head back with it', async () => {
    log.tamper((database) => cutOffBehind(database, 12));
    expect(await log.faults()).toEqual(['truncated main 13']);
  });

  it('T45 cuts off the end, head and stored checkpoints included: only a checkpoint kept outside tells', async () => {
    log.tamper((database) => {
      cutOffBehind(database, 12);
      database.exec("DELETE FROM audit_checkpoints WHERE chain = 'main' AND size > 12");
    });
    expect(await log.faults()).toEqual([]);
    expect(await log.faultsWithWitness()).toEqual(['truncated main 13']);
  });

  it('T46 cuts off records that no checkpoint covers yet, and the head: not detected', async () => {
    log.tamper((database) => cutOffBehind(database, SIGNED + 1));
    expect(await log.faultsWithWitness()).toEqual([]);
  });

  it('T47 removes a whole chain with its head', async () => {
    const statements = ['audit_records', 'audit_heads'].map(
      (table) => `DELETE FROM ${table} WHERE chain = '${TENANT_CHAIN}'`,
    );
    expect(await faultsAfter(...statements)).toEqual([`truncated ${TENANT_CHAIN} 1`]);
  });

  it('T48 removes a whole chain with everything about it: only a checkpoint kept outside tells', async () => {
    const statements = ['audit_records', 'audit_heads', 'audit_checkpoints', 'audit_tiles'].map(
      (table) => `DELETE FROM ${table} WHERE chain = '${TENANT_CHAIN}'`,
    );
    expect(await faultsAfter(...statements)).toEqual([]);
    expect(await log.faultsWithWitness()).toEqual([`truncated ${TENANT_CHAIN} 1`]);
  });

  it('T49 empties the database: a checkpoint kept outside tells', async () => {
    const tables = ['audit_records', 'audit_heads', 'audit_checkpoints', 'audit_tiles'];
    log.tamper((database) => tables.forEach((table) => database.exec(`DELETE FROM ${table}`)));
    expect(await log.faultsWithWitness()).toEqual(['truncated main 1', `truncated ${TENANT_CHAIN} 1`]);
  });

  it('T50 puts an old backup in place of the log: the checkpoint file tells, and nothing is signed any more', async () => {
    const old = await SignedLog.write();
    const restore = old.backup();
    await old.append(3);
    await old.sign();
    restore();
    expect(await old.faults()).toEqual([]);
    expect(await old.faultsWithWitness()).toEqual([`truncated main ${LAST + 1}`]);
    await expect(old.sign()).rejects.toMatchObject({ code: 'AUDIT_HISTORY_CHANGED' });
    old.dispose();
  });
});

describe('a database administrator who adds records', () => {
  it('T51 has a trigger swallow the records of somebody: the positions they would have had are missing', async () => {
    log.tamper((database) =>
      database.exec(
        "CREATE TRIGGER swallow BEFORE INSERT ON audit_records WHEN NEW.actor_id = 'u-1' BEGIN SELECT RAISE(IGNORE); END",
      ),
    );
    await log.append(2);
    expect(await log.faults()).toEqual([`deleted main ${LAST + 1}`]);
  });

  it('T52 inserts a record between two others', async () => {
    log.tamper((database) => {
      dropIndexes(database);
      insertForged(database, 6, undefined);
    });
    expect(await log.faults()).toContain('inserted main 6');
  });

  it('T53 moves a record into another chain', async () => {
    const moved = `UPDATE audit_records SET chain = 'main' WHERE chain = '${TENANT_CHAIN}' AND position = 3`;
    const faults = await faultsAfter("DELETE FROM audit_records WHERE chain = 'main' AND position = 3", moved);
    expect(faults).toEqual(['inserted main 3', `deleted ${TENANT_CHAIN} 3`]);
  });

  it('T54 stores a record a second time under another id', async () => {
    log.tamper((database) => insertCopy(database, 5, { id: 'replayed', position: LAST + 1 }));
    expect(await log.faults()).toEqual([`reordered main ${LAST + 1}`]);
  });

  it('T55 appends a forged record with right hashes, where records are sealed without a key: not detected', async () => {
    log.tamper((database) => appendForged(database, { id: 'forged-1' }));
    expect(await log.faults()).toEqual([]);
  });

  it('T56 forges the record of a re-anchor to explain what was done', async () => {
    log.tamper((database) => {
      database.exec(set(5, `body = replace(body, 'Deployment', 'Holiday')`));
      const faults = [{ kind: 'edited', from: 1, through: LAST }];
      const details = forgedStatement('reanchor', { cause: 'restore', faults });
      appendForged(database, { id: 'forged-reanchor', type: 'audit.reanchor', details });
    });
    const report = await log.withCustody((custody) => custody.verify());
    expect(report).toMatchObject({ state: 'broken', ok: false });
    expect(report.faults.map(({ kind, explainedBy }) => [kind, explainedBy])).toEqual([
      ['edited', undefined],
      ['signature', undefined],
    ]);
  });

  it('T57 forges the lifting of a legal hold, where records are sealed without a key: not detected, but it stays', async () => {
    await log.withCustody((custody) => custody.placeHold('case-7', {}, ACT));
    log.tamper((database) =>
      appendForged(database, { id: 'forged-lift', type: 'audit.hold_lifted', details: { hold: { name: 'case-7' } } }),
    );
    expect(await log.withCustody((custody) => custody.holds())).toEqual([]);
    expect(await log.faults()).toEqual([]);
  });
});

describe('a database administrator who attacks what proves the records', () => {
  it('T58 deletes the stored checkpoints and rewrites the history: a checkpoint kept outside tells', async () => {
    log.tamper((database) => {
      rewriteToTheEnd(database, 5);
      database.exec('DELETE FROM audit_checkpoints');
    });
    expect(await log.faults()).toEqual([]);
    expect(await log.faultsWithWitness()).toEqual([`checkpoint main ${FIRST_SIGNED}`]);
  });

  it('T59 rewrites the history and signs it with a key of his own', async () => {
    log.tamper((database) => {
      rewriteToTheEnd(database, 5);
      database.exec('DELETE FROM audit_checkpoints; DELETE FROM audit_tiles');
    });
    const own = { origin: LOG_NAME, keys: { pem: generateKeyPair().privatePem } };
    const { custody, close } = await openCustody({ database: log.file, checkpoints: own });
    await custody.checkpoint('main');
    await close();
    expect(await log.faults()).toContain(`signature main ${LAST}`);
  });

  it('T60 puts a changed root beside a genuine signature', async () => {
    const faults = await faultsAfter(
      "UPDATE audit_checkpoints SET root = replace(root, 'a', 'b') WHERE chain = 'main'",
    );
    expect(faults).toEqual([`signature main ${FIRST_SIGNED}`]);
  });

  it('T61 damages the stored tree: it is made again of the records, and must give what was signed', async () => {
    log.tamper((database) => database.exec("UPDATE audit_tiles SET hashes = 'AAAA' WHERE chain = 'main'"));
    await log.sign();
    const [newest] = await log.withCustody((custody) => custody.checkpoints({ chain: 'main', limit: 1 }));
    expect(newest?.size).toBe(LAST);
    expect(await log.faultsWithWitness()).toEqual([]);
  });

  it('T62 damages the stored tree of records that are pruned', async () => {
    const retention = { default: '30 days' } as const;
    await log.withCustody((custody) => custody.prune(ACT, { chain: 'main' }), { retention });
    expect(await log.faults()).toEqual([]);
    log.tamper((database) => {
      const hashes = String(
        database.prepare("SELECT hashes FROM audit_tiles WHERE chain = 'main' AND level = 0").pluck().get(),
      );
      const swapped = hashes.startsWith('A') ? `B${hashes.slice(1)}` : `A${hashes.slice(1)}`;
      database.prepare("UPDATE audit_tiles SET hashes = ? WHERE chain = 'main' AND level = 0").run(swapped);
    });
    expect(await log.faults()).not.toEqual([]);
  });

  it('T63 hides a legal hold by a column before a prune: the prune looks, and refuses', async () => {
    await log.withCustody((custody) => custody.placeHold('case-7', { tenantId: 't-1' }, ACT));
    log.tamper((database) => database.exec(HIDE_HOLDS));
    const retention = { default: '30 days' } as const;
    await log.withCustody(
      async (custody) => {
        for (const chain of ['main', TENANT_CHAIN]) {
          await expect(custody.prune(ACT, { chain })).rejects.toMatchObject({ code: 'AUDIT_PRUNE_REFUSED' });
        }
      },
      { retention },
    );
  });

  it('T64 hides a legal hold by a column before an erasure: the erasure goes on, and the next verification tells', async () => {
    await log.withCustody((custody) => custody.placeHold('case-7', {}, ACT));
    log.tamper((database) => database.exec(HIDE_HOLDS));
    const { records } = await log.withCustody((custody) => custody.erase({ actorId: 'u-2' }, ACT));
    expect(records).toBeGreaterThan(0);
    expect(await log.faults()).toEqual([`column main ${LAST + 1}`]);
  });

  it('T65 takes the signed statement of another log that has the same key', async () => {
    const staging = new SignedLog();
    const { statement, signatures } = await stolenPrune(staging);
    log.tamper((database) => {
      appendForged(database, { id: 'stolen-prune', type: 'audit.prune', details: { statement, signatures } as never });
      database.exec("DELETE FROM audit_records WHERE chain = 'main' AND position <= 5");
    });
    expect(await log.faults()).not.toEqual([]);
    staging.dispose();
  });

  it('T66 passes the checkpoint of another log off as one of this', async () => {
    const other = await SignedLog.write();
    const [note = ''] = other.notes;
    const { size, root } = parseCheckpoint(note);
    log.tamper((database) =>
      database
        .prepare('INSERT INTO audit_checkpoints (chain, size, root, signed_at, note) VALUES (?, ?, ?, ?, ?)')
        .run('main', size, Buffer.from(root).toString('hex'), '2026-11-22T00:00:00.000Z', note),
    );
    expect(await log.faults()).toEqual([`signature main ${size}`]);
    other.dispose();
  });
});

/** A prune that the same key signed in a log of another name, where the attacker may do as he likes. */
async function stolenPrune(staging: SignedLog): Promise<{ readonly statement: unknown; readonly signatures: unknown }> {
  const options = {
    checkpoints: { origin: 'audit.example.com/staging', keys: { pem: log.keys.privatePem } },
    retention: { default: '30 days' } as const,
  };
  await staging.append(9);
  await staging.withCustody((custody) => custody.prune(ACT), options);
  const { records } = await staging.withStore((store) => store.find({ type: 'audit.prune' }));
  const details = records[0]?.event.details ?? {};
  return { statement: details['statement'], signatures: details['signatures'] };
}
