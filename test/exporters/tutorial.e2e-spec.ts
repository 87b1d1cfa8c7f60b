import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';

const ROOT = join(import.meta.dirname, '../..');
const PAGE = readFileSync(join(ROOT, 'docs/tutorials/add-a-destination.md'), 'utf8');
const run = promisify(execFile);
/** As it would be where somebody copied the page: without our test runner around it. */
const env = { ...process.env, NODE_OPTIONS: '', NODE_TEST_CONTEXT: '', NODE_V8_COVERAGE: '' };

let folder: string;
const names: string[] = [];

/** Every example of the page in a folder of its own, as plain JavaScript; that it compiles is tested with all pages. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'audited-tutorial-'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  for (const [, name = '', text = ''] of PAGE.matchAll(/^```ts\n\/\/ ([a-z.-]+)\.ts\n([\s\S]*?)^```/gm)) {
    const { outputText } = ts.transpileModule(text, {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023, verbatimModuleSyntax: true },
    });
    writeFileSync(join(folder, `${name}.js`), outputText);
    names.push(name);
  }
});

afterAll(() => rmSync(folder, { recursive: true }));

describe('the tutorial on destinations', () => {
  it('has the examples that it speaks of, all with a name', () => {
    expect(names).toEqual(['stream.exporter', 'queue.exporter', 'acme.exporter', 'try-it', 'acme.exporter.spec']);
    expect(PAGE.match(/^```ts$/gm)).toHaveLength(names.length);
  });

  it('prints what it says that it prints', async () => {
    const { stdout, stderr } = await run(process.execPath, ['try-it.js'], { cwd: folder, env, timeout: 20_000 });
    const [, promised] = /^```text\n(one line[\s\S]*?)^```/m.exec(PAGE) ?? [];
    expect(stdout).toBe(promised);
    expect(stderr).toBe('');
  });

  it('passes its own tests, all of the battery', async () => {
    const command = ['--test-reporter=tap', 'acme.exporter.spec.js'];
    const { stdout } = await run(process.execPath, command, { cwd: folder, env, timeout: 60_000 });
    expect(stdout).toMatch(/^# fail 0$/m);
    expect(Number(/^# pass (\d+)$/m.exec(stdout)?.[1])).toBeGreaterThanOrEqual(9);
  });

  it('stays as short as it promises: the SIEM is about thirty lines', () => {
    const [, code = ''] = /^\/\/ acme\.exporter\.ts\n([\s\S]*?)^```/m.exec(PAGE) ?? [];
    const [, body = ''] = /return httpExporter\(\{\n([\s\S]*)\n {2}\}\);/.exec(code) ?? [];
    expect(body.split('\n').length).toBeLessThanOrEqual(30);
  });
});
