/**
 * Benchmark `formats`: every format of the registry, one thread, as a ratio to `JSON.stringify` of the same records.
 * No goal: a format does more than JSON.stringify (names, units, escapes, limits); the ratio shows what it costs.
 */
import { createFormatter, FORMAT_NAMES } from 'nestjs-audited/formats';
import { interleaved, median, ratioOf } from './statistics.mjs';

const REFERENCE = 'JSON.stringify';

export async function run({ quick, wanted, log }) {
  const names = FORMAT_NAMES.filter((name) => wanted(`formats-${name}`));
  if (names.length === 0) {
    return { results: [], tables: [] };
  }
  const records = Array.from({ length: 1000 }, (_, index) => aRecord(index));
  const variants = new Map([
    [REFERENCE, (record) => JSON.stringify(record)],
    ...names.map((name) => {
      const formatter = createFormatter(name);
      return [name, (record) => formatter.format(record)];
    }),
  ]);
  const seconds = quick ? 0.15 : 0.5;
  for (const write of variants.values()) rateOf(write, records, seconds);
  const rates = await interleaved(
    [...variants.keys()],
    quick ? 5 : 9,
    (name) => rateOf(variants.get(name), records, seconds),
    (round) => log(`formats: round ${round + 1}`),
  );
  const bytes = (name) => Buffer.byteLength(variants.get(name)(records[0]));
  return {
    results: names.map((name) => ({
      id: `formats-${name}`,
      unit: 'of JSON.stringify',
      ...ratioOf(rates, name, REFERENCE),
    })),
    tables: [
      [
        '### Records to text, one thread',
        '',
        '| format | records/s | µs | bytes of one record |',
        '| --- | ---: | ---: | ---: |',
        ...[...variants.keys()].map((name) => {
          const rate = median(rates[name]);
          return `| ${name} | ${Math.round(rate).toLocaleString('en-US')} | ${(1e6 / rate).toFixed(2)} | ${bytes(name)} |`;
        }),
      ].join('\n'),
    ],
  };
}

function rateOf(write, records, seconds) {
  let done = 0;
  let characters = 0;
  const startedAt = performance.now();
  while (performance.now() - startedAt < seconds * 1000) {
    for (const record of records) {
      characters += write(record).length;
      done++;
    }
  }
  if (characters === 0) {
    throw new Error('nothing was written');
  }
  return (done / (performance.now() - startedAt)) * 1000;
}

/** An ordinary record of an HTTP action: all usual facts, some details, one change. */
function aRecord(index) {
  const id = `019aa7a1-0b7b-7000-8000-${String(index).padStart(12, '0')}`;
  return {
    event: {
      id,
      correlationId: `flow-${index % 100}`,
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      spanId: '00f067aa0ba902b7',
      occurredAt: '2026-11-21T18:51:39.123Z',
      recordedAt: '2026-11-21T18:51:39.140Z',
      durationMs: index % 500,
      type: 'deploy.completed',
      stage: 'outcome',
      severity: 'info',
      risk: 'low',
      outcome: 'success',
      actor: {
        id: `u-${index % 50}`,
        kind: 'user',
        email: `user${index % 50}@example.com`,
        name: 'Zoë Müller',
        roles: ['developer', 'release-manager'],
        ip: '203.0.113.7',
        userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36',
        tenantId: 'acme',
      },
      action: 'Deployment of billing to production',
      resource: { type: 'deployment', id: `d-${index}`, name: 'billing' },
      origin: { component: 'billing-api', version: '2.7.1', environment: 'production', host: 'api-1.example.com' },
      transport: {
        kind: 'http',
        method: 'POST',
        route: '/deployments/:id/complete',
        path: `/deployments/d-${index}/complete`,
        status: 201,
        handler: 'DeploymentsController.complete',
      },
      details: { image: 'registry.example.com/billing:2.7.1', replicas: 3, regions: ['eu', 'us'] },
      changes: [{ field: 'state', before: 'started', after: 'completed' }],
      personal: 'ab'.repeat(32),
    },
    seal: {
      chain: 'main',
      position: index + 1,
      previousHash: 'cd'.repeat(32),
      hash: 'ef'.repeat(32),
      scheme: 'sha256-v1',
    },
  };
}
