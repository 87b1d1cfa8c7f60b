import type { AuditSeal } from '../event/audit-record.js';

/**
 * One way to compute the hash of a record. Schemes are chosen by the id in the seal, so records
 * sealed by an older scheme stay verifiable for as long as the scheme is kept in the registry.
 *
 * Contract: pure and deterministic; any one-byte change to the chain, position, previous hash,
 * scheme, body or, where the scheme has one, mac gives another hash; `body` is canonical JSON and is taken as it is.
 */
export interface IntegrityScheme {
  /** Stored in every seal; never reused for other arithmetic. */
  readonly id: string;
  hash(seal: Omit<AuditSeal, 'hash' | 'scheme'>, body: string): string;
  /**
   * The hash the same record would have at any position. The verifier asks for thousands of positions to find out where
   * a misplaced record belongs (the mac stays the stored one), so the cost of one answer must not grow with the body.
   */
  hashAtPosition(seal: Pick<AuditSeal, 'chain' | 'previousHash' | 'mac'>, body: string): (position: number) => string;
}
