/**
 * What an action waits for.
 *
 * - `best-effort`: nothing; the event is lost only if the process dies before the next commit
 * - `recorded`: the answer leaves after the record is durable (one group commit), in the database or, while that is
 *   down, in the spool
 * - `required`: fail-closed. The intent is durable before the handler runs, else the answer is 503 and the handler never
 *   runs; the outcome is durable before the answer leaves
 * - `transactional`: the record is written through the caller's own transaction and exists if and only if that commits;
 *   failures and refusals are recorded all the same
 */
export type AuditDurability = 'best-effort' | 'recorded' | 'required' | 'transactional';

/** From the weakest to the strongest promise. */
export const DURABILITIES: readonly AuditDurability[] = ['best-effort', 'recorded', 'required', 'transactional'];
