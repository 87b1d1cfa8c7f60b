import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { SealKeys } from '../../integrity/seal-keys.js';
import { generateKeyPair } from '../../integrity/notes/note-signer.js';
import { verifierKey } from '../../integrity/notes/signed-note.js';
import { eraseFromBundle } from './bundle-erasure.js';
import { BundledLog, faultPlaces, LOG_NAME, SIGNED_AT } from '../../testing/bundled-log.fixture.js';
import type { BundleSelection } from './bundle-selection.js';
import type { BundleReport } from './bundle-report.js';
import { verifyBundle, type VerifyBundleOptions } from './bundle-verifier.js';
import { writeBundle, type BundleOptions, type BundleSummary } from './bundle-writer.js';

class BundleLog extends BundledLog {
  write(selection: BundleSelection = {}, options: Partial<BundleOptions> = {}): Promise<BundleSummary> {
    return writeBundle(this.parts, { folder: this.nextFolder(), selection, ...options });
  }

  verify(folder: string, options: VerifyBundleOptions = {}): Promise<BundleReport> {
    return verifyBundle(folder, { ...this.trust, ...options });
  }
}

describe('a bundle', () => {
  let log: BundleLog;

  beforeEach(async () => {
    log = await BundleLog.make();
  });

  afterEach(() => log.dispose());

  async function textOf(folder: string): Promise<string> {
    const names = await readdir(folder, { recursive: true, withFileTypes: true });
    const texts = names
      .filter((entry) => entry.isFile())
      .map(async ({ parentPath, name }) => {
        const bytes = await readFile(join(parentPath, name));
        return `${name}\n${(name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1')}`;
      });
    return (await Promise.all(texts)).join('\n');
  }

  it('of a whole log verifies with nothing but the public key', async () => {
    await log.add(20);
    await log.checkpoint();
    const summary = await log.write();
    const report = await log.verify(summary.folder);
    expect(report).toMatchObject({ ok: true, isTrusted: true, records: 20, erased: 0, faults: [], remarks: [] });
    expect(report.manifestSha256).toBe(summary.manifestSha256);
    expect(report.chains).toMatchObject([
      { chain: 'main', size: 20, first: 1, last: 20, isProved: true, checkpointTime: SIGNED_AT },
    ]);
    expect(summary).toMatchObject({ records: 20, isSigned: true, method: 'range' });
  });

  describe('of a log that lacks records', () => {
    beforeEach(async () => {
      await log.add(30);
      await log.checkpoint();
    });

    /** What the database gives after somebody deleted the others. */
    function leave(isLeft: (position: number) => boolean): void {
      const records = log.custody.records.bind(log.custody);
      log.custody.records = async function* left(chain, range) {
        for await (const found of records(chain, range)) {
          yield found.filter(({ seal }) => isLeft(seal.position));
        }
      };
    }

    it.each<[string, BundleSelection, (position: number) => boolean, string]>([
      ['the end', {}, (position) => position <= 25, 'truncated main 26'],
      ['the end', { chain: 'main' }, (position) => position <= 29, 'truncated main 30'],
      ['everything', {}, () => false, 'truncated main 1'],
      [
        'the first of what was asked for',
        { positions: { chain: 'main', from: 3, through: 20 } },
        (position) => position > 5,
        'deleted main 3',
      ],
      [
        'the last of what was asked for',
        { positions: { chain: 'main', from: 3, through: 20 } },
        (position) => position < 9,
        'truncated main 9',
      ],
    ])('says so: %s, of %j', async (_what, selection, isLeft, fault) => {
      leave(isLeft);
      const { folder } = await log.write(selection);
      const report = await log.verify(folder);
      expect(report).toMatchObject({ ok: false, isTrusted: false });
      expect(faultPlaces(report)).toEqual([fault]);
    });

    it('remarks on a beginning that is not there: it may have been pruned', async () => {
      leave((position) => position > 5);
      const { folder } = await log.write();
      const report = await log.verify(folder);
      expect(report).toMatchObject({ ok: true, isTrusted: true });
      expect(report.remarks.join()).toContain('from a later position: "main" (6)');
    });
  });

  it('does not let a key that is trusted for one chain vouch for another', async () => {
    await log.add(3);
    await log.checkpoint();
    await log.add(3, 't-1', 'eu');
    await log.checkpoint('eu');
    const trustedKeys = [verifierKey(`${LOG_NAME}/eu`, log.keys.publicKey)];
    const both = await log.verify((await log.write()).folder, { trustedKeys });
    expect(both.isTrusted).toBe(false);
    expect(faultPlaces(both)).toEqual(['signature main']);
    const one = await log.verify((await log.write({ chain: 'eu' })).folder, { trustedKeys });
    expect(one).toMatchObject({ ok: true, isTrusted: true });
  });

  it.each([0, 1, 2, 255, 256, 257])('of %i records verifies', async (count) => {
    await log.add(count);
    if (count > 0) {
      await log.checkpoint();
    }
    const { folder } = await log.write();
    const report = await log.verify(folder);
    expect(report).toMatchObject({ ok: true, isTrusted: true, records: count });
  });

  it('of an interval without events verifies, and holds none', async () => {
    await log.add(5);
    await log.checkpoint();
    const { folder } = await log.write({ from: new Date('2030-01-01T00:00:00Z') });
    expect(await log.verify(folder)).toMatchObject({ ok: true, isTrusted: true, records: 0 });
  });

  it('of an interval is the smallest run of positions that holds it', async () => {
    await log.add(30);
    await log.checkpoint();
    const from = new Date('2026-11-21T00:00:10.000Z');
    const to = new Date('2026-11-21T00:00:20.000Z');
    const { folder, chains } = await log.write({ from, to });
    expect(chains).toMatchObject([{ positions: '11-20', count: 10 }]);
    const report = await log.verify(folder);
    expect(report).toMatchObject({ ok: true, records: 10 });
    expect(report.remarks.join()).toContain('word of the writer');
  });

  it('of positions in the middle of several chains verifies', async () => {
    await log.add(30);
    await log.add(9, 't-1', 'Other.chain');
    await log.checkpoint();
    await log.checkpoint('Other.chain');
    const { folder } = await log.write({ positions: { chain: 'main', from: 7, through: 13 } });
    expect(await log.verify(folder)).toMatchObject({ ok: true, records: 7 });
    const all = await log.write();
    expect(await log.verify(all.folder)).toMatchObject({ ok: true, records: 39 });
  });

  it('of a pruned chain holds what is left', async () => {
    await log.add(30);
    await log.checkpoint();
    await log.custody.removePrefix('main', 12);
    const { folder } = await log.write();
    const report = await log.verify(folder);
    expect(report).toMatchObject({ ok: true, records: 18, chains: [{ first: 13, last: 30 }] });
  });

  it('of a tenant verifies, and holds nothing of another', async () => {
    for (let turn = 0; turn < 6; turn++) {
      await log.add(turn % 3, 't-1');
      await log.add(2, 't-2');
    }
    await log.add(4, 't-2', 't-2-chain');
    await log.checkpoint();
    await log.checkpoint('t-2-chain');
    const { folder, chains } = await log.write({ tenantId: 't-1' });
    const report = await log.verify(folder);
    expect(report).toMatchObject({ ok: true, isTrusted: true, records: 6 });
    expect(report.remarks.join()).toContain('cannot be proved');
    expect(chains).toHaveLength(1);

    const text = await textOf(folder);
    const rows = log.custody.rows('main');
    const others = rows.filter(({ body }) => body.includes('"t-2"'));
    expect(others).toHaveLength(12);
    for (const { seal, body, salt } of others) {
      const { id } = JSON.parse(body) as { id: string };
      expect(text).not.toContain(id);
      expect(text).not.toContain(`person-t-2`);
      const isContinued = rows[seal.position]?.body.includes('"t-1"') === true;
      expect(text.includes(seal.hash)).toBe(isContinued);
      expect(text).not.toContain(Buffer.from(seal.hash, 'hex').toString('latin1'));
      expect(salt === null || salt === '00112233445566778899aabbccddeeff').toBe(true);
    }
    expect(text).not.toContain('t-2');
  });

  it('says clearly that nobody known has signed, when no key is given', async () => {
    await log.add(3);
    await log.checkpoint();
    const { folder } = await log.write();
    const report = await verifyBundle(folder, { clock: log.clock });
    expect(report).toMatchObject({ ok: true, isTrusted: false });
    expect(report.remarks.join()).toContain('Nobody you named has signed this');
  });

  it('takes verifier keys with the name of the log or of one of its chains, and refuses those of another log', async () => {
    await log.add(3);
    await log.checkpoint();
    const { folder } = await log.write();
    for (const name of [LOG_NAME, `${LOG_NAME}/main`]) {
      const report = await log.verify(folder, { trustedKeys: [verifierKey(name, log.keys.publicKey)] });
      expect(report.isTrusted).toBe(true);
    }
    const other = await log.verify(folder, { trustedKeys: [verifierKey('other.example', log.keys.publicKey)] });
    expect(faultPlaces(other)).toEqual(['signature', 'signature main']);
  });

  it('is not trusted with a wrong or an expired key', async () => {
    await log.add(3);
    await log.checkpoint();
    const { folder } = await log.write();
    const wrong = await log.verify(folder, { trustedKeys: [generateKeyPair().publicPem] });
    expect(wrong).toMatchObject({ ok: false, isTrusted: false });
    expect(faultPlaces(wrong)).toEqual(['signature', 'signature main']);
    const expired = `${verifierKey(LOG_NAME, log.keys.publicKey)} notAfter=2025-01-01T00:00:00.000Z`;
    const late = await log.verify(folder, { trustedKeys: [expired] });
    expect(late.faults.map(({ message }) => message).join()).toContain('none of its keys was valid');
  });

  it('is written without signature only when asked, and says so', async () => {
    await log.add(5);
    await log.checkpoint();
    const { custody: source, clock } = log;
    const folder = join(log.folder, 'unsigned');
    const parts = { source, clock, signers: [] };
    await expect(writeBundle(parts, { folder, selection: {} })).rejects.toMatchObject({ code: 'AUDIT_BUNDLE_REFUSED' });
    const summary = await writeBundle(parts, { folder, selection: {}, allowUnsigned: true });
    expect(summary.isSigned).toBe(false);
    const report = await verifyBundle(folder, { clock });
    expect(report).toMatchObject({ ok: true, isTrusted: false, manifest: { signed: false } });
    expect(report.remarks.join()).toContain('not signed at all');
    expect(await log.verify(folder)).toMatchObject({ ok: false, isTrusted: false });
  });

  it('counts the erased, and stays valid when a person is erased from it later', async () => {
    await log.add(6);
    await log.checkpoint();
    await log.custody.erase('main', [1]);
    const { folder } = await log.write();
    expect(await log.verify(folder)).toMatchObject({ ok: true, erased: 1 });
    const erased = await eraseFromBundle(folder, ({ personal }) => personal?.includes('person-t-1-2@') === true);
    expect(erased).toBe(1);
    expect(await log.verify(folder)).toMatchObject({ ok: true, isTrusted: true, erased: 2 });
    expect(await textOf(folder)).not.toContain('person-t-1-2@');
    expect(await textOf(folder)).toContain('person-t-1-4@');
    expect(await eraseFromBundle(folder, () => false)).toBe(0);
  });

  it('of keyed seals verifies without the keys, and says what it did not check', async () => {
    const key = (id: string): SealKeys => ({ current: id, keys: [{ id, secret: new Uint8Array(32).fill(7) }] });
    await log.add(3);
    log.custody.sealWith(key('k1'));
    await log.add(3);
    log.custody.sealWith(key('k2'));
    await log.add(3);
    await log.checkpoint();
    const { folder } = await log.write();
    const report = await log.verify(folder);
    expect(report).toMatchObject({ ok: true, isTrusted: true, chains: [{ macsUnchecked: 6 }] });
    expect(report.remarks.join()).toContain('Keyed seals were not checked');
  });

  it('can be read by its owner only', async () => {
    await log.add(2);
    await log.checkpoint();
    const { folder } = await log.write();
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    for (const name of ['records.jsonl.gz', 'personal.jsonl.gz', 'manifest.json']) {
      expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
    }
  });
});
