import * as crypto from 'node:crypto';
import { cp, mkdir, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { canonicalJson } from '../../event/canonical-json.js';
import type { JsonValue } from '../../event/json-value.js';
import { signNote } from '../../integrity/notes/signed-note.js';
import type { BundleManifest } from './bundle-manifest.js';
import { BundledLog, faultPlaces, LOG_NAME } from '../../testing/bundled-log.fixture.js';
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

describe('a damaged bundle', () => {
  let log: BundleLog;
  let whole: string;
  let folder: string;

  beforeAll(async () => {
    log = await BundleLog.make();
    await log.add(30);
    await log.checkpoint();
    whole = (await log.write()).folder;
  });

  beforeEach(async () => {
    folder = join(log.folder, 'damaged');
    await rm(folder, { recursive: true, force: true });
    await cp(whole, folder, { recursive: true });
  });

  afterAll(() => log.dispose());

  async function linesOf(name: string): Promise<string[]> {
    return gunzipSync(await readFile(join(folder, name)))
      .toString('utf8')
      .split('\n')
      .slice(0, -1);
  }

  /** Rewrites records and makes everything that has no key consistent again, as an attacker without the key would. */
  async function forge(change: (lines: string[]) => string[], manifest: Partial<BundleManifest> = {}): Promise<void> {
    const content = gzipSync(`${change(await linesOf('records.jsonl.gz')).join('\n')}\n`);
    await writeFile(join(folder, 'records.jsonl.gz'), content);
    const written = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as BundleManifest;
    const sha256 = crypto.hash('sha256', content, 'hex');
    const files = written.files.map((file) =>
      file.name === 'records.jsonl.gz' ? { ...file, bytes: content.length, sha256 } : file,
    );
    await sign({ ...written, files, ...manifest });
  }

  /** With the key of the log: what is left to find is what the checkpoint and the hashes hold. */
  async function sign(manifest: unknown): Promise<void> {
    const text = `${canonicalJson(manifest as JsonValue)}\n`;
    await writeFile(join(folder, 'manifest.json'), text);
    const digest = crypto.hash('sha256', text, 'hex');
    const note = await signNote(`${LOG_NAME}\naudited/bundle/v1\n${digest}\n`, LOG_NAME, log.signers);
    await writeFile(join(folder, 'manifest.note'), note);
  }

  function messages(report: BundleReport): string {
    return report.faults.map(({ message }) => message).join('\n');
  }

  async function verdict(): Promise<BundleReport> {
    const report = await log.verify(folder);
    expect(report).toMatchObject({ ok: false, isTrusted: false });
    return report;
  }

  it.each([
    'manifest.json',
    'manifest.note',
    'keys.txt',
    'records.jsonl.gz',
    'personal.jsonl.gz',
    'proofs/main.nodes',
    'checkpoints/main.txt',
  ])('without %s says which file is missing', async (name) => {
    await rm(join(folder, name));
    const report = await verdict();
    expect(report.faults).toContainEqual(expect.objectContaining({ kind: 'file', file: name }));
  });

  it.each(['records.jsonl.gz', 'personal.jsonl.gz'])('says that %s is cut off', async (name) => {
    await truncate(join(folder, name), 200);
    const report = await verdict();
    expect(report.faults).toContainEqual(expect.objectContaining({ kind: 'gzip', file: name }));
    expect(messages(report)).toContain('cut off');
  });

  it('names a file that is no gzip at all', async () => {
    await writeFile(join(folder, 'personal.jsonl.gz'), 'no gzip');
    expect(faultPlaces(await verdict())).toEqual(['gzip']);
  });

  it('names files that do not belong there, and never follows a link', async () => {
    await writeFile(join(folder, 'extra.txt'), 'x');
    await mkdir(join(folder, 'more'));
    await rename(join(folder, 'records.jsonl.gz'), join(log.folder, 'elsewhere.gz'));
    await symlink(join(log.folder, 'elsewhere.gz'), join(folder, 'records.jsonl.gz'));
    const report = await verdict();
    const files = report.faults.filter(({ kind }) => kind === 'file').map(({ file }) => file);
    expect(files).toEqual(expect.arrayContaining(['extra.txt', 'more', 'records.jsonl.gz']));
    expect(messages(report)).toContain('is not followed');
  });

  it('says that an erasure was stopped', async () => {
    await writeFile(join(folder, 'personal.jsonl.gz.partial'), '');
    expect(messages(await verdict())).toContain('run it again');
  });

  it('names an edited record, even when everything around it was made consistent', async () => {
    await forge((lines) => lines.with(4, (lines[4] ?? '').replace('Deployment completed', 'Deployment failed!!!')));
    expect(faultPlaces(await verdict())).toEqual(['edited main 5']);
  });

  it('names a deleted record by its position', async () => {
    await forge((lines) => lines.toSpliced(9, 2));
    expect(faultPlaces(await verdict())).toEqual(['personal main 11', 'deleted main 10']);
  });

  it('names a record that was hidden by changing the positions of the manifest too', async () => {
    const { chains } = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as BundleManifest;
    const hidden = chains.map((chain) => ({ ...chain, positions: '1-9,11-30', count: 29 }));
    await forge((lines) => lines.toSpliced(9, 1), { chains: hidden, records: 29 });
    const kinds = faultPlaces(await verdict());
    expect(kinds).toContain('deleted main 10');
    expect(kinds.join()).toMatch(/proof|checkpoint/);
  });

  it('names a record that stands there twice', async () => {
    await forge((lines) => lines.toSpliced(5, 0, lines[5] ?? ''));
    expect(faultPlaces(await verdict())).toEqual(['inserted main 6']);
  });

  it('names records that changed their places', async () => {
    await forge((lines) => lines.with(2, lines[3] ?? '').with(3, lines[2] ?? ''));
    const kinds = faultPlaces(await verdict());
    expect(kinds).toEqual(expect.arrayContaining(['deleted main 3', 'inserted main 3']));
  });

  it('finds a chain that was made anew from some record on: the checkpoint does not cover it', async () => {
    const other = await BundleLog.make();
    try {
      await other.custody.append('main', log.custody.rows('main').slice(0, 20).map(appendable));
      await other.add(10, 't-9');
      await forge((lines) => {
        const rows = other.custody.rows('main').slice(20);
        const anew = rows.map(({ seal, body }) => canonicalJson({ ...seal, body } as unknown as JsonValue));
        return [...lines.slice(0, 20), ...anew];
      });
      await writeFile(
        join(folder, 'personal.jsonl.gz'),
        gzipSync(
          (await linesOf('personal.jsonl.gz'))
            .slice(0, 10)
            .map((line) => `${line}\n`)
            .join(''),
        ),
      );
      expect(faultPlaces(await verdict())).toEqual(['checkpoint main']);
    } finally {
      await other.dispose();
    }
  });

  it('names malformed lines by their number, and gives up on a file of nothing else', async () => {
    await forge((lines) => lines.with(6, '{"not":"a record"}'));
    const report = await verdict();
    expect(report.faults[0]).toMatchObject({ kind: 'line', line: 7, file: 'records.jsonl.gz' });
    await forge(() => Array.from({ length: 5000 }, () => 'x'));
    const many = await verdict();
    expect(many.faultCount).toBeLessThan(1100);
    expect(messages(many)).toContain('not read');
  });

  it('names a personal part that was changed, exchanged, or belongs to nobody', async () => {
    const lines = await linesOf('personal.jsonl.gz');
    const write = (changed: readonly string[]): Promise<void> =>
      writeFile(join(folder, 'personal.jsonl.gz'), gzipSync(changed.map((line) => `${line}\n`).join('')));
    await write(lines.with(1, (lines[1] ?? '').replace('person-t-1-2', 'person-t-1-X')));
    expect(faultPlaces(await verdict())).toEqual(['personal main 3']);
    await write(lines.with(1, (lines[0] ?? '').replace('"position":1', '"position":3')));
    expect(faultPlaces(await verdict())).toEqual(['personal main 3']);
    await write([...lines, (lines[0] ?? '').replace('"position":1', '"position":99')]);
    expect(faultPlaces(await verdict())).toEqual(['personal main 99']);
    await write(lines.toSpliced(3, 2));
    expect(await log.verify(folder)).toMatchObject({ ok: true, isTrusted: true, erased: 2 });
  });

  it('knows only its own version', async () => {
    await sign({
      ...(JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as object),
      format: 'audited-bundle/9',
    });
    const report = await verdict();
    expect(faultPlaces(report)).toEqual(['format']);
    expect(messages(report)).toContain('audited-bundle/9');
  });

  it.each([
    ['no JSON', 'not json'],
    ['another JSON', '[]'],
    ['nothing', ''],
    ['no format', '{}'],
    ['only a format', '{"format":"audited-bundle/1"}'],
    ['a prototype', '{"format":"audited-bundle/1","__proto__":{"chains":[]}}'],
  ])('with a manifest that is %s says so', async (_what, text) => {
    await writeFile(join(folder, 'manifest.json'), text);
    expect(faultPlaces(await verdict())).toEqual(['manifest']);
  });

  it.each([
    ['files that lead out of it', { files: [{ name: '../../etc/passwd', bytes: 1, sha256: '0'.repeat(64) }] }],
    ['a chain that leads out of it', { chains: [{ chain: '../x' }] }],
    ['an unknown member', { surprise: 1 }],
    ['no time', { createdAt: 'yesterday' }],
    ['a figure that is wrong', { records: 29 }],
    ['another method', { method: 'slice' }],
  ])('with a signed manifest of %s says so', async (_what, change) => {
    const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as object;
    await sign({ ...manifest, ...change });
    expect(faultPlaces(await verdict())).toContain('manifest');
  });

  it('says so when its manifest is nested deeper than anybody could walk', async () => {
    const text = await readFile(join(folder, 'manifest.json'), 'utf8');
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    for (const nested of [
      `"createdBy":{"kind":"user","x":${deep}},$&`,
      `"selection":{"x":${deep}}`,
      `"x":${deep},$&`,
    ]) {
      await writeFile(join(folder, 'manifest.json'), text.replace('"selection":{}', nested));
      expect(faultPlaces(await verdict())).toEqual(['manifest']);
    }
  });

  it('says so when positions and size are absurd, and does not count to them', async () => {
    const { chains } = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as BundleManifest;
    const absurd = { positions: `1-${Number.MAX_SAFE_INTEGER}`, size: Number.MAX_SAFE_INTEGER };
    await forge((lines) => lines, { chains: chains.map((chain) => ({ ...chain, ...absurd })) });
    expect(faultPlaces(await verdict())).toContain('deleted main 31');
  });

  it('with a checkpoint of another log is not believed', async () => {
    const other = await BundleLog.make();
    try {
      await other.add(30);
      await other.checkpoint();
      const { folder: others } = await other.write();
      await cp(join(others, 'checkpoints/main.txt'), join(folder, 'checkpoints/main.txt'));
      expect(faultPlaces(await verdict())).toEqual(['digest', 'signature', 'signature main']);
    } finally {
      await other.dispose();
    }
  });

  it('with bombs in its files stays within bounds', async () => {
    await writeFile(join(folder, 'personal.jsonl.gz'), gzipSync(Buffer.alloc(64 * 1024 * 1024, 'x')));
    expect(messages(await verdict())).toContain('more than 33554432 bytes');
    await writeFile(join(folder, 'personal.jsonl.gz'), gzipSync('\n'.repeat(3_000_000)));
    expect((await verdict()).faultCount).toBeLessThan(1100);
  });

  it('that is not there, or was never finished, gets a verdict', async () => {
    expect(faultPlaces(await verifyBundle(join(log.folder, 'nothing')))).toEqual(['folder']);
    expect(faultPlaces(await verifyBundle(join(folder, 'keys.txt')))).toEqual(['folder']);
    await rename(folder, `${folder}.partial`);
    try {
      expect(faultPlaces(await verifyBundle(`${folder}.partial`))).toEqual(['folder']);
    } finally {
      await rm(`${folder}.partial`, { recursive: true });
    }
  });

  function appendable({ body, personal, salt }: { body: string; personal: string | null; salt: string | null }): {
    body: string;
    personal?: string;
    salt?: string;
  } {
    return personal === null || salt === null ? { body } : { body, personal, salt };
  }
});
