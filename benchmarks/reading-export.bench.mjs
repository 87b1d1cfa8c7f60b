/**
 * Benchmark 12: all records of a log in SQLite as JSON Lines, oldest first, into nothing.
 *
 * Reference: what somebody would write with TypeORM, pages of 1000 entities by key, each as a line of JSON. Each variant
 * runs in a process of its own, so that the peak of its memory is its own; `12-memory` is that of the product, which a log of
 * ten times the size must not raise.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteAuditStore } from '../libs/audited/dist/esm/typeorm/sqlite/sqlite.audit-store.js';
import { writeReadingLog } from './reading-log.mjs';
import { interleaved, median, ratioOf } from './statistics.mjs';

const VARIANTS = ['export as jsonl', 'export as record', 'TypeORM pages'];
const MOST_MEGABYTES = 150;

export async function run({ quick, wanted, log }) {
  if (!wanted('12')) {
    return { results: [], tables: [] };
  }
  const records = quick ? 50_000 : 1_000_000;
  const folder = mkdtempSync(join(tmpdir(), 'audited-bench-'));
  const file = join(folder, 'log.sqlite');
  try {
    const store = new SqliteAuditStore(file);
    await store.open();
    await writeReadingLog(store, 0, records, log);
    await store.close();
    const peaks = new Map(VARIANTS.map((name) => [name, []]));
    const rates = await interleaved(
      VARIANTS,
      3,
      (name) => {
        const { perSecond, megabytes } = exported(file, name, records);
        peaks.get(name).push(megabytes);
        return perSecond;
      },
      (round) => log(`export: round ${round + 1}`),
    );
    const [jsonl] = VARIANTS;
    const peak = Math.max(...peaks.get(jsonl));
    return {
      results: [
        {
          id: '12',
          ...ratioOf(rates, jsonl, 'TypeORM pages'),
          reach: 2,
          unit: 'times TypeORM, pages of 1000 entities',
        },
        {
          id: '12-memory',
          ratio: MOST_MEGABYTES / peak,
          min: MOST_MEGABYTES / peak,
          max: MOST_MEGABYTES / Math.min(...peaks.get(jsonl)),
          reach: 1,
          unit: `of ${MOST_MEGABYTES} MB allowed by the peak used (${Math.round(peak)} MB)`,
        },
      ],
      tables: [
        [
          `### Export of ${records.toLocaleString('en-US')} records from SQLite`,
          '',
          '| variant | records/s | peak MB |',
          '| --- | ---: | ---: |',
          ...VARIANTS.map((name) => {
            const rate = Math.round(median(rates[name])).toLocaleString('en-US');
            return `| ${name} | ${rate} | ${Math.round(Math.max(...peaks.get(name)))} |`;
          }),
        ].join('\n'),
      ],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function exported(file, variant, records) {
  const program = join(import.meta.dirname, 'reading-export-process.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, file, variant], { encoding: 'utf8' });
  if (status !== 0) {
    throw new Error(`"${variant}" failed: ${stderr}`);
  }
  const result = JSON.parse(stdout);
  if (result.records !== records) {
    throw new Error(`"${variant}" wrote ${result.records} of ${records} records`);
  }
  return result;
}
