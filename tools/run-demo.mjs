// Builds the demo and runs it in this very process, with a SIEM of its own beside it. `npm` does not pass a signal on to what
// it runs; it just goes. The demo goes with it, and the SIEM with the demo, so that stopping `npm run demo` from a script
// leaves no server behind.
import { spawnSync } from 'node:child_process';
import { whenCallerIsGone } from './demo/caller.mjs';
import { startSink } from './demo/siem-sink.mjs';

if (process.env['npm_lifecycle_event'] === 'demo') {
  whenCallerIsGone(() => process.kill(process.pid, 'SIGTERM'));
}
const build = spawnSync('npm', ['run', 'build'], {
  cwd: new URL('..', import.meta.url),
  stdio: 'inherit',
  shell: process.platform === 'win32',
});
if (build.status !== 0) {
  process.exit(build.status ?? 1);
}

// Whoever names a SIEM of their own, or "off", has no need of ours.
const sink = process.env['AUDITED_DEMO_SIEM_URL'] ? undefined : await sinkBeside();
await import('../dist/apps/demo/main.js');
if (sink !== undefined) {
  console.log(
    [
      '',
      `  SIEM page   ${sink}  (another process: every event arrives there)`,
      `  break it    curl -X POST '${sink}/fail?mode=503'   events wait, and arrive after mode=off`,
      '              other modes: 401, hang, half',
    ].join('\n'),
  );
}

/** Starts the sink, and has the demo send there. */
async function sinkBeside() {
  const { env } = process;
  try {
    const url = await startSink(env, (line) => console.log(line));
    // The sink listens on the IPv4 address; the name may mean the other one first.
    env['AUDITED_DEMO_SIEM_URL'] = url.replace('localhost', '127.0.0.1');
    if (env['AUDITED_SINK_TOKEN']) env['AUDITED_DEMO_SIEM_TOKEN'] ||= env['AUDITED_SINK_TOKEN'];
    if (env['AUDITED_SINK_ACK']) env['AUDITED_DEMO_SIEM_ACK'] ||= env['AUDITED_SINK_ACK'];
    return url;
  } catch (error) {
    console.error(`\nThe SIEM sink could not start: ${error.message}`);
    console.error('Without it: AUDITED_DEMO_SIEM_URL=off npm run demo');
    process.exit(1);
  }
}
