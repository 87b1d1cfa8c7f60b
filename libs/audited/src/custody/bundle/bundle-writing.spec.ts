import { mkdir, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { BundledLog } from '../../testing/bundled-log.fixture.js';
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

describe('writing a bundle', () => {
  let log: BundleLog;

  beforeEach(async () => {
    log = await BundleLog.make();
    await log.add(12);
    await log.checkpoint();
  });

  afterEach(() => log.dispose());

  it('refuses a folder that exists, and one that another try is working on, unless told to start again', async () => {
    const folder = join(log.folder, 'mine');
    await mkdir(folder);
    await expect(log.write({}, { folder })).rejects.toThrow('there is something of this name');
    const second = join(log.folder, 'second');
    await mkdir(`${second}.partial`);
    await expect(log.write({}, { folder: second })).rejects.toThrow('another process is writing, or one was stopped');
    const { records } = await log.write({}, { folder: second, restart: true });
    expect(records).toBe(12);
  });

  it('makes the folders above', async () => {
    const { folder } = await log.write({}, { folder: join(log.folder, 'a', 'b', 'c') });
    expect(await log.verify(folder)).toMatchObject({ ok: true });
  });

  it('leaves nothing behind when the store fails in the middle', async () => {
    const records = log.custody.records.bind(log.custody);
    log.custody.records = async function* (chain, range) {
      for await (const batch of records(chain, range)) {
        yield batch;
        throw new Error('the database is gone');
      }
    };
    await expect(log.write()).rejects.toThrow('the database is gone');
    expect(await readdir(log.folder)).toEqual([]);
  });

  it('leaves nothing behind when the key does not sign', async () => {
    const [signer] = log.signers;
    if (signer !== undefined) {
      signer.sign = () => Promise.reject(new Error('the key service is down'));
    }
    await expect(log.write()).rejects.toThrow('the key service is down');
    expect(await readdir(log.folder)).toEqual([]);
  });

  it('asks for a checkpoint when none covers what was selected', async () => {
    await log.add(3);
    await expect(log.write({ positions: { chain: 'main', from: 1, through: 14 } })).rejects.toThrow(
      'no checkpoint of "audit.example.com/test" covers position 14',
    );
    await log.add(3, 't-1', 'second');
    await expect(log.write({ chain: 'second' })).rejects.toMatchObject({ code: 'AUDIT_BUNDLE_REFUSED' });
    expect((await log.write({ chain: 'main' })).records).toBe(12);
  });

  it.each([
    [{ chain: 'unknown' }, 'there is no chain "unknown"'],
    [{ chain: '../x' }, 'not allowed'],
    [{ tenantId: '' }, 'tenantId'],
    [{ from: new Date(Number.NaN) }, 'from'],
    [{ from: new Date(5), to: new Date(5) }, 'to'],
    [{ positions: { chain: 'main', from: 3, through: 2 } }, 'positions'],
    [{ positions: { chain: 'main', from: 1, through: 999 } }, 'behind the end'],
    [{ positions: { chain: 'main', from: 1, through: 2 }, tenantId: 't-1' }, 'another filter'],
  ])('refuses the selection %j', async (selection, message) => {
    await expect(log.write(selection)).rejects.toThrow(message);
  });

  it('says who had it made, without personal data, and tells how far it is', async () => {
    const seen: number[] = [];
    const by = { kind: 'user', id: 'u-7', email: 'zoe@example.com' } as const;
    const { folder } = await log.write({}, { by, onProgress: (_chain, position) => seen.push(position) });
    const { manifest } = await log.verify(folder);
    expect(manifest?.createdBy).toEqual({ kind: 'user', id: 'u-7' });
    expect(seen.at(-1)).toBe(12);
  });

  it('writes a damaged log as it is: the verdict on the bundle names the damage', async () => {
    const rows = log.custody.rows('main');
    const sixth = rows[5];
    if (sixth !== undefined) {
      rows[5] = { ...sixth, body: sixth.body.replace('Deployment completed', 'Nothing happened') };
    }
    rows.splice(8, 1);
    const { folder } = await log.write();
    const { faults } = await log.verify(folder);
    expect(faults.map(({ kind, position }) => `${kind} ${position}`).toSorted()).toEqual(['deleted 9', 'edited 6']);
    expect(basename(folder)).toBe('bundle-0');
  });
});
