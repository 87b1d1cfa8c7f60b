// Stands in for the demo: starts the SIEM sink beside itself, as tools/run-demo.mjs does, and stays until it is killed.
import { startSink } from '../../tools/demo/siem-sink.mjs';

await startSink(process.env, (line) => console.log(line));
setInterval(() => undefined, 60_000);
