// The SIEM sink as a process beside the demo. It goes when this process is gone, in whatever way that happened: it sees the
// channel between the two close.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../dist/apps/siem-sink/main.js', import.meta.url));
const DEFAULT_PORT = '8088';

/**
 * Starts the built sink and waits until it listens; where its port is taken, on a free one.
 *
 * @param environment its settings; see docs/guide/demo.md
 * @param say told what people should know
 * @returns {Promise<string>} its address
 * @throws Error saying why it could not start
 */
export async function startSink(environment, say) {
  const port = environment['AUDITED_SINK_PORT'] || DEFAULT_PORT;
  let { child, notice } = await forked({ ...environment, AUDITED_SINK_PORT: port });
  if (notice.code === 'EADDRINUSE') {
    say(`Port ${port} is taken; the SIEM sink takes a free one.`);
    ({ child, notice } = await forked({ ...environment, AUDITED_SINK_PORT: '0' }));
  }
  if (notice.kind !== 'listening') {
    throw new Error(notice.message);
  }
  child.once('exit', (code, signal) => {
    say(`The SIEM sink ended (${signal ?? `status ${code}`}). The demo goes on: its events wait in its log.`);
  });
  // Neither keeps this process from ending.
  child.unref();
  child.channel?.unref();
  return notice.url;
}

function forked(env) {
  const child = fork(MAIN, [], {
    env,
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // Out of the reach of Ctrl-C: the last events of the demo, those of its end, still find it.
    detached: process.platform !== 'win32',
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('message', (notice) => resolve({ child, notice }));
    child.once('exit', (code, signal) => {
      resolve({ child, notice: { kind: 'failed', code: '', message: `It ended with ${signal ?? `status ${code}`}.` } });
    });
  });
}
