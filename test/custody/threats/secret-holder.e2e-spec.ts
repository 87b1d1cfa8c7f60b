import { randomBytes } from 'node:crypto';
import { generateKeyPair, openCustody, verifierKey } from 'nestjs-audited/custody';
import { appendForged, rewriteToTheEnd } from '../../support/forged-records.js';
import { FIRST_SIGNED, LAST, LOG_NAME, SIGNED, SignedLog } from '../../support/signed-log.js';
import { testApp, until } from '../../support/test-app.js';

/** What was stolen: the secret that seals, and the right to write to the database; not the key that signs. */
const STOLEN = { id: 'k1', secret: randomBytes(32) };

let log: SignedLog;
let untouched: () => void;

beforeAll(async () => {
  log = await SignedLog.write({ seal: { current: STOLEN.id, keys: [STOLEN] } });
  untouched = log.snapshot();
}, 60_000);
beforeEach(() => untouched());
afterAll(() => log.dispose());

describe('a database administrator in front of records that are sealed with a key', () => {
  it('T74 rewrites the history with right hashes and invented macs', async () => {
    log.tamper((database) => rewriteToTheEnd(database, SIGNED + 2, { id: STOLEN.id }));
    expect(await log.faults()).toEqual([`mac main ${SIGNED + 2}`]);
  });

  it('T75 rewrites the history without a key', async () => {
    log.tamper((database) => rewriteToTheEnd(database, SIGNED + 2));
    expect(await log.faults()).toEqual([`scheme main ${SIGNED + 2}`]);
  });

  it('T76 rewrites the whole history without a key, from the first record on: a checkpoint tells', async () => {
    log.tamper((database) => rewriteToTheEnd(database, 1));
    expect(await log.faults()).toEqual([`checkpoint main ${FIRST_SIGNED}`]);
  });

  it('T77 appends a forged record with an invented mac', async () => {
    log.tamper((database) => appendForged(database, { id: 'forged-1' }, { id: STOLEN.id }));
    expect(await log.faults()).toEqual([`mac main ${LAST + 1}`]);
  });

  it('T78 invents the id of a key', async () => {
    log.tamper((database) => rewriteToTheEnd(database, SIGNED + 2, { id: 'k2' }));
    expect(await log.faults()).toEqual([`mac main ${SIGNED + 2}`]);
  });
});

describe('one who also holds the secret of the seal', () => {
  it('T79 rewrites the history with right macs: a checkpoint tells', async () => {
    log.tamper((database) => rewriteToTheEnd(database, 5, STOLEN));
    expect(await log.faults()).toEqual([`checkpoint main ${FIRST_SIGNED}`]);
  });

  it('T80 rewrites what came after the last checkpoint with right macs: not detected', async () => {
    log.tamper((database) => rewriteToTheEnd(database, SIGNED + 2, STOLEN));
    expect(await log.faultsWithWitness()).toEqual([]);
  });

  it('T81 has a running application sign the rewritten history: it refuses, and says so in the log', async () => {
    await log.withCustody(async (custody) => {
      await custody.checkpoint('main');
      log.tamper((database) => {
        rewriteToTheEnd(database, 5, STOLEN);
        database.exec('DELETE FROM audit_checkpoints; DELETE FROM audit_tiles');
      });
      await expect(custody.checkpoint('main')).rejects.toMatchObject({ code: 'AUDIT_HISTORY_CHANGED' });
    });
    const { records } = await log.withStore((store) => store.find({ type: 'audit.checkpoint', limit: 1 }));
    expect(records[0]?.event).toMatchObject({
      outcome: 'failure',
      action: expect.stringContaining('Refused') as string,
    });
  });

  it('T82 has a restarted application sign the rewritten history: it remembers what is in the checkpoint file', async () => {
    log.tamper((database) => {
      rewriteToTheEnd(database, 5, STOLEN);
      database.exec('DELETE FROM audit_checkpoints; DELETE FROM audit_tiles');
    });
    await expect(log.sign()).rejects.toMatchObject({ code: 'AUDIT_HISTORY_CHANGED' });
  });

  it('T83 shows two auditors two logs of one name: their checkpoints contradict each other', async () => {
    log.tamper((database) => rewriteToTheEnd(database, SIGNED + 2, STOLEN));
    // Nothing is wrong with what is signed: the change came after the last checkpoint.
    await log.sign();
    const forOne = log.notes.at(-1);
    untouched();
    await log.sign();
    expect(await log.faults()).toEqual([]);
    expect(await log.faults({ checkpoints: [forOne ?? ''] })).toEqual([`checkpoint main ${LAST}`]);
  });

  it('T84 keeps the application from signing: the missing checkpoints show it, as quiet times are signed too', async () => {
    const app = await testApp('express')
      .audit({
        checkpoints: { origin: LOG_NAME, keys: { pem: log.keys.privatePem }, intervalMs: 100, quietIntervalMs: 100 },
      })
      .start();
    await app.audit.record({ type: 'order.placed', outcome: 'success' });
    const times = new Set<string>();
    await until(() => {
      const signedAt = app.audit.status().checkpoints?.last?.signedAt;
      return signedAt !== undefined && times.add(signedAt).size >= 3;
    });
    await app.nest.close();
    // Nothing was recorded meanwhile; when nothing is signed either, the newest checkpoint grows old.
    expect(times.size).toBeGreaterThanOrEqual(3);
  });

  it('T85 signs with a key that was retired', async () => {
    const retired = `${verifierKey(LOG_NAME, log.keys.publicKey)} notAfter=2026-01-01T00:00:00Z`;
    expect(await log.faults({ trustedKeys: [retired] })).toContain(`signature main ${FIRST_SIGNED}`);
  });

  it('T86 deletes the checkpoints and signs the rewritten history with a key of his own', async () => {
    log.tamper((database) => {
      rewriteToTheEnd(database, 5, STOLEN);
      database.exec('DELETE FROM audit_checkpoints; DELETE FROM audit_tiles');
    });
    await signAnew(generateKeyPair().privatePem);
    expect(await log.faults()).toEqual([`signature main ${LAST}`]);
  });
});

describe('an operator who holds the checkpoint key as well', () => {
  it('T87 rewrites the history and signs it anew: only a checkpoint kept outside tells', async () => {
    log.tamper((database) => {
      rewriteToTheEnd(database, 5, STOLEN);
      database.exec('DELETE FROM audit_checkpoints; DELETE FROM audit_tiles');
    });
    await signAnew(log.keys.privatePem);
    expect(await log.faults()).toEqual([]);
    expect(await log.faultsWithWitness()).toEqual([`checkpoint main ${FIRST_SIGNED}`]);
  });
});

/** Signs whatever is in the database, with nothing to remember what was signed before. */
async function signAnew(pem: string): Promise<void> {
  const { custody, close } = await openCustody({
    database: log.file,
    seal: { current: STOLEN.id, keys: [STOLEN] },
    checkpoints: { origin: LOG_NAME, keys: { pem } },
  });
  await custody.checkpoint('main');
  await close();
}
