// A process of its own that appends to a log on a database server until it is told to stop, or killed. Tells its parent
// what was acknowledged. Arguments: store (postgres or mysql), url, how many appends are under way at once, how many
// appends in all (0 for no end).
import { MysqlAuditStore, PostgresAuditStore } from 'nestjs-audited/typeorm';
import { anAppendableEvent, anEvent } from 'nestjs-audited/testing';

const STORES = { postgres: PostgresAuditStore, mysql: MysqlAuditStore };

const [kind, url, concurrency, total] = [
  process.argv[2],
  process.argv[3],
  Number(process.argv[4]),
  Number(process.argv[5]),
];
const store = new STORES[kind]({ url });
let started = 0;

async function appendInTurn() {
  while (total === 0 || started < total) {
    const number = ++started;
    const events = Array.from({ length: 1 + (number % 3) }, () => anEvent());
    const { firstPosition } = await store.append(
      'main',
      events.map((event) => anAppendableEvent(event)),
    );
    process.send({ firstPosition, ids: events.map(({ id }) => id) });
  }
}

await store.open();
process.send('open');
await new Promise((resolve) => process.once('message', resolve));
await Promise.all(Array.from({ length: concurrency }, appendInTurn));
await store.close();
process.disconnect();
