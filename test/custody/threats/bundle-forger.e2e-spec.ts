import { createHash, sign } from 'node:crypto';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  generateKeyPair,
  keyId,
  verifierKey,
  verifyBundle,
  verifyEventProof,
  type EventProof,
} from 'nestjs-audited/custody';
import { changeLines, fitManifest } from '../../support/bundle-files.js';
import { LOG_NAME, SignedLog } from '../../support/signed-log.js';

const RECORDS = 'records.jsonl.gz';

describe('somebody who forges what an auditor is given', () => {
  let log: SignedLog;
  let whole: string;
  let tenants: string;
  let proof: EventProof;
  let copies = 0;

  beforeAll(async () => {
    log = await SignedLog.write();
    [whole, tenants] = [log.path('whole'), log.path('tenant')];
    proof = await log.withCustody(async (custody) => {
      await custody.bundle(whole);
      await custody.bundle(tenants, { tenantId: 't-1' });
      const { records } = await log.withStore((store) => store.find({ actorId: 'u-2' }));
      return custody.prove(records[0]?.event.id ?? '', { withPersonal: true });
    });
  }, 60_000);
  afterAll(() => log.dispose());

  /** Kinds of the faults of a bundle after somebody changed a copy of it. */
  async function faultsAfter(bundle: string, change: (copy: string) => unknown): Promise<readonly string[]> {
    const copy = log.path(`copy-${++copies}`);
    cpSync(bundle, copy, { recursive: true });
    await change(copy);
    const { ok, isTrusted, faults } = await verifyBundle(copy, { trustedKeys: [log.keys.publicPem] });
    rmSync(copy, { recursive: true });
    expect([ok, isTrusted]).toEqual([faults.length === 0, faults.length === 0]);
    return faults.map(({ kind }) => kind);
  }

  const edit = (lines: readonly string[]): readonly string[] =>
    lines.map((line, index) => (index === 4 ? line.replace('Deployment', 'Holiday') : line));

  it('T88 edits a record in a bundle', async () => {
    expect(await faultsAfter(whole, () => undefined)).toEqual([]);
    expect(await faultsAfter(whole, (copy) => changeLines(copy, RECORDS, edit))).toEqual(
      expect.arrayContaining(['digest', 'edited']),
    );
  });

  it('T89 drops a record from a bundle and makes the manifest fit', async () => {
    const faults = await faultsAfter(whole, (copy) => {
      changeLines(copy, RECORDS, (lines) => lines.toSpliced(4, 1));
      fitManifest(copy);
    });
    expect(faults).toEqual(expect.arrayContaining(['signature', 'deleted']));
  });

  it('T90 signs a changed bundle with a key of his own', async () => {
    const own = generateKeyPair();
    const faults = await faultsAfter(whole, (copy) => {
      fitManifest(copy, (manifest) => ({ ...manifest, createdAt: '2026-01-01T00:00:00.000Z' }));
      const sha256 = createHash('sha256')
        .update(readFileSync(join(copy, 'manifest.json')))
        .digest('hex');
      const text = `${LOG_NAME}\naudited/bundle/v1\n${sha256}\n`;
      writeFileSync(join(copy, 'manifest.note'), noteOf(text, own));
      writeFileSync(join(copy, 'keys.txt'), `${verifierKey(LOG_NAME, own.publicKey)}\n`);
      fitManifest(copy);
    });
    expect(faults).toContain('signature');
  });

  it('T91 puts the records of others into the bundle of a tenant', async () => {
    const others: string[] = [];
    await faultsAfter(whole, (copy) => changeLines(copy, RECORDS, (lines) => others.splice(0, 0, ...lines) && lines));
    const foreign = others.find((line) => line.includes(String.raw`\"tenantId\":\"t-0\"`));
    const faults = await faultsAfter(tenants, (copy) => {
      changeLines(copy, RECORDS, (lines) => [...lines, foreign ?? '']);
      fitManifest(copy);
    });
    expect(foreign).toBeDefined();
    expect(faults).toEqual(expect.arrayContaining(['signature', 'inserted']));
  });

  it('T92 edits a personal part in a bundle, which no digest covers', async () => {
    const faults = await faultsAfter(whole, (copy) =>
      changeLines(copy, 'personal.jsonl.gz', (lines) => lines.map((line) => line.replace('person-2@', 'nobody-2@'))),
    );
    expect(new Set(faults)).toEqual(new Set(['personal']));
  });

  it('T93 edits the proof of an event, or puts the checkpoint of another log into it', async () => {
    const verdict = (changed: Partial<EventProof>) =>
      verifyEventProof(JSON.stringify({ ...proof, ...changed }), { trustedKeys: [log.keys.publicPem] });
    expect(verdict({})).toMatchObject({ ok: true, isTrusted: true });
    expect(verdict({ body: proof.body.replace('Deployment', 'Holiday') }).ok).toBe(false);
    expect(verdict({ seal: { ...proof.seal, position: proof.seal.position + 1 } }).ok).toBe(false);
    const forged = proof.checkpoint.replace(LOG_NAME, 'audit.example.com/other');
    expect(verdict({ checkpoint: forged })).toMatchObject({ ok: false, isTrusted: false });
  });
});

/** A C2SP signed note, made by hand. */
function noteOf(text: string, { privatePem, publicKey }: ReturnType<typeof generateKeyPair>): string {
  const id = Buffer.from(keyId(LOG_NAME, publicKey), 'hex');
  const signature = Buffer.concat([id, sign(null, Buffer.from(text), privatePem)]).toString('base64');
  return `${text}\n\u2014 ${LOG_NAME} ${signature}\n`;
}
