// A process of its own that delivers once, closes the exporter and then has nothing left to do: it has to end by itself.
// Argument, as JSON: url.
import { httpExporter } from 'nestjs-audited/exporters';
import { aDeliveryBatch } from 'nestjs-audited/testing';

const { url } = JSON.parse(process.argv[2]);
const exporter = httpExporter({
  type: 'collector',
  address: new URL(url),
  request: ({ events }) => ({ url: new URL(url), body: events.map(({ text }) => text).join('\n') }),
});
const record = { event: { id: 'a' }, seal: { position: 1 } };
const verdict = await exporter.deliver(aDeliveryBatch(exporter, [record]), new AbortController().signal);
await exporter.close();
console.log(
  JSON.stringify({ verdict, open: process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP')) }),
);
