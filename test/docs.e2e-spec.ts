import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const ROOT = join(import.meta.dirname, '..');

/** Every page whose TypeScript examples a reader may copy. */
const PAGES = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs/guide'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/guide/${name}`),
];

interface Example {
  readonly file: string;
  readonly text: string;
}

function examplesOf(page: string): readonly Example[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map((match, index) => ({
    // Beside the end-to-end tests, so that the project's own settings and paths apply.
    file: join(ROOT, 'test', `${page.replaceAll(/[^a-z]+/gi, '-')}-${index + 1}.ts`),
    text: match[1] ?? '',
  }));
}

function compile(examples: readonly Example[]): readonly string[] {
  const config = ts.getParsedCommandLineOfConfigFile(
    join(ROOT, 'tsconfig.json'),
    {},
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
        throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'));
      },
    },
  );
  const texts = new Map(examples.map(({ file, text }) => [file, text]));
  const host = ts.createCompilerHost(config?.options ?? {});
  const read = host.readFile.bind(host);
  const exists = host.fileExists.bind(host);
  host.readFile = (file) => texts.get(file) ?? read(file);
  host.fileExists = (file) => texts.has(file) || exists(file);
  const program = ts.createProgram([...texts.keys()], config?.options ?? {}, host);
  return ts.getPreEmitDiagnostics(program).map((diagnostic) => {
    const place = diagnostic.file?.fileName.slice(ROOT.length + 1) ?? 'settings';
    return `${place}: ${ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n')}`;
  });
}

describe('the documentation', () => {
  const examples = PAGES.flatMap(examplesOf);

  it('has examples', () => {
    expect(examples.length).toBeGreaterThan(4);
  });

  it('has only examples that compile', () => {
    expect(compile(examples)).toEqual([]);
  }, 60_000);
});
