/** Two real processes on one database, five real receivers in trouble, and somebody who kills the processes. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openCustody } from 'nestjs-audited/custody';
import { SeededRandom } from '../crash/seeded-random.mjs';
import { judge } from './judge.mjs';

const RECORDS_PER_SECOND = 40;
const SETTLE_LIMIT_MS = 60_000;
const program = (name) => fileURLToPath(new URL(name, import.meta.url));
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** @param {{ seconds: number, seed: number }} settings */
export async function realTime({ seconds, seed }) {
  const random = new SeededRandom(seed);
  const folder = mkdtempSync(join(tmpdir(), 'audited-chaos-'));
  const database = join(folder, 'audit.sqlite');
  const receivers = fork(program('receivers-process.mjs'), [String(seed)]);
  const { ports } = await message(receivers, ({ ports: told }) => told !== undefined);
  let count = 0;
  const begin = async () => {
    count += 1;
    const settings = { database, ports, seed: seed + count, recordsPerSecond: RECORDS_PER_SECOND };
    const child = fork(program('application-process.mjs'), [JSON.stringify(settings)]);
    await message(child, ({ isUp }) => isUp === true);
    return child;
  };
  const processes = [await begin(), await begin()];
  let crashes = 0;
  let restarts = 0;
  try {
    const end = Date.now() + seconds * 1000;
    while (Date.now() < end) {
      await pause(random.between(2000, 7000));
      const place = random.between(0, 1);
      const gone = once(processes[place], 'exit');
      if (random.chance(0.7)) {
        crashes += 1;
        receivers.send({ ask: 'crash' });
        processes[place].kill('SIGKILL');
      } else {
        restarts += 1;
        processes[place].send({ ask: 'end' });
      }
      await gone;
      processes[place] = await begin();
    }
    await Promise.all(
      processes.map((child) => {
        child.send({ ask: 'quiet' });
        return message(child, ({ isQuiet }) => isQuiet === true);
      }),
    );
    receivers.send({ ask: 'mend' });
    const { records, letters, isSettled } = await settle(database);
    receivers.send({ ask: 'dump' });
    const { dump } = await message(receivers, ({ dump: told }) => told !== undefined);
    const verdict = judge({
      records,
      letters,
      isSettled,
      receivers: dump.map((memory) => remembered(memory, records)),
    });
    return { ...verdict, crashes, restarts };
  } finally {
    processes.forEach((child) => child.kill('SIGKILL'));
    receivers.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Waits until every destination came to its end, and reads what there is. */
async function settle(database) {
  const { reader, destinations, close } = await openCustody({ database, access: 'read' });
  try {
    const deadline = Date.now() + SETTLE_LIMIT_MS;
    let isSettled = false;
    while (!isSettled && Date.now() < deadline) {
      await pause(500);
      isSettled = (await destinations.status()).every(({ waiting }) => waiting === 0);
    }
    const records = [];
    for (let cursor; ;) {
      const page = await reader.find({ limit: 1000, ...(cursor === undefined ? {} : { cursor }) });
      records.push(
        ...page.records.map(({ event, seal }) => ({
          id: event.id,
          position: seal.position,
          // Records about dead letters name what died; they are not the poison itself.
          isPoison: JSON.stringify(event).includes('"poison"'),
        })),
      );
      cursor = page.next;
      if (cursor === undefined) break;
    }
    return { records, letters: await destinations.deadLetters({ limit: 1000 }), isSettled };
  } finally {
    await close();
  }
}

/** What a receiver got, with the place of each event in the log. */
function remembered({ name, arrivals, order, duplicates, unexplained }, records) {
  const positions = new Map(records.map(({ id, position }) => [id, position]));
  let highest = 0;
  let outOfOrder = 0;
  for (const id of order) {
    const position = positions.get(id) ?? 0;
    // What a receiver has no room for comes later than what stood behind it: that is its own order.
    if (position < highest && name !== 'picky') outOfOrder += 1;
    highest = Math.max(highest, position);
  }
  // Lost answers and acknowledgements repeat at any time; only at the healthy one must a crash explain it.
  return {
    name,
    arrivals: new Map(arrivals),
    outOfOrder,
    duplicates,
    unexplained: name === 'healthy' ? unexplained : 0,
  };
}

async function message(child, isWanted) {
  for (;;) {
    const [told] = await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(([code, signal]) => {
        throw new Error(`a process ended before it answered (${code ?? signal})`);
      }),
    ]);
    if (isWanted(told)) return told;
  }
}
