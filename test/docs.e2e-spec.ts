import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

const ROOT = join(import.meta.dirname, '..');

/** Every page whose TypeScript examples a reader may copy. */
const PAGES = [
  'README.md',
  ...['docs/guide', 'docs/guide/destinations', 'docs/tutorials'].flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${folder}/${name}`),
  ),
];

interface Example {
  readonly file: string;
  readonly text: string;
}

/** Examples of one page may import each other; one that is imported tells its file name in its first line. */
function examplesOf(page: string): readonly Example[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  // Beside the end-to-end tests, so that the project's own settings and paths apply.
  const folder = join(ROOT, 'test', page.replaceAll(/[^a-z]+/gi, '-'));
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map((match, index) => {
    const example = match[1] ?? '';
    const name = /^\/\/ ([a-z.-]+\.ts)\n/.exec(example)?.[1] ?? `example-${index + 1}.ts`;
    return { file: join(folder, name), text: example };
  });
}

/** The library and its dependencies are the same for every page. */
const parsed = new Map<string, ts.SourceFile | undefined>();

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
  const options = config?.options ?? {};
  const texts = new Map(examples.map(({ file, text }) => [file, text]));
  const folders = new Set(examples.map(({ file }) => dirname(file)));
  const real = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...real,
    readFile: (file) => texts.get(file) ?? real.readFile(file),
    fileExists: (file) => texts.has(file) || real.fileExists(file),
    directoryExists: (folder) => folders.has(folder) || ts.sys.directoryExists(folder),
    getSourceFile: (file, ...rest) => {
      const text = texts.get(file);
      if (text !== undefined) {
        return ts.createSourceFile(file, text, rest[0]);
      }
      const known = parsed.get(file) ?? real.getSourceFile(file, ...rest);
      parsed.set(file, known);
      return known;
    },
  };
  const program = ts.createProgram([...texts.keys()], options, host);
  // Only the examples: the library's own files are checked by the type check of the project, and once is enough.
  const found = [...texts.keys()].flatMap((file) => {
    const source = program.getSourceFile(file);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
  });
  return [...program.getOptionsDiagnostics(), ...program.getGlobalDiagnostics(), ...found].map((diagnostic) => {
    const place = diagnostic.file?.fileName.slice(ROOT.length + 1) ?? 'settings';
    return `${place}: ${ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n')}`;
  });
}

describe('the documentation', () => {
  const pages = PAGES.map((page) => ({ page, examples: examplesOf(page) })).filter(
    ({ examples }) => examples.length > 0,
  );

  it('has examples', () => {
    expect(pages.length).toBeGreaterThan(3);
  });

  it('would not have an example that does not compile', () => {
    const file = join(ROOT, 'test/wrong/example.ts');
    const text =
      "import { AuditService } from 'nestjs-audited';\nexport const wrong = (audit: AuditService) => audit.found();\n";
    expect(compile([{ file, text }])).toEqual([
      expect.stringMatching(/wrong\/example.ts: Property 'found' does not exist/),
    ]);
  });

  // Page by page: an example may narrow the event types of its whole compilation.
  it.each(pages)(
    'has only examples that compile: $page',
    ({ examples }) => {
      expect(compile(examples)).toEqual([]);
    },
    60_000,
  );
});
