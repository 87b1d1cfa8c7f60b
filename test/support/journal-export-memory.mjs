// A process of its own that reads a journal out to a consumer that is slower than the disk, and tells its parent how
// much memory that took. Argument: directory of the journal.
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Journal } from '../../libs/audited/dist/esm/recording/journal/journal.js';
import { resolveJournalOptions } from '../../libs/audited/dist/esm/recording/journal/journal.options.js';

const journal = new Journal(resolveJournalOptions({ directory: process.argv[2] }), {
  clock: { now: () => Date.now() },
  oldestUnstoredAt: () => undefined,
  report: (problem, error) => console.error(problem, error),
  note: () => undefined,
});
const startBytes = process.memoryUsage().rss;
let [lines, bytes, peakBytes] = [0, 0, startBytes];

const slow = new Writable({
  highWaterMark: 64 * 1024,
  write(chunk, _encoding, done) {
    lines += 1;
    bytes += chunk.length;
    if (lines % 1000 !== 0) {
      done();
      return;
    }
    peakBytes = Math.max(peakBytes, process.memoryUsage().rss);
    setImmediate(() => done());
  },
});
await pipeline(Readable.from(journal.exportSiem()), slow);
process.send({ lines, bytes, grownBytes: peakBytes - startBytes });
process.disconnect();
