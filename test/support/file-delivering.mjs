// A process of its own that delivers batches to files until it is killed. Tells its parent the ids of what was acknowledged.
// Argument, as JSON: options of the exporter, events in each batch, batches (in all; 0 for no end).
import { randomUUID } from 'node:crypto';
import { file } from 'nestjs-audited/exporters';
import { aDeliveryBatch, anEvent } from 'nestjs-audited/testing';

const { options, events, batches } = JSON.parse(process.argv[2]);
const exporter = file(options);
const { signal } = new AbortController();

function records() {
  return Array.from({ length: events }, () => ({
    event: anEvent({ id: randomUUID(), details: { filler: 'x'.repeat(500 + Math.floor(Math.random() * 1500)) } }),
    seal: { chain: 'main', position: 1, previousHash: '', hash: '', scheme: 'none' },
  }));
}

for (let batch = 1; batches === 0 || batch <= batches; batch++) {
  const some = records();
  const verdict = await exporter.deliver(aDeliveryBatch(exporter, some, { id: `batch-${batch}` }), signal);
  if (verdict.status !== 'delivered') {
    throw new Error(JSON.stringify(verdict));
  }
  process.send({ ids: some.map(({ event }) => event.id) });
}
await exporter.close();
process.disconnect();
