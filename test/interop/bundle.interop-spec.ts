import { spawnSync } from 'node:child_process';
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { eraseFromBundle } from '../../libs/audited/src/custody/bundle/bundle-erasure.js';
import { generateKeyPair } from '../../libs/audited/src/integrity/notes/note-signer.js';
import { verifierKey } from '../../libs/audited/src/integrity/notes/signed-note.js';
import { BundledLog, LOG_NAME } from '../../libs/audited/src/testing/bundled-log.fixture.js';
import type { BundleSelection } from '../../libs/audited/src/custody/bundle/bundle-selection.js';
import type { BundleReport } from '../../libs/audited/src/custody/bundle/bundle-report.js';
import { verifyBundle, type VerifyBundleOptions } from '../../libs/audited/src/custody/bundle/bundle-verifier.js';
import {
  writeBundle,
  type BundleOptions,
  type BundleSummary,
} from '../../libs/audited/src/custody/bundle/bundle-writer.js';

class BundleLog extends BundledLog {
  write(selection: BundleSelection = {}, options: Partial<BundleOptions> = {}): Promise<BundleSummary> {
    return writeBundle(this.parts, { folder: this.nextFolder(), selection, ...options });
  }

  verify(folder: string, options: VerifyBundleOptions = {}): Promise<BundleReport> {
    return verifyBundle(folder, { ...this.trust, ...options });
  }
}

const PROGRAM = fileURLToPath(new URL('./verify_bundle.py', import.meta.url));
const isThere = spawnSync('python3', ['--version']).status === 0;
if (!isThere) {
  console.log('skipped: there is no python3 on this machine');
}

function verdictOf(...args: readonly string[]): { status: number | null; text: string } {
  const { status, stdout, stderr } = spawnSync('python3', [PROGRAM, ...args], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return { status, text: stdout };
}

(isThere ? describe : describe.skip)('a verifier of bundles that was written from the description alone', () => {
  let log: BundleLog;
  let key: string;

  beforeEach(async () => {
    log = await BundleLog.make();
    key = verifierKey(LOG_NAME, log.keys.publicKey);
    for (const tenant of ['t-1', 't-2', 't-1', 't-3', 't-1']) {
      await log.add(23, tenant);
    }
    await log.add(300, 't-1', 'Tenant:7');
    await log.checkpoint();
    await log.checkpoint('Tenant:7');
  });

  afterEach(() => log.dispose());

  it('agrees on whole logs, runs of positions, intervals, tenants and nothing', async () => {
    for (const [selection, records] of [
      [{}, 415],
      [{ positions: { chain: 'main', from: 17, through: 90 } }, 74],
      [{ from: new Date('2026-11-21T00:00:30.000Z'), to: new Date('2026-11-21T00:01:00.000Z') }, 60],
      [{ tenantId: 't-1' }, 369],
      [{ tenantId: 't-2' }, 23],
      [{ tenantId: 'nobody' }, 0],
      [{ from: new Date('2030-01-01T00:00:00.000Z') }, 0],
    ] as const) {
      const { folder } = await log.write(selection);
      expect(await log.verify(folder)).toMatchObject({ ok: true, records });
      expect(verdictOf(folder, key)).toMatchObject({
        status: 0,
        text: expect.stringContaining(`INTACT ${records} records`) as string,
      });
    }
  });

  it('agrees on pruned and erased records, and on persons erased from the bundle', async () => {
    await log.custody.erase('main', [31]);
    await log.custody.removePrefix('main', 30);
    const { folder } = await log.write({ chain: 'main' });
    expect(verdictOf(folder, key).text).toBe('INTACT 85 records, 1 erased\n');
    await eraseFromBundle(folder, ({ seal }) => seal.position === 33);
    expect(verdictOf(folder, key).text).toBe('INTACT 85 records, 2 erased\n');
    expect(await log.verify(folder)).toMatchObject({ ok: true, erased: 2 });
  });

  it('believes no other key, and says when nobody known has signed', async () => {
    const { folder } = await log.write();
    const other = verifierKey(LOG_NAME, generateKeyPair().publicKey);
    expect(verdictOf(folder, other).status).toBe(1);
    expect(verdictOf(folder).text).toContain('nobody you named has signed this');
  });

  it('finds a flipped bit in every file', async () => {
    const { folder } = await log.write({ tenantId: 't-2' });
    const damaged = join(log.folder, 'damaged');
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) {
        continue;
      }
      const file = join(entry.parentPath, entry.name).slice(folder.length + 1);
      for (const part of [0.05, 0.5, 0.95]) {
        await cp(folder, damaged, { recursive: true });
        const bytes = await readFile(join(folder, file));
        const at = Math.floor(bytes.length * part);
        const changed = Buffer.from(bytes);
        changed.writeUInt8(bytes.readUInt8(at) ^ 1, at);
        await writeFile(join(damaged, file), changed);
        const harmless = file.startsWith('personal') && isSame(changed, bytes);
        expect([file, part, verdictOf(damaged, key).status]).toEqual([file, part, harmless ? 0 : 1]);
        expect((await log.verify(damaged)).ok).toBe(harmless);
        await rm(damaged, { recursive: true });
      }
    }
  });
});

function isSame(changed: Buffer, bytes: Buffer): boolean {
  try {
    return gunzipSync(changed).equals(gunzipSync(bytes));
  } catch {
    // It cannot be unpacked any more.
    return false;
  }
}
