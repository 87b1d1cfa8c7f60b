import type { AuditRecord } from '../event/audit-record.js';
import type { EventFormatter } from '../formats/event-formatter.js';
import type { Confirmation, DeliveryVerdict, ProbeVerdict } from './delivery-verdict.js';

/** One record on its way to a destination. */
export interface DeliverableEvent {
  readonly record: AuditRecord;
  /** The record as it goes out: what `encode` gave, or the destination's format. */
  readonly text: string;
  /** Length of `text` in UTF-8. */
  readonly bytes: number;
}

/** Records of one chain, in the order of their positions. */
export interface DeliveryBatch {
  /** The same for every attempt at the same records, and for no others: letters, digits and dashes, at most 64. */
  readonly id: string;
  /** Never empty. */
  readonly events: readonly DeliverableEvent[];
  /** 1 for the first attempt at these records since this process leads the destination. */
  readonly attempt: number;
}

/** What one request may hold. */
export interface ExporterLimits {
  /** @default 500 */
  readonly maxEvents: number;
  /** Bytes of the whole: texts, what separates them, what stands around them. @default 1000000 */
  readonly maxBytes: number;
  /** Bytes that one text may have. @default what `maxBytes` leaves */
  readonly maxEventBytes: number;
  /** Bytes that each event costs besides its text. @default 1 */
  readonly separatorBytes: number;
  /** Bytes around all of them. @default 2 */
  readonly frameBytes: number;
}

/** How the engine asks after what was `sent`. */
export interface ConfirmationTimes {
  /** How often to ask. @default 1000 */
  readonly everyMs: number;
  /** Without an answer for so long, what was sent is sent again. @default 300000 */
  readonly timeoutMs: number;
  /** So many events may be unconfirmed; then nothing more is sent before some are. @default 20000 */
  readonly maxEvents: number;
}

/**
 * Speaks one receiver's protocol. One required method; made by a function, used by one destination.
 *
 * Contract
 * - `deliver` sends the batch once and answers what happened. It never sleeps, retries or buffers, and writes no log. What
 *   goes wrong at the other end is a verdict; a rejection is a bug, and treated as `retry`.
 * - It gives up when `signal` is aborted, and then answers `retry`.
 * - The id of each event travels with it, so that a receiver can tell what it has: the same batch may come twice.
 * - `encode` is pure and total: the same record gives the same text. Its length is what batches are measured by.
 * - No verdict holds a secret: not the token, not the password of a proxy, not the query of an address.
 * - `close` gives back sockets and timers, and may be called twice.
 *
 * At most one `deliver` runs at a time.
 */
export interface AuditExporter {
  /** What kind it is, for statuses: `splunk-hec`. @default 'custom' */
  readonly type?: string;
  /** Where it sends to, for people: an address without user, password and query. */
  readonly endpoint?: string;
  readonly limits?: Partial<ExporterLimits>;
  /** The format that it sends unless the destination names another. @default `record` */
  readonly format?: EventFormatter;
  /** Names of the only formats that the receiver takes; absent: any. */
  readonly formats?: readonly string[];
  /**
   * What `delivered` is worth. `acknowledged`: the receiver answered for it. `sent`: it left, and nobody confirmed it (UDP).
   * @default 'acknowledged'
   */
  readonly assurance?: 'sent' | 'acknowledged';
  deliver(batch: DeliveryBatch, signal: AbortSignal): Promise<DeliveryVerdict>;
  /** One event as it goes out, where that is more than the format's text: an envelope, an action line. */
  encode?(record: AuditRecord, formatter: EventFormatter): string;
  /**
   * What became of earlier batches: those whose verdict was `sent`. Handles it does not know are `lost`.
   * @returns by handle; a handle that is absent counts as `pending`
   */
  confirm?(handles: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Confirmation>>;
  readonly confirmation?: Partial<ConfirmationTimes>;
  /** Does what `deliver` does, without an event. */
  probe?(signal: AbortSignal): Promise<ProbeVerdict>;
  close?(): Promise<void>;
}

/** An exporter that is nothing but its one method. */
export type ExporterFunction = AuditExporter['deliver'];
