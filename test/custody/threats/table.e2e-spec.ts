import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const DOCUMENT = fileURLToPath(new URL('../../../docs/threat-model.md', import.meta.url));

/** A row of the document, or a test, by its id. */
interface Named {
  readonly id: string;
  /** The spec that the section of the row names, or that the test is in. */
  readonly spec: string;
  /** Title of the test, or the verdict of the row. */
  readonly says: string;
}

const ROW = /^\| (T\d{2,}) +\| [^|]+ \| `?([a-z ]+?)`? +\| [^|]+ \| [^|]+ \|$/;
const TITLE = /\bit\(\s*(['"`])(T\d{2,}) (.*?)\1/gs;

/** The rows, each with the spec that was named last before it. */
function rowsOf(document: string): readonly Named[] {
  let spec = '';
  return document.split('\n').flatMap((line) => {
    spec = /`([a-z-]+\.e2e-spec\.ts)`\]/.exec(line)?.[1] ?? spec;
    const [, id, says] = ROW.exec(line) ?? [];
    return id === undefined || says === undefined ? [] : [{ id, spec, says }];
  });
}

function testsIn(spec: string): readonly Named[] {
  const source = readFileSync(HERE + spec, 'utf8');
  return [...source.matchAll(TITLE)].map(([, , id = '', says = '']) => ({ id, spec, says }));
}

describe('the attack table', () => {
  const document = readFileSync(DOCUMENT, 'utf8');
  const rows = rowsOf(document);
  const specs = readdirSync(HERE).filter((name) => name.endsWith('.e2e-spec.ts') && name !== 'table.e2e-spec.ts');
  const tests = specs.flatMap(testsIn);

  it('has the rows that it seems to have, each once', () => {
    expect(rows.length).toBeGreaterThanOrEqual(25);
    expect(rows.length).toBe(document.split('\n').filter((line) => line.startsWith('| T')).length);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  });

  it('has exactly one test for each row, in the spec that the row is under, and a row for each test', () => {
    const places = (list: readonly Named[]): readonly string[] => list.map(({ id, spec }) => `${id} ${spec}`).sort();
    expect(places(tests)).toEqual(places(rows));
  });

  it('has no test without an id', () => {
    const all = specs.flatMap((spec) => readFileSync(HERE + spec, 'utf8').match(/\bit(\.\w+)*\(/g) ?? []);
    expect(all.length).toBe(tests.length);
  });

  it('says "no" where the test shows that nothing is detected, and nowhere else', () => {
    const undetected = tests.filter(({ says }) => says.includes('not detected')).map(({ id }) => id);
    expect(rows.filter(({ says }) => says === 'no').map(({ id }) => id)).toEqual(undetected.sort());
  });

  it('says in each row one of the words that it explains', () => {
    expect([...new Set(rows.map(({ says }) => says))].sort()).toEqual(['in part', 'no', 'outside', 'prevented', 'yes']);
  });
});
