// A process of its own that wants to lead the destination "siem", with short leases, until it is told to stop, or killed. It
// settles one position after another, and now and then lets its lease run out and settles nevertheless, as a process does
// that hung. Tells its parent what became of it. Arguments: store (sqlite or postgres), file or url, its name.
import { PostgresAuditStore, SqliteAuditStore } from 'nestjs-audited/typeorm';

const LEASE_MS = 150;
const SETTLEMENTS = 8;

const [kind, place, holder] = process.argv.slice(2);
const store = kind === 'sqlite' ? new SqliteAuditStore(place) : new PostgresAuditStore({ url: place });
const ledger = store.ledger();
let isStopped = false;
process.on('message', (message) => (isStopped = message === 'stop'));

const moment = () => new Promise((resolve) => setTimeout(resolve, 3));

async function fence() {
  const [siem] = await ledger.destinations();
  return siem.fence;
}

async function settleNext(lease, position) {
  const cursors = [{ chain: 'main', position, sent: position }];
  const deadLetters = [
    { chain: 'main', position, eventId: `${holder}-${lease.fence}`, eventType: 't', cause: 'refused', reason: holder },
  ];
  const isSettled = await ledger.settle(lease, { cursors, deadLetters }, LEASE_MS);
  process.send({ kind: 'settlement', fence: lease.fence, position, isSettled });
  return isSettled;
}

async function lead(lease, round) {
  process.send({ kind: 'lease', fence: lease.fence });
  let position = lease.cursors[0]?.position ?? 0;
  for (let settlement = 0; settlement < SETTLEMENTS; settlement++) {
    if (!(await settleNext(lease, position + 1))) {
      return;
    }
    position++;
  }
  if (round % 2 === 0) {
    await ledger.release(lease);
    return;
  }
  // Hangs until somebody else leads.
  while (!isStopped && (await fence()) === lease.fence) {
    await moment();
  }
  if ((await fence()) > lease.fence) {
    const isSettled = await settleNext(lease, position + 1);
    process.send({ kind: 'late', fence: lease.fence, isSettled });
  }
}

await store.open();
await ledger.register({ name: 'siem', type: 't', endpoint: '', isRequired: true, startFrom: 'beginning' });
process.send({ kind: 'open' });
let round = 0;
while (!isStopped) {
  const lease = await ledger.acquire('siem', holder, LEASE_MS);
  if (lease === undefined) {
    await moment();
  } else {
    await lead(lease, round++);
  }
}
await store.close();
process.disconnect();
