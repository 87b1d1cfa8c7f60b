import { argumentsOf, verdictOf, verifyWithPython } from '../support/python-verifier.js';
import { rewrite } from '../support/forgery.js';
import { ACT, LOG_NAME, SignedLog } from '../support/signed-log.js';

it('finds what was rewritten behind a gap that an operator explained', async () => {
  const log = await SignedLog.write();
  log.tamper(
    (database) => void database.exec("DELETE FROM audit_records WHERE chain = 'main' AND position IN (4, 5, 6)"),
  );
  await log.withCustody((custody) => custody.reanchor({ chain: 'main', cause: 'restore' }, ACT));
  await log.append(3);
  await log.sign();
  log.tamper((database) => {
    const last = database
      .prepare("SELECT max(position) FROM audit_records WHERE chain = 'main'")
      .pluck()
      .get() as number;
    rewrite(database, 12, last);
    database.exec(
      `UPDATE audit_heads SET hash = (SELECT hash FROM audit_records WHERE chain = 'main' AND position = ${last}) WHERE chain = 'main'`,
    );
  });
  const ours = verdictOf(await log.withCustody((custody) => custody.verify({ checkpoints: log.notes })));
  const signed = { trustedKeys: [log.keys.publicPem], logName: LOG_NAME };
  const python = verifyWithPython(...argumentsOf({ ...signed, checkpoints: log.notes }, log.file));
  log.dispose();
  expect(ours).toStrictEqual(python);
});

it('signs a chain again after a gap that no checkpoint had covered, and both verifiers follow', async () => {
  const log = await SignedLog.write();
  // Behind the last checkpoint, so that no tile knows what stood there.
  log.tamper(
    (database) => void database.exec("DELETE FROM audit_records WHERE chain = 'main' AND position IN (18, 19)"),
  );
  const done = await log.withCustody((custody) => custody.reanchor({ chain: 'main', cause: 'disaster' }, ACT));
  expect(done.faults).toContainEqual({ kind: 'deleted', from: 18, through: 19 });
  await log.append(3);
  await log.sign();
  const signed = { trustedKeys: [log.keys.publicPem], logName: LOG_NAME };
  const verdicts = async () => ({
    ours: verdictOf(await log.withCustody((custody) => custody.verify({ checkpoints: log.notes }))),
    python: verifyWithPython(...argumentsOf({ ...signed, checkpoints: log.notes }, log.file)),
  });
  const explained = await verdicts();
  expect(explained.ours).toStrictEqual(explained.python);
  expect(explained.ours).toMatchObject({ status: 4 });
  log.tamper((database) => {
    const last = database
      .prepare("SELECT max(position) FROM audit_records WHERE chain = 'main'")
      .pluck()
      .get() as number;
    rewrite(database, 22, last);
    database.exec(
      `UPDATE audit_heads SET hash = (SELECT hash FROM audit_records WHERE chain = 'main' AND position = ${last}) WHERE chain = 'main'`,
    );
  });
  const rewritten = await verdicts();
  log.dispose();
  expect(rewritten.ours).toStrictEqual(rewritten.python);
  expect(rewritten.ours).toMatchObject({ status: 1 });
}, 60_000);
