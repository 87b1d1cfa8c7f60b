// Writes the golden vectors of record format v1 (test/golden/record-format-v1.json) and of its keyed scheme
// (record-format-hmac-v1.json) with the built package, and the worked examples in docs/record-format.md from them. The
// format is frozen: running this must change nothing. `--check` writes nothing and fails when it would.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import BetterSqlite3 from 'better-sqlite3';
import { canonicalJson, GENESIS_HASH } from 'nestjs-audited';
import { anEvent } from 'nestjs-audited/testing';
import { SqliteAuditStore } from 'nestjs-audited/typeorm';
// Not public: applications have no reason to commit to anything themselves.
import { personalCommitment } from '../libs/audited/dist/esm/integrity/personal-commitment.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const vectorsFile = join(root, 'test', 'golden', 'record-format-v1.json');
const keyedVectorsFile = join(root, 'test', 'golden', 'record-format-hmac-v1.json');
const documentFile = join(root, 'docs', 'record-format.md');

/** Sources, not values: what a JSON file says must not depend on how its reader writes numbers. */
const CANONICAL_SOURCES = [
  [
    'keys are sorted by UTF-16 code units',
    '{"\\u20ac":1,"\\r":2,"\\ufb33":3,"1":4,"\\ud83d\\ude00":5,"\\u0080":6,"\\u00f6":7}',
  ],
  [
    'numbers are written as ECMAScript writes them',
    '[333333333.33333329,1E30,4.50,2e-3,1e-27,-0,1e21,123456789012345680000,5e-324]',
  ],
  ['only what must be escaped is escaped', '"\\u20ac$\\u000f\\nA\'B\\"\\\\\\/\\u007f\\u2028"'],
  ['nothing is normalised: composed and decomposed letters stay what they are', '["\\u00e9","e\\u0301"]'],
  ['empty key, empty text, empty containers, literals', '{"":"","b":[],"a":{},"c":[null,true,false]}'],
];

const COMMITMENTS = [
  ['00000000000000000000000000000000', {}],
  ['00112233445566778899aabbccddeeff', { '/actor/email': 'zoe@example.com', '/actor/ip': '192.0.2.7' }],
  ['f0e1d2c3b4a5968778695a4b3c2d1e0f', { '/details/people/0/näme~1': { first: 'Zoë', tags: ['𝒳', null, 1e21] } }],
];

const first = {
  id: '019abcde-f012-7345-8678-9abcdef01234',
  occurredAt: '2026-11-21T18:51:39.123Z',
  recordedAt: '2026-11-21T18:51:39.456Z',
};
const EVENTS = [
  { facts: { ...first, actor: { kind: 'system' }, action: 'Started', origin: {}, transport: { kind: 'manual' } } },
  {
    facts: {
      ...first,
      id: '019abcde-f013-7000-8000-000000000001',
      type: 'deploy.denied',
      outcome: 'denied',
      severity: 'warning',
      risk: 'high',
      durationMs: 12,
      actor: { kind: 'user', id: 'u-7', roles: ['viewer'], tenantId: 't-1' },
      action: 'Deployment of “billing” denied – 需要批准 𝒳',
      resource: { type: 'deployment', id: 'd-42' },
      correlationId: 'c-1',
      sessionId: 's-1',
      traceId: '0af7651916cd43dd8448eb211c80319c',
      origin: { component: 'api', environment: 'production' },
      transport: { kind: 'http', method: 'POST', path: '/deployments', route: '/deployments', status: 403 },
      details: { agentId: 'a-1', ratio: 0.1, big: 1e21, nested: [{ empty: '' }, null], 'tab\t"quote"': '\u0000' },
    },
    personal: { '/actor/email': 'zoe@example.com', '/actor/ip': '192.0.2.7', '/details/phone': '+49 170 1' },
    salt: '00112233445566778899aabbccddeeff',
  },
  { facts: { ...first, id: '019abcde-f014-7000-8000-000000000002', stage: 'intent', outcome: 'pending' } },
];

const vectors = {
  format: 'record format v1',
  about: 'Specified in docs/record-format.md; made by tools/generate-record-vectors.mjs; never changed.',
  canonicalJson: CANONICAL_SOURCES.map(([name, json]) => ({ name, json, canonical: canonicalJson(JSON.parse(json)) })),
  commitments: COMMITMENTS.map(([salt, part]) => {
    const personal = canonicalJson(part);
    return { salt, part, personal, commitment: personalCommitment(salt, personal) };
  }),
  chain: { genesis: GENESIS_HASH, head: undefined, records: [] },
};
Object.assign(vectors.chain, await sealedChain([{ events: EVENTS }]));
for (const { row } of vectors.chain.records) {
  // Always NULL here, and not there when these vectors were made.
  delete row.mac;
}

/** Secrets of the examples: nobody must ever use them. */
const KEYS = [
  { id: 'k1', secret: Buffer.from(Array.from({ length: 32 }, (_, index) => index)) },
  { id: '2027.b_-', secret: Buffer.from(Array.from({ length: 40 }, (_, index) => 255 - index)) },
];
const keyedVectors = {
  format: 'record format v1, scheme hmac-sha256-v1',
  about: 'Specified in docs/record-format.md; made by tools/generate-record-vectors.mjs; never changed.',
  keys: KEYS.map(({ id, secret }) => ({ id, secretHex: secret.toString('hex') })),
  chain: {
    genesis: GENESIS_HASH,
    ...(await sealedChain([
      { events: EVENTS.slice(0, 1) },
      { events: EVENTS.slice(1, 2), seal: { current: 'k1', keys: KEYS } },
      { events: EVENTS.slice(2), seal: { current: '2027.b_-', keys: KEYS } },
    ])),
  },
};

const text = `${JSON.stringify(vectors, null, 2)}\n`;
const keyedText = `${JSON.stringify(keyedVectors, null, 2)}\n`;
const document = withExample(readFileSync(documentFile, 'utf8'));
if (process.argv.includes('--check')) {
  const stale = [
    [vectorsFile, text],
    [keyedVectorsFile, keyedText],
    [documentFile, document],
  ].filter(([file, wanted]) => readFileSync(file, 'utf8') !== wanted);
  for (const [file] of stale) console.error(`generate-record-vectors: ${file} is not what the package makes`);
  process.exitCode = stale.length === 0 ? 0 : 1;
} else {
  writeFileSync(vectorsFile, text);
  writeFileSync(keyedVectorsFile, keyedText);
  writeFileSync(documentFile, document);
  console.log(
    `generate-record-vectors: ${vectors.chain.records.length + keyedVectors.chain.records.length} records written`,
  );
}

/** Seals the events with real stores, each with its own keys, and reads the rows as they stand in the file. */
async function sealedChain(parts) {
  const folder = mkdtempSync(join(tmpdir(), 'record-vectors-'));
  const file = join(folder, 'audit.sqlite');
  try {
    for (const { events, seal } of parts) {
      const store = new SqliteAuditStore(file, { seal });
      await store.open();
      await store.append('main', events.map(appendable));
      await store.close();
    }
    const database = new BetterSqlite3(file, { readonly: true });
    const rows = database.prepare('SELECT * FROM audit_records ORDER BY position').all();
    const head = database.prepare('SELECT * FROM audit_heads').get();
    database.close();
    return { head, records: rows.map((row, index) => vector(row, EVENTS[index])) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function appendable({ facts, personal, salt }) {
  const event = anEvent(facts);
  if (personal === undefined) {
    return { body: canonicalJson(event) };
  }
  const part = canonicalJson(personal);
  return { body: canonicalJson({ ...event, personal: personalCommitment(salt, part) }), personal: part, salt };
}

function vector(row, { personal }) {
  const [keyId, mac] = row.mac?.split(':') ?? [];
  return {
    event: JSON.parse(row.body),
    ...(personal === undefined ? {} : { personalPart: personal }),
    ...(mac === undefined ? {} : { keyedText: textOf(row, `"key":"${keyId}",`) }),
    sealedText: textOf(row, mac === undefined ? '' : `"mac":"${row.mac}",`),
    row,
  };
}

/** @param member what stands between the event and the position */
function textOf(row, member) {
  return (
    `{"chain":"${row.chain}","event":${row.body},${member}"position":${row.position},` +
    `"previous":"${row.previous_hash}","scheme":"${row.scheme}"}`
  );
}

function withExample(before) {
  const [one, two] = vectors.chain.records;
  const [, , keyed] = keyedVectors.chain.records;
  const fence = (content) => `\`\`\`text\n${content}\n\`\`\``;
  const plainExample = [
    'Position 1, no personal part. The sealed text, one line:',
    fence(one.sealedText),
    `is ${Buffer.byteLength(one.sealedText)} bytes of UTF-8, and its SHA-256 is the hash of the record:`,
    fence(one.row.hash),
    'Position 2 has a personal part. Its canonical JSON is',
    fence(two.row.personal),
    'With the salt',
    fence(two.row.salt),
    'the SHA-256 of the 16 bytes of the salt followed by those bytes is the commitment, which stands in the event as `personal`:',
    fence(two.event.personal),
    `The sealed text (${Buffer.byteLength(two.sealedText)} bytes) and its hash, which continues the first:`,
    fence(two.sealedText),
    fence(two.row.hash),
  ];
  const [, key] = keyedVectors.keys;
  const keyedExample = [
    `Position 3 of a chain, sealed with the key \`${key.id}\`, whose secret is (never use it), in hexadecimal digits,`,
    fence(key.secretHex),
    'The keyed text, one line:',
    fence(keyed.keyedText),
    'Its HMAC-SHA256 gives the mac:',
    fence(keyed.row.mac),
    `The sealed text (${Buffer.byteLength(keyed.sealedText)} bytes) and its SHA-256, the hash of the record:`,
    fence(keyed.sealedText),
    fence(keyed.row.hash),
  ];
  return replaced(replaced(before, 'worked example', plainExample), 'keyed example', keyedExample);
}

function replaced(before, name, example) {
  const [start, end] = [`<!-- ${name}: start -->`, `<!-- ${name}: end -->`];
  const [head, rest] = before.split(start);
  const [, tail] = rest.split(end);
  return `${head}${start}\n\n${example.join('\n\n')}\n\n${end}${tail}`;
}
