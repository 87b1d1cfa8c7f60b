// A process of its own that erases a person, and is killed at a point, or told how it ended.
// Argument, as JSON: custody (options of openCustody), selection, act, killAt ({ phase, times }; null for never).
import { openCustody } from 'nestjs-audited/custody';

const { custody: options, selection, act, killAt } = JSON.parse(process.argv[2]);
let left = killAt?.times ?? 0;
const { custody, close } = await openCustody(options);
const report = await custody.erase(selection, act, {
  scrub: false,
  othersAreStopped: true,
  onProgress: ({ phase }) => {
    if (phase === killAt?.phase && --left === 0) process.kill(process.pid, 'SIGKILL');
  },
});
await close();
process.stdout.write(JSON.stringify(report));
