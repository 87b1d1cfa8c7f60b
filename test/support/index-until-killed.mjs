// A process of its own that brings the index of a SQLite log forward, and is killed when it has come so far.
// Arguments: the file, the records after which it is killed.
import { SqliteAuditStore } from 'nestjs-audited/typeorm';

const [file, killAfter] = process.argv.slice(2);
const store = new SqliteAuditStore(file);
await store.open();
for (let records = 0; ;) {
  const step = store.index().advance(37);
  if (records >= Number(killAfter)) {
    // In the middle of a step: whatever it has done by then is done as a whole, or not at all.
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), Number(killAfter) % 7);
    await step;
    continue;
  }
  records += (await step).records;
}
