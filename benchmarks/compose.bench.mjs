/**
 * Benchmark 1: draft to sealed text and hash, one thread. The ceiling is code written by hand for this one
 * event shape: no catalogue, no limits, one secret list, fields in a fixed order, the same record format with
 * its commitment. The second reference is what a careful user would write with `canonicalize` and createHash.
 */
import * as crypto from 'node:crypto';
import canonicalize from 'canonicalize';
import { defineCatalogue, EventClassifier } from 'nestjs-audited';
import { EventIds } from '../libs/audited/dist/esm/event/event-id.js';
import { personalCommitment, PersonalSalts } from '../libs/audited/dist/esm/integrity/personal-commitment.js';
import { sha256Scheme } from '../libs/audited/dist/esm/integrity/sha256.scheme.js';
import { EventComposer } from '../libs/audited/dist/esm/recording/composing/event-composer.js';
import { Redactor } from '../libs/audited/dist/esm/redaction/redactor.js';
import { sampleDraft } from './sample-draft.mjs';
import { interleaved, median, ratioOf } from './statistics.mjs';

const ORIGIN = Object.freeze({ component: 'billing-api', environment: 'production', host: 'bench', instanceId: 'i-1' });
const PREVIOUS = '12cbacc814db59b08c3baabee68e34be3a52f0b9de47fa288093651708cd98bd';
const SECRET_KEYS = new Set(['password', 'token', 'secret', 'authorization', 'cookie', 'apiKey']);

const RESULTS = [
  { id: '1', variant: 'product', reference: 'ceiling', reach: 0.8, unit: 'of the hand-written ceiling' },
  { id: '1-naive', variant: 'product', reference: 'canonicalize', reach: 2, unit: 'times canonicalize + createHash' },
];

export async function run({ quick, wanted, log }) {
  const entries = RESULTS.filter(({ id }) => wanted(id));
  if (entries.length === 0) {
    return { results: [], tables: [] };
  }
  const variants = { product: product(), ceiling: ceiling(), canonicalize: withCanonicalize() };
  const names = Object.keys(variants);
  const drafts = Array.from({ length: 1000 }, (_, index) => sampleDraft(index));
  const seconds = quick ? 0.4 : 1;
  for (const name of names) {
    await rateOf(variants[name], drafts, seconds);
  }
  const rates = await interleaved(
    names,
    quick ? 5 : 9,
    (name) => rateOf(variants[name], drafts, seconds),
    (round) => log(`compose: round ${round + 1}`),
  );
  const rows = names.map(
    (name) =>
      `| ${name} | ${Math.round(median(rates[name])).toLocaleString('en-US')} | ${(1e6 / median(rates[name])).toFixed(2)} |`,
  );
  return {
    results: entries.map(({ variant, reference, ...rest }) => ({ ...rest, ...ratioOf(rates, variant, reference) })),
    tables: [
      [
        '### Draft to sealed text and hash, one thread',
        '',
        '| variant | events/s | µs |',
        '| --- | ---: | ---: |',
        ...rows,
      ].join('\n'),
    ],
  };
}

async function rateOf(work, drafts, seconds) {
  let done = 0;
  let sink = 0;
  const startedAt = performance.now();
  while (performance.now() - startedAt < seconds * 1000) {
    for (const draft of drafts) {
      sink += work(draft).length;
      done++;
    }
  }
  if (sink === 0) {
    throw new Error('nothing was made');
  }
  // Lets the garbage collector's own turn come, as a server would.
  await new Promise((resolve) => setImmediate(resolve));
  return (done / (performance.now() - startedAt)) * 1000;
}

function product() {
  const catalogue = defineCatalogue('bench', { 'order.read': { title: 'Order read' } });
  const composer = new EventComposer({
    redactor: new Redactor(),
    classifier: new EventClassifier([catalogue]),
    ids: new EventIds(),
    salts: new PersonalSalts(),
    clock: { now: () => Date.now() },
    origin: ORIGIN,
  });
  return (draft) => {
    const { body } = composer.compose(draft);
    return sha256Scheme.hash({ chain: 'main', position: 312, previousHash: PREVIOUS }, body);
  };
}

function ceiling() {
  const ids = new EventIds();
  const salts = new PersonalSalts();
  const quote = JSON.stringify;
  const origin = '{"component":"billing-api","environment":"production","host":"bench","instanceId":"i-1"}';
  return (draft) => {
    const { actor, transport, resource, details } = draft;
    const now = new Date(Date.now()).toISOString();
    const kept = {};
    for (const key of Object.keys(details).sort()) {
      kept[key] = SECRET_KEYS.has(key) ? '[redacted]' : details[key];
    }
    const salt = salts.next();
    const personal = `{"/actor/email":${quote(actor.email)},"/actor/ip":${quote(actor.ip)},"/actor/userAgent":${quote(actor.userAgent)}}`;
    const commitment = personalCommitment(salt, personal);
    const body =
      `{"action":${quote(draft.action)},"actor":{"id":${quote(actor.id)},"kind":"${actor.kind}","roles":${quote(actor.roles)}}` +
      `,"correlationId":${quote(draft.correlationId)},"details":${quote(kept)},"durationMs":${draft.durationMs}` +
      `,"id":"${ids.next(Date.now())}","occurredAt":"${draft.occurredAt.toISOString()}","origin":${origin}` +
      `,"outcome":"${draft.outcome}","personal":"${commitment}","recordedAt":"${now}"` +
      `,"resource":{"id":${quote(resource.id)},"type":${quote(resource.type)}},"risk":"low","severity":"info","stage":"outcome"` +
      `,"transport":{"handler":${quote(transport.handler)},"kind":"http","method":${quote(transport.method)}` +
      `,"path":${quote(transport.path)},"route":${quote(transport.route)},"status":${transport.status}},"type":${quote(draft.type)}}`;
    const sealed = `{"chain":"main","event":${body},"position":312,"previous":"${PREVIOUS}","scheme":"sha256-v1"}`;
    return crypto.hash('sha256', sealed, 'hex');
  };
}

function withCanonicalize() {
  return (draft) => {
    const details = Object.fromEntries(
      Object.entries(draft.details).map(([key, value]) => [key, SECRET_KEYS.has(key) ? '[redacted]' : value]),
    );
    const event = {
      ...draft,
      details,
      id: crypto.randomUUID(),
      occurredAt: draft.occurredAt.toISOString(),
      recordedAt: new Date().toISOString(),
      origin: ORIGIN,
      risk: 'low',
      severity: 'info',
      stage: 'outcome',
    };
    const sealed = canonicalize({ chain: 'main', event, position: 312, previous: PREVIOUS, scheme: 'sha256-v1' });
    return crypto.createHash('sha256').update(sealed).digest('hex');
  };
}
