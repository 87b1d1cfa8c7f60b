import { anAppendableEvent } from 'nestjs-audited/testing';
import { rowAt } from '../../support/forgery.js';
import { appendForged, rewriteToTheEnd } from '../../support/forged-records.js';
import { ACT, LAST, SignedLog } from '../../support/signed-log.js';

const pruneThrough = (through: number, hash = '0'.repeat(64)) => ({
  statement: { kind: 'prune', chain: 'main', from: 1, through, hash, at: '2026-11-22T00:00:00.000Z' },
});

/** Deletes the first five records and states a prune for it that nobody signed. */
function forgePrune(log: SignedLog): void {
  log.tamper((database) => {
    const hash = String(rowAt(database, 5)['hash']);
    database.exec("DELETE FROM audit_records WHERE chain = 'main' AND position <= 5");
    appendForged(database, { id: 'forged-prune', type: 'audit.prune', details: pruneThrough(5, hash) });
  });
}

describe('somebody who writes to a log that nobody signs', () => {
  let log: SignedLog;
  let untouched: () => void;

  beforeAll(async () => {
    log = await SignedLog.write({ signs: false });
    untouched = log.snapshot();
  }, 60_000);
  beforeEach(() => untouched());
  afterAll(() => log.dispose());

  it('T70 rewrites a record and everything behind it: not detected without a checkpoint', async () => {
    log.tamper((database) => rewriteToTheEnd(database, 5));
    expect(await log.faults()).toEqual([]);
  });

  it('T71 deletes the first records and forges the record of a prune: not detected without a signature', async () => {
    forgePrune(log);
    const { chains, ok } = await log.withCustody((custody) => custody.verify());
    expect(ok).toBe(true);
    expect(chains.find(({ chain }) => chain === 'main')).toMatchObject({
      pruned: { through: 5 },
      checkpoints: { isTrusted: false, coveredThrough: 0 },
    });
  });

  it('T72 states a prune, so that the application itself removes what it must keep: the prune refuses', async () => {
    const statement = { type: 'audit.prune', details: pruneThrough(LAST - 2) };
    await log.withStore((store) => store.append('main', [anAppendableEvent(statement)]));
    await expect(
      log.withCustody((custody) => custody.prune(ACT, { chain: 'main' }), { retention: { default: '20 years' } }),
    ).rejects.toMatchObject({ code: 'AUDIT_PRUNE_REFUSED' });
    const { records } = await log.withCustody((custody) => custody.verify({ chain: 'main' }));
    expect(records).toBe(LAST + 1);
  });
});

describe('somebody who gives a log to an auditor without the public key', () => {
  it('T73 deletes the first records and forges the record of a prune: the verdict says that nothing was trusted', async () => {
    const log = await SignedLog.write();
    forgePrune(log);
    const { ok, chains } = await log.withStore((store) => store.verify());
    expect(ok).toBe(true);
    expect(chains.map(({ checkpoints }) => checkpoints.isTrusted)).toEqual([false, false]);
    expect(await log.faults()).toEqual(['deleted main 1', `signature main ${LAST + 1}`]);
    log.dispose();
  });
});
