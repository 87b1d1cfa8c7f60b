/**
 * The receiver of the delivery benchmarks, in a process of its own: HEC over HTTP, syslog over TCP and TLS. It reads every
 * event: JSON of HEC is parsed, frames of syslog are cut by their lengths.
 * Usage (by fork): send { cert, key }, get { ports }; send { expect: count }, get a message when so many have come since.
 */
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

let left = Number.POSITIVE_INFINITY;

function count(events) {
  left -= events;
  if (left <= 0) {
    left = Number.POSITIVE_INFINITY;
    process.send({ done: true });
  }
}

const hec = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const lines = Buffer.concat(chunks).toString('utf8').split('\n');
    const events = lines.filter((line) => line !== '' && JSON.parse(line).event !== undefined).length;
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"text":"Success","code":0}');
    count(events);
  });
});

/** RFC 6587, section 3.4.1: MSG-LEN SP MSG. */
function receive(socket) {
  let rest = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    let events = 0;
    for (;;) {
      const space = rest.indexOf(0x20, at);
      if (space < 0) break;
      const end = space + 1 + Number(rest.toString('latin1', at, space));
      if (end > rest.length) break;
      at = end;
      events += 1;
    }
    rest = rest.subarray(at);
    if (events > 0) count(events);
  });
  socket.on('error', () => socket.destroy());
}

const listening = (server) =>
  new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address().port)));

process.once('message', async ({ cert, key }) => {
  const ports = {
    hec: await listening(hec),
    tcp: await listening(createTcpServer(receive)),
    tls: await listening(createTlsServer({ cert, key }, receive)),
  };
  process.on('message', ({ expect }) => {
    left = expect;
  });
  process.send({ ports });
});
process.on('disconnect', () => process.exit());
