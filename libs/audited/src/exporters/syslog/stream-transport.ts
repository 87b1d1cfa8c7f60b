import type { Confirmation, DeliveryVerdict, ProbeVerdict } from '../../delivery/delivery-verdict.js';
import type { Clock } from '../../event/clock.js';
import type { CleanText } from '../secret-words.js';
import { ResendWindow } from './resend-window.js';
import { StreamConnection, type ConnectionSettings } from './stream-connection.js';
import { framesOf, type SyslogFraming } from './syslog-frame.js';
import { oneTurn, type SyslogTransport } from './syslog-transport.js';
import { brokenOff, SyslogTroubleError, troubleVerdict } from './syslog-verdict.js';

/** How long a receiver may take to end a connection that we have ended. */
const FAREWELL_MS = 1000;

/** A connection, and what is sent over it. */
export interface StreamSettings extends ConnectionSettings {
  readonly framing: SyslogFraming;
  readonly timeoutMs: number;
  readonly resendWindowMs: number | false;
}

/** TCP (RFC 6587) and TLS (RFC 5425): one connection that stays, and is made anew when it breaks. */
export class StreamTransport implements SyslogTransport {
  private readonly window: ResendWindow | undefined;
  private current: StreamConnection | undefined;
  /** What broke the last connection, while nobody was there to be told. */
  private untold: Error | undefined;
  private closing: Promise<void> | undefined;

  constructor(
    private readonly settings: StreamSettings,
    private readonly clean: CleanText,
    clock: Clock,
  ) {
    const { resendWindowMs } = settings;
    this.window = resendWindowMs === false ? undefined : new ResendWindow(resendWindowMs, clock);
  }

  async deliver(messages: readonly string[], signal: AbortSignal): Promise<DeliveryVerdict> {
    const { framing, timeoutMs } = this.settings;
    try {
      const connection = await this.connected(signal);
      await connection.write(framesOf(messages, framing), timeoutMs, signal);
      return this.window === undefined
        ? { status: 'delivered' }
        : { status: 'sent', handle: this.window.written(connection) };
    } catch (error) {
      // Told now, by this verdict.
      this.untold = undefined;
      return troubleVerdict(error, this.clean);
    }
  }

  async probe(signal: AbortSignal): Promise<ProbeVerdict> {
    try {
      await this.connected(signal);
      return { status: 'ok' };
    } catch (error) {
      return troubleVerdict(error, this.clean);
    }
  }

  async confirm(handles: readonly string[]): Promise<ReadonlyMap<string, Confirmation>> {
    // After a long pause of the process the window may be over before the end of the connection was even looked at.
    await oneTurn();
    return this.window?.answers(handles) ?? new Map();
  }

  close(): Promise<void> {
    this.closing ??= this.farewell();
    return this.closing;
  }

  private async farewell(): Promise<void> {
    const { current } = this;
    if (current === undefined) return;
    if (await current.close(FAREWELL_MS)) this.window?.ended(current);
    else this.window?.broke(current);
  }

  /** The connection that is there, or a new one. What broke the one before is thrown first, once. */
  private async connected(signal: AbortSignal): Promise<StreamConnection> {
    // What the receiver did since the last batch has to be seen before a write, which it would swallow.
    await oneTurn();
    const present = this.living();
    if (present !== undefined) return present;
    this.refuseWhenClosed();
    const { untold } = this;
    this.untold = undefined;
    if (untold !== undefined) throw untold;
    const opened = await StreamConnection.open(this.settings, signal, (connection, error) =>
      this.broke(connection, error),
    );
    const faster = this.living();
    if (this.closing === undefined && faster === undefined) {
      this.current = opened;
      return opened;
    }
    // Closed in the meantime, or a probe was faster: a receiver sees one connection.
    opened.destroy(new Error('not needed'));
    this.refuseWhenClosed();
    return faster ?? opened;
  }

  private living(): StreamConnection | undefined {
    return this.current?.isAlive === true ? this.current : undefined;
  }

  /**
   * A receiver that accepts every connection, and ends it, would look well: each batch is sent, none arrives. So the next
   * attempt answers with what broke the last one, if that cost a batch, or if it will not pass by itself.
   */
  private broke(connection: StreamConnection, error: Error): void {
    const hasLost = this.window?.broke(connection) ?? false;
    if (connection !== this.current) return;
    const verdict = troubleVerdict(error, this.clean);
    if (verdict.status === 'hold') this.untold = error;
    else if (hasLost) this.untold = brokenOff(`a batch may be lost: ${verdict.reason}`);
  }

  private refuseWhenClosed(): void {
    if (this.closing !== undefined) {
      throw new SyslogTroubleError('retry', 'the exporter was closed', 'Make a new one.');
    }
  }
}
