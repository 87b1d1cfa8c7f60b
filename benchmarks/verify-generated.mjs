/**
 * Verifies a chain of very many records that are made up on the way and never stored: shows that the memory of the
 * verifier does not grow with the chain, and that it finds what was changed.
 *
 *     npm run build:lib
 *     node benchmarks/verify-generated.mjs [records, default 200000] [--damage]
 *
 * Checkpoints every 10 000 records, one person in ten records, of whom one in a hundred is erased, with a statement of
 * the erasures every 100 000 records. `--damage`: every 1000th record is edited, so that there are more faults than a
 * report names.
 */
import { performance } from 'node:perf_hooks';
import { ChainVerifier } from '../libs/audited/dist/esm/integrity/chain-verifier.js';
import { FaultList } from '../libs/audited/dist/esm/integrity/fault-list.js';
import { personalCommitment } from '../libs/audited/dist/esm/integrity/personal-commitment.js';
import { formatRanges } from '../libs/audited/dist/esm/integrity/position-ranges.js';
import { Sealer } from '../libs/audited/dist/esm/integrity/sealer.js';
import { CompactRange } from '../libs/audited/dist/esm/integrity/tree/compact-range.js';
import { leafHash } from '../libs/audited/dist/esm/integrity/tree/merkle-hash.js';

const CHAIN = 'main';
const GENESIS = '0'.repeat(64);
const CHECKPOINT_EVERY = 10_000;
const PERSON_EVERY = 10;
const ERASED_EVERY = 1_000;
const STATEMENT_EVERY = 100_000;
const DAMAGED_EVERY = 1_000;
const AT = '2026-11-21T12:00:00.000Z';
const SALT = '00112233445566778899aabbccddeeff';
const MEBIBYTE = 1024 * 1024;

const [count = 200_000] = process.argv
  .slice(2)
  .filter((argument) => /^\d+$/.test(argument))
  .map(Number);
const isDamaged = process.argv.includes('--damage');

function facts(position) {
  const id = `019abcde-f012-7345-8678-${position.toString(16).padStart(12, '0')}`;
  const base = { action: 'Deployment completed', actor: { id: 'u-1', kind: 'user', roles: ['developer'] } };
  if (position % STATEMENT_EVERY === 0) {
    const from = position - STATEMENT_EVERY;
    const erased = Array.from(
      { length: STATEMENT_EVERY / ERASED_EVERY },
      (_, index) => from + index * ERASED_EVERY + 10,
    );
    const statement = { at: AT, chain: CHAIN, kind: 'erasure', positions: formatRanges(erased) };
    return { body: event({ ...base, details: { statement } }, id, 'audit.erasure') };
  }
  if (position % PERSON_EVERY !== 0) {
    return { body: event(base, id, 'deploy.completed') };
  }
  const personal = `{"/actor/name":"Person ${position}"}`;
  const commitment = personalCommitment(SALT, personal);
  // Positions behind the last statement are erased only where a statement follows.
  const isStated = position <= count - (count % STATEMENT_EVERY);
  const isErased = position % ERASED_EVERY === 10 && isStated;
  const body = event(base, id, 'deploy.completed', commitment);
  return isErased ? { body } : { body, personal, salt: SALT };
}

/** Members in their sorted order: canonical as they stand. */
function event({ action, actor, details }, id, type, personal) {
  return JSON.stringify({
    action,
    actor,
    details,
    id,
    occurredAt: AT,
    origin: { component: 'api', environment: 'production' },
    outcome: 'success',
    personal,
    recordedAt: AT,
    risk: 'low',
    severity: 'info',
    stage: 'outcome',
    transport: { kind: 'manual' },
    type,
  });
}

function* generated() {
  const sealer = new Sealer();
  let previousHash = GENESIS;
  for (let position = 1; position <= count; position++) {
    const { body, personal = null, salt = null } = facts(position);
    const place = { chain: CHAIN, position, previousHash };
    const seal = { ...place, ...sealer.seal(place, body) };
    previousHash = seal.hash;
    yield { seal, body, personal, salt };
  }
}

function sealed() {
  const tree = CompactRange.empty();
  const checkpoints = [];
  let head = null;
  for (const { seal } of generated()) {
    tree.append(leafHash(Buffer.from(seal.hash, 'hex')));
    head = { chain: CHAIN, position: seal.position, hash: seal.hash };
    if (seal.position % CHECKPOINT_EVERY === 0) {
      const root = Buffer.from(tree.root()).toString('hex');
      checkpoints.push({ size: seal.position, root, source: 'given', signedAt: AT });
    }
  }
  return { head, checkpoints };
}

const damaged = (record) =>
  isDamaged && record.seal.position % DAMAGED_EVERY === 500
    ? { ...record, body: record.body.replace('completed', 'cancelled') }
    : record;

const { head, checkpoints } = sealed();
const list = new FaultList();
const evidence = { checkpoints, isTrusted: false };
const verifier = new ChainVerifier({ chain: CHAIN, head, evidence }, (fault) => list.add(fault));
const startedAt = performance.now();
const samples = [];
for (const record of generated()) {
  verifier.check(damaged(record));
  if (record.seal.position % Math.ceil(count / 10) === 0) {
    samples.push(Math.round(process.memoryUsage().rss / MEBIBYTE));
  }
}
const verdict = verifier.finish();
list.explain(CHAIN, verifier.explanations);
const { faults, faultCount, state } = list.summary();
const seconds = (performance.now() - startedAt) / 1000;
console.log(JSON.stringify(verdict));
console.log(`${state}: ${faultCount} fault(s), ${faults.length} named`);
faults.slice(0, 3).forEach(({ kind, position, message }) => console.log(`  ${kind} ${position}: ${message}`));
console.log(`${count} records made and verified in ${seconds.toFixed(1)} s (${Math.round(count / seconds)} a second)`);
console.log(`RSS in MiB after each tenth: ${samples.join(' ')}`);
