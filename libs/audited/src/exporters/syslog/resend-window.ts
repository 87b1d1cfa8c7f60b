import { randomUUID } from 'node:crypto';
import type { Confirmation } from '../../delivery/delivery-verdict.js';
import type { Clock } from '../../event/clock.js';

/** What the window has to know of a connection. */
export interface WatchedConnection {
  readonly isAlive: boolean;
  /** Bytes that the operating system has not taken yet. */
  readonly waitingBytes: number;
}

interface WrittenBatch {
  readonly connection: WatchedConnection;
  readonly writtenAt: number;
  isConfirmed: boolean;
}

/**
 * Remembers which batch went over which connection and when; the events themselves stay in the log. No receiver of syslog
 * says that it has something. That its connection lives on for a while is the best sign there is: a receiver that was
 * stopped, killed or restarted breaks its connections, and whatever was on its way then is sent again.
 */
export class ResendWindow {
  private readonly batches = new Map<string, WrittenBatch>();

  /** @param clock must not jump: a window would be over too early */
  constructor(
    private readonly windowMs: number,
    private readonly clock: Clock,
  ) {}

  /** Opens the window of a batch that was written just now. @returns its handle */
  written(connection: WatchedConnection): string {
    const handle = randomUUID();
    this.batches.set(handle, { connection, writtenAt: this.clock.now(), isConfirmed: false });
    return handle;
  }

  /** Its connection broke: what is not confirmed is lost. @returns whether anything is */
  broke(connection: WatchedConnection): boolean {
    const lost = this.openOf(connection);
    lost.forEach(([handle]) => this.batches.delete(handle));
    return lost.length > 0;
  }

  /** Both sides ended the connection, the receiver after it had read everything. */
  ended(connection: WatchedConnection): void {
    for (const [, batch] of this.openOf(connection)) batch.isConfirmed = true;
  }

  /** A batch that was confirmed is forgotten when it is asked after no more. */
  answers(handles: readonly string[]): ReadonlyMap<string, Confirmation> {
    const asked = new Set(handles);
    for (const [handle, batch] of this.batches) {
      if (batch.isConfirmed && !asked.has(handle)) this.batches.delete(handle);
      else batch.isConfirmed ||= this.isOver(batch);
    }
    return new Map(handles.map((handle) => [handle, answerOf(this.batches.get(handle))]));
  }

  private isOver({ connection, writtenAt }: WrittenBatch): boolean {
    return connection.isAlive && connection.waitingBytes === 0 && this.clock.now() - writtenAt >= this.windowMs;
  }

  private openOf(connection: WatchedConnection): readonly (readonly [string, WrittenBatch])[] {
    return [...this.batches].filter(([, batch]) => batch.connection === connection && !batch.isConfirmed);
  }
}

function answerOf(batch: WrittenBatch | undefined): Confirmation {
  if (batch === undefined) return 'lost';
  if (batch.isConfirmed) return 'confirmed';
  return batch.connection.isAlive ? 'pending' : 'lost';
}
