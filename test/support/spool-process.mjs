// A process of its own that writes through spool and store until it is told to stop, or killed. Tells its parent what
// was acknowledged and what it told its operator.
// Argument, as JSON: database, directory, state ('down', 'hung', 'works'), callers, writes (in all; 0 for none, -1 for
// no end), spool (options), times (of the spool), tellMoves,
// fillerBytes (in each event).
// Takes from its parent: { state }, 'close'.
import { SqliteAuditStore } from 'nestjs-audited/typeorm';
import { anAppendableEvent, anEvent } from 'nestjs-audited/testing';
import { DurableWriter } from '../../libs/audited/dist/esm/recording/writing/durable-writer.js';
import { FailureLog } from '../../libs/audited/dist/esm/recording/accounting/failure-log.js';
import { LossLedger } from '../../libs/audited/dist/esm/recording/accounting/loss-ledger.js';
import { spoolReports } from '../../libs/audited/dist/esm/recording/spool/spool-reporter.js';
import { DEFAULT_SPOOL_OPTIONS, SPOOL_TIMES } from '../../libs/audited/dist/esm/recording/spool/spool.options.js';
import { Spool } from '../../libs/audited/dist/esm/recording/spool/spool.js';

const {
  database,
  directory,
  callers = 2,
  writes = 0,
  spool: spoolOptions,
  times,
  tellMoves,
  fillerBytes = 0,
} = JSON.parse(process.argv[2]);
let { state } = JSON.parse(process.argv[2]);
let closed = false;
let moves = 0;

/** The real store behind a line that can be cut (`down`) or lead nowhere (`hung`). */
class CutStore extends SqliteAuditStore {
  async open() {
    await this.#reach();
    await super.open();
  }

  async append(chain, events) {
    await this.#reach();
    return super.append(chain, events);
  }

  async appendMissing(chain, events) {
    await this.#reach();
    const receipt = await super.appendMissing(chain, events);
    if (tellMoves && events.length > 0) process.send({ moved: ++moves });
    return receipt;
  }

  async #reach() {
    while (state === 'hung') await new Promise((resolve) => setTimeout(resolve, 10));
    if (state === 'down') throw new Error('connect ECONNREFUSED');
  }
}

const tell = (line) => process.connected && process.send({ line });
const logger = { error: tell, log: tell };
const failures = new FailureLog(logger, (text) => text);
const losses = new LossLedger();
const spool = new Spool(
  { ...DEFAULT_SPOOL_OPTIONS, directory, retryInitialMs: 5, retryMaxMs: 50, ...spoolOptions },
  spoolReports({ failures, losses, logger, now: Date.now }),
  { ...SPOOL_TIMES, ...times },
);
const store = new CutStore(database);
const writer = new DurableWriter({ store, spool, commitTimeoutMs: 1000, failures, losses });
writer.whenStoreIsBack(() => process.send({ back: true }));

let started = 0;
async function writeInTurn(_, caller) {
  while (!closed && (writes < 0 || started < writes)) {
    const write = ++started;
    const events = [anEvent(), anEvent()];
    const ids = events.map(({ id }) => id);
    const details = { caller: `${process.pid}/${caller}`, write, filler: 'x'.repeat(fillerBytes) };
    try {
      const { place } = await writer.write(
        'main',
        events.map((event) => anAppendableEvent({ ...event, details })),
      );
      process.send({ place, ids });
    } catch (error) {
      process.send({ refused: error.code ?? String(error), ids });
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

process.on('message', (message) => {
  if (message === 'close') closed = true;
  else ({ state } = message);
});
// The channel must not keep the process alive once the work is done.
process.on('disconnect', () => process.exit());

await spool.open();
writer.start({ storeIsOpen: false, open: () => store.open() });
process.send({ ready: true });
const work = Promise.all(Array.from({ length: callers }, writeInTurn));
while (!closed) await new Promise((resolve) => setTimeout(resolve, 5));
await work;
await writer.close(2000);
await store.close();
process.send({ losses: losses.pending() ?? null });
process.disconnect();
