// A process of its own that appends to a log until it is told to stop, or killed. Tells its parent what was acknowledged.
// Arguments: file, how many appends are under way at once, how many appends in all (0 for no end).
import { SqliteAuditStore } from 'nestjs-audited/typeorm';
import { anAppendableEvent, anEvent } from 'nestjs-audited/testing';

const [file, concurrency, total] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const store = new SqliteAuditStore(file);
let started = 0;

async function appendInTurn() {
  while (total === 0 || started < total) {
    started++;
    const events = [anEvent(), anEvent()];
    const { firstPosition } = await store.append(
      'main',
      events.map((event) => anAppendableEvent(event)),
    );
    process.send({ firstPosition, ids: events.map(({ id }) => id) });
  }
}

await store.open();
process.send('open');
await Promise.all(Array.from({ length: concurrency }, appendInTurn));
await store.close();
process.disconnect();
