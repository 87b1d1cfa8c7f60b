/** An event that the receiver refused for good, by its place in the batch. */
export interface RefusedEvent {
  /** Place in `DeliveryBatch.events`; the first is 0. */
  readonly index: number;
  /** Why, in the receiver's words: one line, without secrets. */
  readonly reason: string;
}

/**
 * What an exporter answers. It never waits, retries or drops: it says what happened, and the engine decides.
 *
 * - `delivered`: the receiver has every event of the batch, those included that it had before.
 * - `sent`: every event is on its way, and `AuditExporter.confirm` will tell whether it arrived.
 * - `partial`: the receiver has every event but those named. `refused` it will never take; `again` it may take later.
 *   `unnamed`: so many it refused without saying which, and must not be sent them again.
 * - `retry`: none arrived for certain, and the same batch may arrive later: the receiver is down, slow or full.
 * - `split`: too large for one request; smaller batches may pass.
 * - `poison`: none arrived, because something in the batch can never be taken; `index` where the receiver named it.
 * - `hold`: the destination is set up wrongly (token, index, role, address, certificate). Nothing will arrive before somebody
 *   mends it, and nothing is the events' fault: they stay in the log.
 *
 * `reason` is one line for people, without secrets; `cure` says what to do about it.
 */
export type DeliveryVerdict =
  | { readonly status: 'delivered'; readonly slowDownMs?: number }
  | { readonly status: 'sent'; readonly handle: string; readonly slowDownMs?: number }
  | {
      readonly status: 'partial';
      readonly refused: readonly RefusedEvent[];
      /** Places of those to send again. */
      readonly again?: readonly number[];
      readonly unnamed?: number;
      readonly reason: string;
      /** The least wait before those are sent again. */
      readonly afterMs?: number;
    }
  | {
      readonly status: 'retry';
      readonly reason: string;
      readonly cure?: string;
      /** The least wait, as the receiver asked for (`Retry-After`). */
      readonly afterMs?: number;
    }
  | { readonly status: 'split'; readonly reason: string }
  | { readonly status: 'poison'; readonly reason: string; readonly index?: number }
  | { readonly status: 'hold'; readonly reason: string; readonly cure: string; readonly afterMs?: number };

/** What a probe found: whether a batch would be taken now, without sending one. */
export type ProbeVerdict = { readonly status: 'ok' } | Extract<DeliveryVerdict, { status: 'retry' | 'hold' }>;

/** What became of something `sent`. `lost`: it never arrived, or nobody can tell any more: it is sent again. */
export type Confirmation = 'confirmed' | 'pending' | 'lost';
