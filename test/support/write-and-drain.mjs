// An application of its own: writers that each commit a business row and its event in one transaction (or roll both back),
// and a drainer that moves the events into a log. Tells its parent the name of every row that was committed.
// Argument: JSON { application, log, name, writers, seed, dieAfterMoves }.
// With dieAfterMoves it kills itself, as `kill -9` does, after so many moves and before their rows are removed.
import { SqliteAuditStore, TypeOrmAuditInbox } from 'nestjs-audited/typeorm';
import { anAppendableEvent } from 'nestjs-audited/testing';
import { DataSource } from 'typeorm';

const { application, log, name, writers, seed, dieAfterMoves } = JSON.parse(process.argv[2]);
const source = new DataSource(application);
const store = new SqliteAuditStore(log);
const inbox = new TypeOrmAuditInbox(source);
const placeholder = application.type === 'postgres' ? '$1' : '?';
let moves = 0;
let state = seed;

/** From 0 to 1; the same for the same seed. */
function random() {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 2 ** 32;
}

async function writeFor(writer) {
  for (let number = 1; ; number++) {
    const invoice = `${name}-${writer}-${number}`;
    const isKept = random() > 0.2;
    await source
      .transaction(async (manager) => {
        await manager.query(`INSERT INTO invoices (name) VALUES (${placeholder})`, [invoice]);
        await inbox.write(manager, [{ chain: 'main', event: anAppendableEvent({ action: invoice }) }]);
        if (!isKept) {
          throw new Error('changed our mind');
        }
      })
      .then(
        () => process.send(invoice),
        (error) => {
          if (error.message !== 'changed our mind') {
            throw error;
          }
        },
      );
    await new Promise(setImmediate);
  }
}

async function drain() {
  for (;;) {
    await inbox.drain(1 + Math.floor(random() * 20), async (entries) => {
      await store.appendMissing(
        'main',
        entries.map(({ event }) => event),
      );
      if (++moves === dieAfterMoves) {
        process.kill(process.pid, 'SIGKILL');
      }
      return [];
    });
    await new Promise(setImmediate);
  }
}

await Promise.all([source.initialize(), store.open()]);
await inbox.open();
await Promise.all([drain(), ...Array.from({ length: writers }, (_, writer) => writeFor(writer))]);
