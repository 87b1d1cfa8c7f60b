/**
 * A way to a server that can be shut: for the client behind it the server is gone then, and the server itself, which
 * other benchmarks use, stays.
 */
import { connect, createServer } from 'node:net';

/** Forwards a free port to where the address points; `close()` breaks every connection and refuses new ones. */
export async function openGate({ hostname, port }) {
  const sockets = new Set();
  const gate = createServer((client) => {
    const server = connect(Number(port === '' ? 5432 : port), hostname);
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  await new Promise((resolve, reject) => {
    gate.once('error', reject);
    gate.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: gate.address().port,
    close: () =>
      new Promise((resolve) => {
        // Its callback tells an error when it was closed before, which is as good.
        gate.close(() => resolve());
        sockets.forEach((socket) => socket.destroy());
      }),
  };
}
