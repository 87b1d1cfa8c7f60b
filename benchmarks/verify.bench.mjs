/**
 * Benchmark 15: verification of a log in SQLite, search columns and personal parts compared too, against the raw SHA-256
 * of the very bytes that verification hashes (sealed texts and salted personal parts), as strings and buffers that are in
 * memory already. Then: two threads against one, and what the proofs cost: a checkpoint every 10,000 records as a share of
 * ingest, and size and time of the proof of one event.
 */
import * as crypto from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyPair, openCustody } from 'nestjs-audited/custody';
import { GENESIS_HASH } from '../libs/audited/dist/esm/event/audit-record.js';
import { SqliteAuditStore } from '../libs/audited/dist/esm/typeorm/sqlite/sqlite.audit-store.js';
import { sampleEvents } from './sample-events.mjs';
import { interleaved, median, ratioOf } from './statistics.mjs';

const BATCH = 500;
/** The reference hashes so many records again and again: all of them would not fit into memory. */
const REFERENCE_RECORDS = 50_000;
const RECORDS_PER_CHECKPOINT = 10_000;
const PROOFS = 50;

export async function run({ quick, wanted, log }) {
  if (!wanted('15')) {
    return { results: [], tables: [] };
  }
  const records = quick ? 100_000 : 1_000_000;
  const folder = mkdtempSync(join(tmpdir(), 'audited-bench-'));
  try {
    const verification = await benchVerification(join(folder, 'log.sqlite'), { records, quick, log });
    const proofs = await benchProofs(folder, { records, quick, log });
    return {
      results: [...verification.results, ...proofs.results],
      tables: [...verification.tables, ...proofs.tables],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function benchVerification(file, { records, quick, log }) {
  const store = new SqliteAuditStore(file);
  await store.open();
  try {
    for (let written = 0; written < records; written += BATCH) {
      await store.append('main', sampleEvents(BATCH));
    }
    log(`verify: ${records} records written`);
    const reference = referenceTexts();
    const variants = {
      'sha256 of sealed texts and personal parts': () => hashed(reference, true),
      'sha256 of sealed texts only': () => hashed(reference, false),
      'verify, 1 thread': () => verified(store, 1, records),
      'verify, 2 threads': () => verified(store, 2, records),
    };
    const names = Object.keys(variants);
    const rates = await interleaved(
      names,
      quick ? 3 : 5,
      (name) => variants[name](),
      (round) => log(`verify: round ${round + 1}`),
    );
    const [both, sealed, one, two] = names;
    return {
      results: [
        { id: '15', ...ratioOf(rates, one, both), reach: 0.35, unit: 'of raw SHA-256 of the same bytes' },
        { id: '15-sealed', ...ratioOf(rates, one, sealed), unit: 'of raw SHA-256 of the sealed texts alone' },
        { id: '15-threads', ...ratioOf(rates, two, one), reach: 1.7, unit: 'times one thread, with two (idle cores)' },
      ],
      tables: [
        [
          `### Verification of ${records.toLocaleString('en-US')} records in SQLite`,
          '',
          '| variant | records/s | µs |',
          '| --- | ---: | ---: |',
          ...names.map((name) => {
            const rate = median(rates[name]);
            return `| ${name} | ${Math.round(rate).toLocaleString('en-US')} | ${(1e6 / rate).toFixed(2)} |`;
          }),
        ].join('\n'),
      ],
    };
  } finally {
    await store.close();
  }
}

/** What verification hashes of each record: the text that was sealed, and salt and personal part. */
function referenceTexts() {
  return sampleEvents(REFERENCE_RECORDS).map(({ body, personal, salt }, index) => ({
    sealed: `{"chain":"main","event":${body},"position":${index + 1},"previous":"${GENESIS_HASH}","scheme":"sha256-v1"}`,
    personal: Buffer.concat([Buffer.from(salt, 'hex'), Buffer.from(personal)]),
  }));
}

function hashed(texts, hasPersonal) {
  const startedAt = performance.now();
  for (const { sealed, personal } of texts) {
    crypto.hash('sha256', sealed, 'hex');
    if (hasPersonal) {
      crypto.hash('sha256', personal, 'hex');
    }
  }
  return (texts.length * 1000) / (performance.now() - startedAt);
}

async function verified(store, threads, records) {
  const startedAt = performance.now();
  const report = await store.verify({ threads });
  if (!report.ok || report.records !== records) {
    throw new Error('the log does not verify');
  }
  return (records * 1000) / (performance.now() - startedAt);
}

async function benchProofs(folder, { records, quick, log }) {
  const rounds = [];
  for (let round = 0; round < (quick ? 2 : 3); round++) {
    rounds.push(await proofRound(join(folder, `proofs-${round}.sqlite`), quick ? 50_000 : records));
    log(`proofs: round ${round + 1}`);
  }
  const shares = rounds.map(({ ingestMs, checkpointMs }) => ingestMs / (ingestMs + checkpointMs));
  const last = rounds.at(-1);
  return {
    results: [
      {
        id: '15-checkpoints',
        ratio: median(shares),
        min: Math.min(...shares),
        max: Math.max(...shares),
        reach: 0.97,
        unit: 'of ingest without checkpoints',
      },
    ],
    tables: [
      [
        `### Proofs in a log of ${last.records.toLocaleString('en-US')} records`,
        '',
        '| what | figure |',
        '| --- | ---: |',
        `| checkpoint after every ${RECORDS_PER_CHECKPOINT.toLocaleString('en-US')} records, median | ${median(last.checkpoints).toFixed(1)} ms |`,
        `| proof of one event, median | ${median(last.proofs).toFixed(1)} ms |`,
        `| size of the proof as a file, without the event's body | ${last.proofBytes} bytes |`,
        `| hashes in it | ${last.proofHashes} |`,
      ].join('\n'),
    ],
  };
}

async function proofRound(database, records) {
  const { privatePem } = generateKeyPair();
  const checkpoints = { origin: 'audit.example.com/bench', keys: { pem: privatePem } };
  const { custody, close } = await openCustody({ database, checkpoints });
  const store = new SqliteAuditStore(database);
  await store.open();
  try {
    const figures = {
      records,
      ingestMs: 0,
      checkpointMs: 0,
      checkpoints: [],
      proofs: [],
      proofBytes: 0,
      proofHashes: 0,
    };
    const ids = [];
    for (let written = 0; written < records; written += RECORDS_PER_CHECKPOINT) {
      const batches = Array.from({ length: RECORDS_PER_CHECKPOINT / BATCH }, () => sampleEvents(BATCH));
      ids.push(JSON.parse(batches[0][0].body).id);
      figures.ingestMs += await timed(async () => {
        for (const events of batches) {
          await store.append('main', events);
        }
      });
      const checkpointMs = await timed(() => custody.checkpoint('main'));
      figures.checkpoints.push(checkpointMs);
      figures.checkpointMs += checkpointMs;
    }
    for (let index = 0; index < PROOFS; index++) {
      let proof;
      figures.proofs.push(
        await timed(async () => {
          proof = await custody.prove(ids[index % ids.length]);
        }),
      );
      figures.proofBytes = JSON.stringify({ ...proof, body: '' }).length;
      figures.proofHashes = proof.inclusion.hashes.length;
    }
    return figures;
  } finally {
    await store.close();
    await close();
  }
}

async function timed(work) {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
