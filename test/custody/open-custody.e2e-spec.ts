import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CustodyAct } from 'nestjs-audited';
import { generateKeyPair, openCustody, verifyBundle, type OpenCustodyOptions } from 'nestjs-audited/custody';
import { anAppendableEvent } from 'nestjs-audited/testing';
import { SqliteAuditStore } from 'nestjs-audited/typeorm';
import { tamper } from '../support/raw-database.js';

const ACT: CustodyAct = { by: { kind: 'user', id: 'ops' }, reason: 'policy 3', ticket: 'T-1' };
const key = generateKeyPair();
const SIGNED = { checkpoints: { origin: 'audit.example.com/orders', keys: { pem: key.privatePem } } };
const trustedKeys = [key.publicPem];
const folder = mkdtempSync(join(tmpdir(), 'audited-open-'));
let logs = 0;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A log of two old and three new orders, closed again. */
async function aLog(): Promise<string> {
  const database = join(folder, `${++logs}.sqlite`);
  const store = new SqliteAuditStore(database);
  await store.open();
  for (const [index, day] of ['2020-01-01', '2020-01-02', '2026-11-20', '2026-11-21', '2026-11-21'].entries()) {
    const at = `${day}T00:00:00.000Z`;
    const facts = {
      type: 'order.placed',
      occurredAt: at,
      recordedAt: at,
      actor: { kind: 'user', id: `u-${index}` },
    } as const;
    await store.append('main', [anAppendableEvent(facts, { '/actor/email': `person${index}@example.com` })]);
  }
  await store.close();
  return database;
}

async function withLog<Result>(
  options: OpenCustodyOptions,
  work: (log: Awaited<ReturnType<typeof openCustody>>) => Promise<Result>,
): Promise<Result> {
  const log = await openCustody(options);
  try {
    return await work(log);
  } finally {
    await log.close();
    await log.close();
  }
}

describe('custody without an application', () => {
  it('holds, prunes with an archive, erases, bundles, and the log verifies all along', async () => {
    const database = await aLog();
    const archive = join(folder, `archive-${logs}`);
    await withLog({ ...SIGNED, database, retention: { default: '400 days', archive } }, async ({ custody, reader }) => {
      await custody.placeHold('case 7', { actorId: 'u-1' }, ACT);
      expect(await custody.planPrune()).toMatchObject([{ through: 1, limit: { why: 'hold', what: 'case 7' } }]);
      await custody.liftHold('case 7', ACT);
      expect(await custody.holds()).toEqual([]);
      const [pruned] = await custody.prune(ACT);
      expect(pruned).toMatchObject({ removed: 2, through: 2 });
      const [name = ''] = readdirSync(archive);
      expect(await verifyBundle(join(archive, name), { trustedKeys })).toMatchObject({
        ok: true,
        isTrusted: true,
        records: 2,
      });

      const erased = await custody.erase({ email: 'person0@example.com' }, ACT);
      expect(erased).toMatchObject({ records: 0, leftovers: [expect.stringMatching(/Backups and copies/)] });
      expect(erased.places).toContainEqual(expect.objectContaining({ events: 1 }));
      expect(await custody.erase({ actorId: 'u-3' }, ACT)).toMatchObject({ records: 1 });
      expect(readFileSync(database).includes('person3@example.com')).toBe(false);
      expect(await verifyBundle(join(archive, name), { trustedKeys })).toMatchObject({ ok: true, erased: 1 });

      const bundle = join(folder, `bundle-${logs}`);
      const summary = await custody.bundle(bundle, { by: ACT.by, from: new Date('2026-11-01T00:00:00Z') });
      expect(await verifyBundle(bundle, { trustedKeys })).toMatchObject({ ok: true, records: summary.records });
      const exported = (await reader.find({ type: 'audit.export' })).records;
      expect(exported).toMatchObject([{ event: { details: { manifestSha256: summary.manifestSha256 } } }]);

      const report = await custody.verify();
      expect(report).toMatchObject({ state: 'intact', chains: [{ erased: 1, pruned: { through: 2, by: 'ops' } }] });
      expect(report.chains[0]?.checkpoints.isTrusted).toBe(true);
    });
  });

  it('works without a key as well', async () => {
    const database = await aLog();
    await withLog({ database, retention: { default: '400 days' } }, async ({ custody }) => {
      expect(await custody.prune(ACT)).toMatchObject([{ removed: 2 }]);
      expect(await custody.erase({ actorId: 'u-2' }, ACT)).toMatchObject({ records: 1 });
      await expect(custody.bundle(join(folder, 'signed'))).rejects.toMatchObject({ code: 'AUDIT_BUNDLE_REFUSED' });
      await custody.bundle(join(folder, 'unsigned'), { unsigned: true });
      expect(await verifyBundle(join(folder, 'unsigned'))).toMatchObject({ ok: true, isTrusted: false });
      expect(await custody.verify()).toMatchObject({ state: 'intact' });
    });
  });

  it('explains a break, after which the log is signed again', async () => {
    const database = await aLog();
    const notes = await withLog({ ...SIGNED, database }, async ({ custody }) =>
      (await custody.checkpoint()).map(({ note }) => note),
    );
    tamper(database, (raw) => {
      raw.exec('DELETE FROM audit_records WHERE position > 3; DELETE FROM audit_checkpoints; DELETE FROM audit_tiles');
      raw.exec('UPDATE audit_heads SET position = 3, hash = (SELECT hash FROM audit_records WHERE position = 3)');
    });
    await withLog({ ...SIGNED, database }, async ({ custody }) => {
      expect(await custody.verify({ checkpoints: notes })).toMatchObject({ state: 'broken' });
      const request = { chain: 'main', cause: 'restore', checkpoints: notes } as const;
      expect(await custody.reanchor(request, ACT)).toMatchObject({ position: 4 });
      expect(await custody.verify({ checkpoints: notes })).toMatchObject({ ok: false, state: 'explained' });
      expect(await custody.checkpoints()).toMatchObject([{ size: 4 }]);
    });
  });

  it('seals what it writes with the key of the log', async () => {
    const database = await aLog();
    const seal = { current: 'k1', keys: [{ id: 'k1', secret: randomBytes(32) }] };
    await withLog({ ...SIGNED, database, seal }, async ({ custody }) => {
      await custody.placeHold('case 8', { actorId: 'u-1' }, ACT);
      expect(await custody.verify()).toMatchObject({
        state: 'intact',
        chains: [{ macs: { checked: 1, unchecked: 0 } }],
      });
    });
  });

  it.each<[string, object, RegExp]>([
    ['an unknown option', { keys: [] }, /"keys" is unknown/],
    ['a URL of an unknown kind', { database: 'redis://localhost' }, /"database" is a URL of an unknown kind/],
    ['a policy that makes no sense', { retention: { default: 'soon' } }, /"retention\.default"/],
  ])('is refused with %s', async (_what, options, message) => {
    const database = join(folder, 'never-made.sqlite');
    await expect(openCustody({ database, ...options } as OpenCustodyOptions)).rejects.toThrow(message);
    expect(readdirSync(folder)).not.toContain('never-made.sqlite');
  });
});
