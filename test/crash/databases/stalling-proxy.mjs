import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/**
 * A TCP proxy in front of a database that can fail in the two ways that networks fail: `cut` ends every connection
 * and refuses new ones, `stall` keeps them open and lets no byte through any more.
 */
export class StallingProxy {
  #target;
  #server;
  #pairs = new Set();
  #mode = 'open';

  /** @param {{ host: string, port: number }} target */
  constructor(target) {
    this.#target = target;
    this.#server = createServer({ pauseOnConnect: true }, (client) => this.#join(client));
  }

  async listen() {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this.#server.address().port;
  }

  cut() {
    this.#mode = 'cut';
    this.#destroyAll();
  }

  stall() {
    this.#mode = 'stall';
    for (const { client, upstream } of this.#pairs) {
      client.unpipe(upstream).pause();
      upstream?.unpipe(client).pause();
    }
  }

  /** Lets everything through again. What was stalled arrives now; what was cut stays cut. */
  open() {
    this.#mode = 'open';
    this.#pairs.forEach((pair) => this.#flow(pair));
  }

  close() {
    this.#destroyAll();
    this.#server.close();
  }

  #join(client) {
    if (this.#mode === 'cut') {
      client.destroy();
      return;
    }
    const pair = { client, upstream: undefined };
    this.#pairs.add(pair);
    this.#endTogether(pair, client);
    if (this.#mode === 'open') {
      this.#flow(pair);
    }
  }

  #flow(pair) {
    if (pair.upstream === undefined) {
      pair.upstream = connect(this.#target);
      pair.upstream.setNoDelay(true);
      pair.client.setNoDelay(true);
      this.#endTogether(pair, pair.upstream);
    }
    pair.client.pipe(pair.upstream);
    pair.upstream.pipe(pair.client);
  }

  #endTogether(pair, socket) {
    const end = () => {
      this.#pairs.delete(pair);
      pair.client.destroy();
      pair.upstream?.destroy();
    };
    socket.on('error', end);
    socket.on('close', end);
  }

  #destroyAll() {
    for (const { client, upstream } of this.#pairs) {
      client.destroy();
      upstream?.destroy();
    }
  }
}
