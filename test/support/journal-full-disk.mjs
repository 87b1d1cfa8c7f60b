// A process of its own that writes a journal until its disk is full, waits to be told that there is room again, and
// writes on. Tells its parent what the journal said of itself. Argument: directory of the journal.
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { anEvent, canonicalJson } from './journal-events.mjs';
import { Journal } from '../../libs/audited/dist/esm/recording/journal/journal.js';
import { resolveJournalOptions } from '../../libs/audited/dist/esm/recording/journal/journal.options.js';

const problems = [];
const notes = [];
const journal = new Journal(
  resolveJournalOptions({ directory: process.argv[2], maxQueuedBytes: 128 * 1024, fsync: 'always' }),
  {
    clock: { now: () => Date.now() },
    oldestUnstoredAt: () => undefined,
    report: (problem, error) => problems.push(`${problem}: ${String(error)}`),
    note: (message) => notes.push(message),
  },
);
let written = 0;

async function write() {
  written += 1;
  await journal.write([{ body: canonicalJson(anEvent(written)) }]);
}

await journal.open();
while (journal.status().dropped < 50) {
  await write();
}
process.send({ full: { written, ...journal.status() } });
await once(process, 'message');
const deadline = Date.now() + 60_000;
while (notes.length === 0 && Date.now() < deadline) {
  await delay(10);
}
await write();
await journal.close();
process.send({ ended: { written, problems, notes, ...journal.status() } });
process.disconnect();
