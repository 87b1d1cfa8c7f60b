import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROGRAM } from '../support/command-line.js';

const ROOT = join(import.meta.dirname, '../..');
const GUIDE = readFileSync(join(ROOT, 'docs/guide/command-line.md'), 'utf8');

/** Everything that may hold a call that a reader copies. */
const PAGES = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

/** The program as it is published; what its commands would do is noted and not done. */
async function program(run: (path: string) => void = () => undefined): Promise<Command> {
  // By its file, because it is no entry of the package; its types are those of the source.
  const built = (name: string) => join(PROGRAM, '../../dist/cli', name);
  const { programOf } = (await import(built('program.js'))) as typeof import('../../apps/cli/src/program.js');
  const { Terminal } = (await import(
    built('output/terminal.js')
  )) as typeof import('../../apps/cli/src/output/terminal.js');
  const silent = new Terminal(false, true, (_descriptor, bytes) => bytes.length);
  const made = programOf(silent, () => undefined);
  commandsOf(made).forEach(({ path, command }) => {
    if (command.commands.length === 0) {
      command.action(() => run(path));
    }
  });
  return made;
}

type Command = ReturnType<(typeof import('../../apps/cli/src/program.js'))['programOf']>;

interface Named {
  readonly path: string;
  readonly command: Command;
}

function commandsOf(command: Command, path = ''): readonly Named[] {
  const inner = command.commands.flatMap((one) => commandsOf(one, `${path} ${one.name()}`.trim()));
  return path === '' ? inner : [{ path, command }, ...inner];
}

/** Calls in the fenced shell examples of a page, continued lines joined; and in the help texts. */
function callsIn(text: string): readonly string[] {
  return text
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .flatMap((line) => /^\s*(?:npx )?audited (.+)$/.exec(line)?.[1] ?? [])
    .map((call) => call.replace(/\s+[>|#].*$/, '').trim());
}

/** `<event id>` stands for one word. */
function wordsOf(call: string): string[] {
  return [
    ...call.replaceAll(/<([^>]*)>/g, (_, name: string) => name.replaceAll(' ', '-')).matchAll(/"([^"]*)"|(\S+)/g),
  ].map(([, quoted, bare]) => quoted ?? bare ?? '');
}

/** The commands that take all filters. */
const FILTERED = ['export', 'format', 'query', 'tail'];

/** The options in the tables below a heading. */
function flagsInTables(heading: string): readonly string[] {
  const section = new RegExp(`\\n### ${heading}\\n([\\s\\S]*?)(?=\\n##)`).exec(GUIDE)?.[1] ?? '';
  return [...section.matchAll(/^\| (`.+?) +\|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`(--[a-z-]+)/g)].map(([, flag = '']) => flag),
  );
}

describe('the documentation of the command line', () => {
  it('has every command and every option', async () => {
    const missing = commandsOf(await program()).flatMap(({ path, command }) => {
      const flags = command.options.flatMap(({ short, long }) => [short, long]).filter((flag) => flag !== undefined);
      const names = command.commands.length > 0 ? [] : [path];
      return [
        ...names.filter((name) => !GUIDE.includes(`\`${name}`)),
        ...flags.filter((flag) => !new RegExp(`\`${flag}[\`\\s]`).test(GUIDE)),
      ].map((name) => `${path}: ${name}`);
    });
    expect(missing).toEqual([]);
  });

  it('has the filters once, for every command that takes them', async () => {
    const filters = flagsInTables('Filters');
    const commands = commandsOf(await program()).filter(({ path }) => FILTERED.includes(path));
    expect(commands.map(({ path }) => path).sort()).toEqual(FILTERED);
    for (const { path, command } of commands) {
      const own = new Set(command.options.map(({ long }) => long ?? ''));
      // What is yet to come has no time range.
      const missing = path === 'tail' ? ['--since', '--until'] : [];
      expect([path, filters.filter((flag) => !own.has(flag))]).toEqual([path, missing]);
      const negated = [...own].filter((flag) => flag.startsWith('--not-'));
      expect([path, negated.filter((flag) => !filters.includes(flag))]).toEqual([path, []]);
      expect([path, negated.filter((flag) => !filters.includes(flag.replace('--not-', '--')))]).toEqual([path, []]);
    }
  });

  it('has under the heading of a command exactly its own options', async () => {
    const shared =
      /^--(json|quiet|help|version|database|trust|seal-key|key|origin|by|reason|ticket)$|^--no-scrub$|^-.$/;
    for (const { path, command } of commandsOf(await program())) {
      if (!GUIDE.includes(`\n### ${path}\n`)) {
        continue;
      }
      const inTable = flagsInTables(path);
      const filters = FILTERED.includes(path) ? flagsInTables('Filters') : [];
      const own = command.options.flatMap(({ long }) => (long === undefined || long === null ? [] : [long]));
      const wanted = own.filter((flag) => !shared.test(flag) && !filters.includes(flag));
      expect([path, inTable.filter((flag) => !shared.test(flag)).sort()]).toEqual([path, wanted.sort()]);
    }
  });

  it('names no option and no variable that there is not', async () => {
    const made = await program();
    const options = [made, ...commandsOf(made).map(({ command }) => command)].flatMap(({ options: own }) => own);
    const known = new Set([...options.map(({ long }) => long), '--help', '--no-scrub']);
    const named = [...GUIDE.matchAll(/`(--[a-z-]+)/g)].map(([, flag = '']) => flag);
    expect(named.filter((flag) => !known.has(flag))).toEqual([]);
    const variables = new Set(options.flatMap(({ envVar }) => (envVar === undefined ? [] : [envVar])));
    expect(new Set(GUIDE.match(/AUDITED_[A-Z_]+/g))).toEqual(variables);
  });

  it('has only calls that are understood, in every page and in every help text', async () => {
    const made = await program();
    const helps = [made, ...commandsOf(made).map(({ command }) => command)].map((command) => {
      let text = '';
      command.configureOutput({ writeOut: (part) => (text += part) });
      command.outputHelp();
      return { page: command.name(), text };
    });
    const pages = PAGES.map((page) => ({ page, text: readFileSync(join(ROOT, page), 'utf8') }));
    const calls = [...pages, ...helps].flatMap(({ page, text }) => callsIn(text).map((call) => ({ page, call })));
    expect(calls.length).toBeGreaterThan(20);
    for (const { page, call } of calls) {
      let ran = '';
      const fresh = await program((path) => (ran = path));
      const problem = await fresh
        // What a page exported into the environment before.
        .parseAsync(wordsOf(call), { from: 'user' })
        .then(() => undefined)
        .catch((error: Error) => error.message);
      const isMissingDatabase = /required option '-d/.test(problem ?? '');
      expect([page, call, isMissingDatabase ? undefined : problem]).toEqual([page, call, undefined]);
      expect([call, isMissingDatabase || call.startsWith(ran)]).toEqual([call, true]);
    }
  });
});
