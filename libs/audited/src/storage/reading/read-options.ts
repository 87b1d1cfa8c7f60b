/**
 * What whoever reads may see, and how long it may take. Never part of a query: nothing that a caller asks for widens it.
 */
export interface ReadOptions {
  /** Only records of these tenants; an empty list means none at all, and records without a tenant are nobody's. @default all */
  readonly tenants?: readonly string[];
  /**
   * `masked`: personal parts (e-mail, name, address, user agent and what else was recorded as personal) stay out of every
   * record, filters by them are refused, and such a record says `masked`.
   *
   * @default 'included'
   */
  readonly personal?: 'included' | 'masked';
  /** After so long the read gives up with `QueryTooSlowError`. In milliseconds, 1 to 600 000. @default 10 000 */
  readonly timeLimitMs?: number;
  /** Ends the read when whoever asked has gone: it rejects with the reason of the signal. */
  readonly signal?: AbortSignal;
}
