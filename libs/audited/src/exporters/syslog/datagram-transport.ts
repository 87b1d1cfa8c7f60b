import { createSocket, type Socket } from 'node:dgram';
import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { isIP, type LookupFunction } from 'node:net';
import type { DeliveryVerdict, ProbeVerdict, RefusedEvent } from '../../delivery/delivery-verdict.js';
import type { CleanText } from '../secret-words.js';
import { withinTime } from '../within-time.js';
import { oneTurn, type SyslogTransport } from './syslog-transport.js';
import { isTimeout, SyslogTroubleError, troubleVerdict } from './syslog-verdict.js';

/** So many datagrams leave in one go; then others get their turn, a receiver on this machine among them. */
const AT_ONCE = 16;

/** Where datagrams go. */
export interface DatagramSettings {
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
  readonly lookup?: LookupFunction | undefined;
}

/** A socket that is connected to one address: only so an ICMP answer ("nobody listens here") reaches us. */
interface OpenSocket {
  readonly socket: Socket;
  readonly address: string;
  /** What ICMP said since the last batch. */
  trouble: Error | undefined;
}

/** UDP (RFC 5426): one message a datagram, without framing. Nobody answers for it. */
export class DatagramTransport implements SyslogTransport {
  private open: OpenSocket | undefined;
  /** How many addresses of the name have failed: the next attempt takes the next one. */
  private failures = 0;
  private isClosed = false;

  constructor(
    private readonly settings: DatagramSettings,
    private readonly clean: CleanText,
  ) {}

  async deliver(messages: readonly string[], signal: AbortSignal): Promise<DeliveryVerdict> {
    try {
      const open = await this.connected(signal);
      const refused = await send(open, messages, signal);
      return refused.length === 0
        ? { status: 'delivered' }
        : { status: 'partial', refused, reason: 'longer than a datagram may be on this way' };
    } catch (error) {
      this.leave();
      this.failures += 1;
      return troubleVerdict(error, this.clean);
    }
  }

  /** Finds the address; whether anybody listens there, nobody can tell. */
  async probe(signal: AbortSignal): Promise<ProbeVerdict> {
    try {
      await this.connected(signal);
      return { status: 'ok' };
    } catch (error) {
      this.leave();
      return troubleVerdict(error, this.clean);
    }
  }

  close(): Promise<void> {
    this.isClosed = true;
    this.leave();
    return Promise.resolve();
  }

  /**
   * The name is looked up for every batch: no answer ever says that the receiver has moved. The socket stays as long as the
   * name has its address, so that messages come from one port.
   */
  private async connected(signal: AbortSignal): Promise<OpenSocket> {
    const addresses = await this.addresses(signal);
    this.refuseWhenClosed();
    const { open } = this;
    if (open?.trouble !== undefined) throw open.trouble;
    if (open !== undefined && addresses.some(({ address }) => address === open.address)) return open;
    this.leave();
    const target = addresses[this.failures % addresses.length];
    if (target === undefined) throw new Error('the name has no address');
    const opened = await connectedSocket(target, this.settings.port, signal);
    this.open = opened;
    // Closed in the meantime: the socket must not stay.
    this.refuseWhenClosed();
    return opened;
  }

  private refuseWhenClosed(): void {
    if (!this.isClosed) return;
    this.leave();
    throw new SyslogTroubleError('retry', 'the exporter was closed', 'Make a new one.');
  }

  private async addresses(signal: AbortSignal): Promise<readonly LookupAddress[]> {
    const { host, lookup = systemLookup as LookupFunction, timeoutMs } = this.settings;
    const look = (limited: AbortSignal): Promise<readonly LookupAddress[]> =>
      new Promise((resolve, reject) => {
        limited.addEventListener('abort', () => reject(limited.reason as Error));
        lookup(host, { all: true }, (error, found) => {
          if (error !== null) reject(error);
          else resolve(typeof found === 'string' ? [{ address: found, family: isIP(found) }] : found);
        });
      });
    try {
      signal.throwIfAborted();
      return await withinTime(timeoutMs, signal, look);
    } catch (error) {
      throw isTimeout(error)
        ? new SyslogTroubleError(
            'retry',
            `no address for the name in ${timeoutMs} ms`,
            'The name service does not answer.',
          )
        : error;
    }
  }

  private leave(): void {
    this.open?.socket.close();
    this.open = undefined;
  }
}

async function connectedSocket(target: LookupAddress, port: number, signal: AbortSignal): Promise<OpenSocket> {
  const socket = createSocket(target.family === 6 ? 'udp6' : 'udp4');
  const open: OpenSocket = { socket, address: target.address, trouble: undefined };
  socket.on('error', (error) => {
    open.trouble ??= error;
  });
  try {
    socket.connect(port, target.address);
    await once(socket, 'connect', { signal });
  } catch (error) {
    socket.close();
    throw signal.aborted ? signal.reason : error;
  }
  return open;
}

/** @returns those that are too long; rejects when no datagram gets out */
async function send(
  open: OpenSocket,
  messages: readonly string[],
  signal: AbortSignal,
): Promise<readonly RefusedEvent[]> {
  const refused: RefusedEvent[] = [];
  for (let start = 0; start < messages.length; start += AT_ONCE) {
    signal.throwIfAborted();
    const failures = await Promise.all(
      messages.slice(start, start + AT_ONCE).map((message) => failureOf(open.socket, message)),
    );
    for (const [place, error] of failures.entries()) {
      if (error === undefined) continue;
      if ((error as NodeJS.ErrnoException).code !== 'EMSGSIZE') throw error;
      refused.push({ index: start + place, reason: 'EMSGSIZE: longer than a datagram may be' });
    }
    // The answer of this machine, or of one nearby, that nobody listens there is known then.
    await oneTurn();
    if (open.trouble !== undefined) throw open.trouble;
  }
  return refused;
}

function failureOf(socket: Socket, message: string): Promise<Error | undefined> {
  return new Promise((resolve) => {
    socket.send(message, (error) => resolve(error ?? undefined));
  });
}
