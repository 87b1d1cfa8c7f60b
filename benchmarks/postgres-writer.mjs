/**
 * One of several processes that write to one PostgreSQL: callers that wait share transactions by the product's group
 * commit, as in an application.
 * Usage (by fork): node postgres-writer.mjs <url>; { ready } when it is connected; { chain, callers, startAt, seconds } in,
 * { events, seconds } out.
 */
import { PostgresAuditStore } from 'nestjs-audited/typeorm';
import { GroupCommit } from '../libs/audited/dist/esm/recording/writing/group-commit.js';
import { sampleEvent } from './sample-events.mjs';

const LIMITS = {
  maxQueuedEvents: 10_000,
  maxQueuedBytes: 64 * 1024 * 1024,
  maxBatchEvents: 500,
  commitTimeoutMs: 30_000,
};

const store = new PostgresAuditStore({ url: process.argv[2] });
await store.open();
const writer = {
  write: async (chain, events) => ({ place: 'store', ...(await store.append(chain, events)) }),
};
const commits = new Map();

function commitsTo(chain) {
  let commit = commits.get(chain);
  if (commit === undefined) {
    commit = new GroupCommit(writer, chain, LIMITS);
    commits.set(chain, commit);
  }
  return commit;
}

async function work({ chain, callers, startAt, seconds }) {
  const commit = commitsTo(chain);
  await new Promise((resolve) => setTimeout(resolve, startAt - Date.now()));
  const startedAt = performance.now();
  const until = startedAt + seconds * 1000;
  let events = 0;
  const caller = async () => {
    while (performance.now() < until) {
      await commit.append(sampleEvent());
      events++;
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  process.send({ events, seconds: (performance.now() - startedAt) / 1000 });
}

process.on('message', (order) => {
  work(order).catch((error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(1);
  });
});
process.on('disconnect', () => process.exit());
process.send({ ready: true });
