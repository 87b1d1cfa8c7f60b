/**
 * Two processes, five receivers in trouble, a writer, and somebody who kills the leader: in simulated time, so that a quarter of
 * an hour takes seconds and a seed repeats it.
 */
import { resolveDestination } from '../../libs/audited/dist/esm/delivery/destination.options.js';
import { DeliveryEngine } from '../../libs/audited/dist/esm/delivery/engine/delivery.engine.js';
import { anAppendableEvent } from '../../libs/audited/dist/esm/testing/audit-event.fixture.js';
import { MemoryCustody } from '../../libs/audited/dist/esm/testing/memory.custody-store.js';
import { MemoryDeliveryLedger } from '../../libs/audited/dist/esm/testing/memory.delivery-ledger.js';
import { VirtualDeliveryTimer } from '../../libs/audited/dist/esm/testing/virtual.delivery-timer.js';
import { SeededRandom } from '../crash/seeded-random.mjs';
import { judge } from './judge.mjs';
import {
  AcknowledgingReceiver,
  BrokenReceiver,
  FlakyReceiver,
  HealthyReceiver,
  PickyReceiver,
} from './simulated-receivers.mjs';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const TIMES = { leaseMs: 1000, pollMs: 200, settleEveryMs: 250 };

/** @param {{ minutes: number, seed: number }} settings */
export async function simulate({ minutes, seed }) {
  const random = new SeededRandom(seed);
  const timer = new VirtualDeliveryTimer();
  const log = new MemoryCustody();
  const ledger = new MemoryDeliveryLedger({ clock: timer, heads: () => log.heads() });
  const kinds = {
    healthy: HealthyReceiver,
    flaky: FlakyReceiver,
    broken: BrokenReceiver,
    picky: PickyReceiver,
    acknowledging: AcknowledgingReceiver,
  };
  const receivers = Object.entries(kinds).map(
    ([name, Kind], index) => new Kind(name, new SeededRandom(seed + index + 1), timer),
  );
  const world = { random, timer, log, ledger, receivers, problems: [] };
  const writer = new Writer(world);
  const processes = [new Process(world, 'a'), new Process(world, 'b')];
  processes.forEach((process) => process.start());

  const end = timer.now() + minutes * MINUTE;
  let nextTrouble = timer.now() + random.between(5, 30) * SECOND;
  let crashes = 0;
  let restarts = 0;
  while (timer.now() < end) {
    await writer.write(processes);
    await timer.pass(random.between(5, 200));
    if (timer.now() >= nextTrouble) {
      nextTrouble = timer.now() + random.between(10, 60) * SECOND;
      const place = random.between(0, 1);
      if (random.chance(0.7)) {
        crashes += 1;
        await processes[place].kill();
      } else {
        restarts += 1;
        await processes[place].end();
      }
      processes[place] = new Process(world, `${processes[place].name}'`);
      processes[place].start();
    }
  }

  receivers.forEach((receiver) => receiver.mend());
  // Whoever is held is tried at once; what was under way at that moment comes again.
  for (const { name } of receivers.filter((receiver) => receiver.name !== 'healthy')) {
    const found = (await ledger.destinations()).find((destination) => destination.name === name);
    receivers.find((receiver) => receiver.name === name).excuseAfter(settledAt(found));
    await ledger.change(name, { act: 'resume' });
  }
  for (let waited = 0; waited < 60 && !(await isSettled(world)); waited += 1) await timer.pass(10 * SECOND);
  for (const process of processes) await process.end();
  const verdict = judge({
    records: writer.records,
    receivers,
    letters: await ledger.deadLetters({ limit: 1000 }),
    isSettled: await isSettled(world),
  });
  return { ...verdict, crashes, restarts, problems: world.problems };
}

/** An application process: it delivers, and it can die without a word. */
class Process {
  isDead = false;

  constructor(world, name) {
    this.world = world;
    this.name = name;
  }

  start() {
    const { timer, log, ledger, receivers, random, problems } = this.world;
    const alive = (work) => (this.isDead ? new Promise(() => undefined) : work());
    const mortal = (port, names) =>
      Object.fromEntries(names.map((name) => [name, (...args) => alive(() => port[name](...args))]));
    this.engine = new DeliveryEngine({
      ...TIMES,
      stream: { ...mortal(log, ['heads']), records: (...args) => log.records(...args) },
      ledger: {
        ...mortal(ledger, ['register', 'destinations', 'acquire', 'settle', 'deadLetters']),
        release: (lease) => alive(() => this.release(lease)),
      },
      timer: {
        now: () => timer.now(),
        elapsed: () => timer.elapsed(),
        sleep: (ms, signal) => alive(() => timer.sleep(ms, signal)),
        breathe: () => alive(() => timer.breathe()),
      },
      random: () => random.next(),
      holder: this.name,
      notices: {
        failed: () => undefined,
        recovered: () => undefined,
        died: () => undefined,
        missed: (...gap) => problems.push(gap),
        problem: (what, error) => problems.push([what, error]),
        solved: () => undefined,
      },
    });
    for (const receiver of receivers) {
      const given = {
        name: receiver.name,
        exporter: receiver.exporter(this),
        lingerMs: 50,
        timeoutMs: 20 * SECOND,
        retry: { initialMs: 200, maxMs: 10 * SECOND },
        hold: { initialMs: 5 * SECOND, maxMs: 30 * SECOND },
      };
      this.engine.add(resolveDestination(given, receiver.name));
    }
    this.engine.start();
  }

  /** kill -9: nothing of it moves any more; what it had not settled may come twice. */
  async kill() {
    this.isDead = true;
    const destinations = await this.world.ledger.destinations();
    for (const destination of destinations) {
      if (destination.holder === this.name) this.receiver(destination.name).excuseAfter(settledAt(destination));
    }
  }

  async end() {
    const closed = this.engine.close(5 * SECOND);
    await this.world.timer.pass(15 * SECOND);
    await closed;
  }

  /**
   * What a receiver had not confirmed, or had taken in part, when a process ended in good order, the next one sends again.
   * Nothing of the kind may happen to one that is well.
   */
  async release(lease) {
    const { ledger } = this.world;
    const receiver = this.receiver(lease.destination);
    const found = (await ledger.destinations()).find(({ name }) => name === lease.destination);
    if (receiver.name !== 'healthy') receiver.excuseAfter(settledAt(found));
    await ledger.release(lease);
  }

  receiver(wanted) {
    return this.world.receivers.find(({ name }) => name === wanted);
  }
}

function settledAt({ cursors }) {
  return cursors.find(({ chain }) => chain === 'main')?.position ?? 0;
}

/** Records at an uneven pace; now and then something that no picky receiver takes. */
class Writer {
  /** @type {{ id: string, position: number, isPoison: boolean }[]} */
  records = [];

  constructor(world) {
    this.world = world;
  }

  async write(processes) {
    const { random, log, timer } = this.world;
    const count = random.chance(0.003) ? random.between(100, 400) : random.between(0, 2);
    if (count === 0) return;
    const at = new Date(timer.now()).toISOString();
    const events = Array.from({ length: count }, () => {
      const isPoison = random.chance(0.005);
      return anAppendableEvent({ occurredAt: at, recordedAt: at, details: isPoison ? { poison: true } : {} });
    });
    const { firstPosition } = await log.append('main', events);
    events.forEach(({ body }, index) => {
      const { id, details } = JSON.parse(body);
      this.records.push({ id, position: firstPosition + index, isPoison: details.poison === true });
    });
    // One of the two recorded them; the other finds out by itself.
    const process = processes[random.between(0, 1)];
    if (!process.isDead) process.engine.appended('main', firstPosition + count - 1);
  }
}

async function isSettled({ log, ledger }) {
  const [head] = await log.heads();
  const destinations = await ledger.destinations();
  return destinations.every(({ cursors }) =>
    cursors.some(({ chain, position }) => chain === 'main' && position >= (head?.position ?? 0)),
  );
}
