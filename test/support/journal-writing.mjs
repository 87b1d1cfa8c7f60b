// A process of its own that writes a journal until it is told to stop, or killed. Tells its parent what was written.
// Arguments: options of the journal as JSON, how many writes are under way at once, how many in all (0 for no end).
// From the built files, as the class that writes is not part of the package's surface.
import { canonicalJson, anEvent } from './journal-events.mjs';
import { Journal } from '../../libs/audited/dist/esm/recording/journal/journal.js';
import { resolveJournalOptions } from '../../libs/audited/dist/esm/recording/journal/journal.options.js';

const [options, concurrency, total] = [JSON.parse(process.argv[2]), Number(process.argv[3]), Number(process.argv[4])];
const journal = new Journal(resolveJournalOptions(options), {
  clock: { now: () => Date.now() },
  oldestUnstoredAt: () => undefined,
  report: (problem, error) => console.error(problem, error),
  note: () => undefined,
});
let started = 0;

async function writeInTurn() {
  while (total === 0 || started < total) {
    started++;
    const events = [anEvent(started), anEvent(started)];
    await journal.write(events.map((event) => ({ body: canonicalJson(event) })));
    if (journal.status().dropped > 0) {
      throw new Error('an event was dropped');
    }
    process.send({ ids: events.map(({ id }) => id) });
  }
}

await journal.open();
process.send('open');
await Promise.all(Array.from({ length: concurrency }, writeInTurn));
await journal.close();
process.disconnect();
