import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { erasureMatcher } from '../../storage/erasure-match.js';
import type { ErasureSelection } from '../../storage/custody-store.js';
import { BundleErasurePlace } from './bundle.erasure-place.js';
import type { ErasureScope } from './erasure-place.js';
import { BundledLog } from '../../testing/bundled-log.fixture.js';
import type { BundleSelection } from '../bundle/bundle-selection.js';
import type { BundleReport } from '../bundle/bundle-report.js';
import { verifyBundle, type VerifyBundleOptions } from '../bundle/bundle-verifier.js';
import { writeBundle, type BundleOptions, type BundleSummary } from '../bundle/bundle-writer.js';

class BundleLog extends BundledLog {
  write(selection: BundleSelection = {}, options: Partial<BundleOptions> = {}): Promise<BundleSummary> {
    return writeBundle(this.parts, { folder: this.nextFolder(), selection, ...options });
  }

  verify(folder: string, options: VerifyBundleOptions = {}): Promise<BundleReport> {
    return verifyBundle(folder, { ...this.trust, ...options });
  }
}

const PERSON: ErasureSelection = { email: 'person-t-1-2@example.com' };
const scope: ErasureScope = {
  startedAt: '2026-11-22T00:00:00.000Z',
  othersAreStopped: false,
  isMeant: erasureMatcher(PERSON),
  isHeld: () => false,
  waiting: new Map(),
};

describe('BundleErasurePlace', () => {
  let log: BundleLog;

  beforeEach(async () => {
    log = await BundleLog.make();
    await log.add(6);
    await log.checkpoint();
  });

  afterEach(async () => {
    await log.dispose();
  });

  it('erases from bundles that are named and from those in a folder, and they still verify', async () => {
    const { folder } = await log.write();
    await log.write();
    const named = await new BundleErasurePlace([folder]).erase(PERSON, scope);
    expect(named).toMatchObject({ events: 1, leftovers: [] });
    expect(named.eventIds).toHaveLength(1);
    await expect(log.verify(folder)).resolves.toMatchObject({ ok: true, isTrusted: true, erased: 1 });
    // The first one is done already.
    await expect(new BundleErasurePlace([], log.folder).erase(PERSON, scope)).resolves.toMatchObject({ events: 1 });
  });

  it('leaves what a hold keeps', async () => {
    await log.write();
    const place = new BundleErasurePlace([], log.folder);
    await expect(place.erase(PERSON, { ...scope, isHeld: () => true })).resolves.toMatchObject({ events: 0 });
  });

  it('names what is not there, not finished or damaged, and does the rest', async () => {
    const { folder } = await log.write();
    const { folder: damaged } = await log.write();
    await mkdir(join(log.folder, 'x.partial'));
    await writeFile(join(damaged, 'records.jsonl.gz'), 'no gzip');
    const missing = join(log.folder, 'typo');
    const { events, leftovers } = await new BundleErasurePlace([missing], log.folder).erase(PERSON, scope);
    expect(events).toBe(1);
    expect(leftovers).toEqual([
      expect.stringContaining(`There is no folder of bundles "${missing}"`),
      expect.stringContaining('was not finished'),
      expect.stringContaining(damaged),
    ]);
    await expect(log.verify(folder)).resolves.toMatchObject({ ok: true, erased: 1 });
  });

  it('has nothing to do before the first archive', async () => {
    await rm(log.folder, { recursive: true });
    await expect(new BundleErasurePlace([], log.folder).erase(PERSON, scope)).resolves.toEqual({
      events: 0,
      eventIds: [],
      leftovers: [],
    });
  });
});
