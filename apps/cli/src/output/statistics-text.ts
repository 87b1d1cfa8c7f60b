import type { AuditStatistics, Counts } from 'nestjs-audited/custody';
import type { Terminal } from './terminal.js';

/** The widest bar of a histogram. */
const BAR_CHARACTERS = 40;

/** The log in numbers, for people. */
export function sayStatistics(terminal: Terminal, statistics: AuditStatistics): void {
  const { total, oldest, newest, storageBytes, topActors, topResources, histogram } = statistics;
  const range = oldest === undefined || newest === undefined ? '' : `, from ${oldest} to ${newest}`;
  terminal.say(`${total} record(s)${range}`);
  if (storageBytes !== undefined) {
    terminal.say(`${(storageBytes / 1024 / 1024).toFixed(1)} MiB in the database`);
  }
  sayRows(terminal, 'by type', rowsOf(statistics.byType));
  sayRows(terminal, 'by severity', rowsOf(statistics.bySeverity));
  sayRows(terminal, 'by outcome', rowsOf(statistics.byOutcome));
  sayRows(terminal, 'by risk', rowsOf(statistics.byRisk));
  sayRows(terminal, 'by environment', rowsOf(statistics.byEnvironment));
  sayRows(
    terminal,
    'actors',
    topActors.map(({ id, count }) => [id, count]),
  );
  sayRows(
    terminal,
    'resources',
    topResources.map(({ type, id, count }) => [id === undefined ? type : `${type}/${id}`, count]),
  );
  if (histogram !== undefined) {
    const most = Math.max(1, ...histogram.map(({ count }) => count));
    terminal.say();
    histogram.forEach(({ start, count }) => {
      terminal.say(
        `${start}  ${String(count).padStart(String(most).length)}  ${'#'.repeat(barOf(count, most))}`.trimEnd(),
      );
    });
  }
}

type Row = readonly [name: string, count: number];

/** The most frequent first. */
function rowsOf(counts: Counts): readonly Row[] {
  return Object.entries(counts)
    .map(([name, count = 0]): Row => [name, count])
    .sort(([, one], [, other]) => other - one);
}

function sayRows(terminal: Terminal, heading: string, rows: readonly Row[]): void {
  if (rows.length === 0) {
    return;
  }
  const width = Math.max(...rows.map(([, count]) => String(count).length));
  terminal.say(`\n${heading}`);
  // A line stays one; the terminal escapes the other control characters.
  rows.forEach(([name, count]) =>
    terminal.say(`  ${String(count).padStart(width)}  ${name === '' ? '(none)' : name.replaceAll(/[\n\t]/g, ' ')}`),
  );
}

/** Something is never drawn as nothing. */
function barOf(count: number, most: number): number {
  return count === 0 ? 0 : Math.max(1, Math.round((count / most) * BAR_CHARACTERS));
}
