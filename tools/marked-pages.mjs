/** Pages of the documentation with generated parts: each stands between two markers, everything else is written by hand. */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';

/** @param path from the root of the repository */
export function absolute(path) {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}

/**
 * The page with its generated parts anew.
 *
 * @param parts Markdown by the name of the markers: `catalogue:audit` stands between `<!-- catalogue:audit -->` and
 * `<!-- /catalogue:audit -->`
 */
export function withParts(page, path, parts) {
  return Object.entries(parts).reduce((text, [name, markdown]) => {
    const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
    const [from, to] = [text.indexOf(start), text.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`${path} has no pair of markers "${start}" and "${end}". Add them.`);
    return `${text.slice(0, from + start.length)}\n\n${markdown}\n\n${text.slice(to)}`;
  }, page);
}

/**
 * Writes the pages that changed; with `--check` on the command line it writes nothing, and pages that are out of date
 * make the exit code 1.
 *
 * @param pages by path: a function from the page as it is to the page as it should be
 * @param command what to run to mend the pages
 */
export async function updatePages(pages, command) {
  const outdated = [];
  for (const [path, renewed] of Object.entries(pages)) {
    const file = absolute(path);
    const current = await readFile(file, 'utf8');
    const text = await format(renewed(current), { ...(await resolveConfig(file)), parser: 'markdown' });
    if (text === current) continue;
    outdated.push(path);
    if (!process.argv.includes('--check')) await writeFile(file, text);
  }
  if (outdated.length === 0) {
    console.log(`${Object.keys(pages).join(', ')}: up to date`);
  } else if (process.argv.includes('--check')) {
    console.error(`${outdated.join(', ')}: out of date. Run: ${command}`);
    process.exitCode = 1;
  } else {
    console.log(`${outdated.join(', ')}: written`);
  }
}

/** A Markdown table. */
export function table(headings, rows) {
  const line = (cells) => `| ${cells.map((cell) => String(cell ?? '').replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(headings), line(headings.map(() => '---')), ...rows.map(line)].join('\n');
}
