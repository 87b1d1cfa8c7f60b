/** One variant of benchmark 12: `node reading-export-process.mjs <file> <variant>`; says how many, how fast, how much memory. */
import { createFormatter, formattedDocument } from 'nestjs-audited/formats';
import { SqliteAuditStore } from '../libs/audited/dist/esm/typeorm/sqlite/sqlite.audit-store.js';
import { walkRecords } from '../libs/audited/dist/esm/reading/record-walk.js';

const PAGE = 1000;
const MEGABYTE = 2 ** 20;

const [, , file = '', variant = ''] = process.argv;
const startedAt = performance.now();
const records = await (variant === 'TypeORM pages'
  ? withTypeOrm()
  : withProduct(variant === 'export as record' ? 'record' : 'jsonl'));
const seconds = (performance.now() - startedAt) / 1000;
// In KiB, whatever the system is.
const megabytes = (process.resourceUsage().maxRSS * 1024) / MEGABYTE;
process.stdout.write(JSON.stringify({ records, perSecond: records / seconds, megabytes }));

/** @param {'jsonl' | 'record'} format */
async function withProduct(format) {
  const store = new SqliteAuditStore(file, { access: 'read' });
  await store.open();
  let count = 0;
  const walk = walkRecords((query, options) => store.find(query, options), {}, {});
  for await (const piece of formattedDocument(createFormatter(format), walk)) {
    count += piece.length > 1 ? 1 : 0;
  }
  await store.close();
  return count;
}

async function withTypeOrm() {
  // Here, so that the other variants do not carry what they do not use.
  const { DataSource, MoreThan } = await import('typeorm');
  const { AuditRecordEntity } = await import('../libs/audited/dist/esm/typeorm/audit-record.entity.js');
  const source = new DataSource({
    type: 'better-sqlite3',
    database: file,
    entities: [AuditRecordEntity],
    readonly: true,
  });
  await source.initialize();
  const repository = source.getRepository(AuditRecordEntity);
  let count = 0;
  let last = 0;
  for (;;) {
    const rows = await repository.find({ where: { sequence: MoreThan(last) }, order: { sequence: 'ASC' }, take: PAGE });
    for (const row of rows) {
      count += `${JSON.stringify(row)}\n`.length > 1 ? 1 : 0;
      last = row.sequence;
    }
    if (rows.length < PAGE) {
      break;
    }
  }
  await source.destroy();
  return count;
}
