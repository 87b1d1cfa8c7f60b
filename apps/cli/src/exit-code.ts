import type { AuditErrorCode, PruneObstacle } from 'nestjs-audited';

/** What the command says to the shell. Documented in docs/guide/command-line.md; a number never changes its meaning. */
export const EXIT = {
  /** Done, or intact. */
  ok: 0,
  /** At least one fault that nobody explained. */
  broken: 1,
  /** The call or its input is wrong; nothing was done. */
  usage: 2,
  /** It cannot be done now: the database is down, a key service does not answer. */
  unavailable: 3,
  /** There are faults, and an operator explained each of them in a sealed record. */
  explained: 4,
} as const;

/** One of {@link EXIT}. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Every code of the package, decided: the compiler names one that is new. */
const EXIT_OF: Readonly<Record<AuditErrorCode, ExitCode>> = {
  // The log, a bundle or a tree is not what it was: whoever watches exit codes must look.
  AUDIT_HISTORY_CHANGED: EXIT.broken,
  AUDIT_PRUNE_REFUSED: EXIT.broken,
  AUDIT_RECORD_DAMAGED: EXIT.broken,
  AUDIT_TREE_INCOMPLETE: EXIT.broken,
  AUDIT_BUNDLE_DAMAGED: EXIT.broken,

  // Somebody must change the call, a file, a right or a configuration; trying again is of no use.
  AUDIT_ACTION_MISSING: EXIT.usage,
  AUDIT_ALREADY_REGISTERED: EXIT.usage,
  AUDIT_BUNDLE_REFUSED: EXIT.usage,
  AUDIT_CATALOGUE_INVALID: EXIT.usage,
  AUDIT_CHAIN_INVALID: EXIT.usage,
  AUDIT_COVERAGE_MISSING: EXIT.usage,
  AUDIT_CUSTODY_INPUT: EXIT.usage,
  AUDIT_DATABASE_UNUSABLE: EXIT.usage,
  AUDIT_EVENT_REFUSED: EXIT.usage,
  AUDIT_DESTINATION_EXISTS: EXIT.usage,
  AUDIT_DESTINATION_UNKNOWN: EXIT.usage,
  AUDIT_HOLD_EXISTS: EXIT.usage,
  AUDIT_HOLD_UNKNOWN: EXIT.usage,
  AUDIT_INBOX_MISSING: EXIT.usage,
  AUDIT_KEY_INVALID: EXIT.usage,
  AUDIT_NOTE_MALFORMED: EXIT.usage,
  AUDIT_OPTIONS_INVALID: EXIT.usage,
  AUDIT_POSITIONS_INVALID: EXIT.usage,
  AUDIT_PROOF_MALFORMED: EXIT.usage,
  AUDIT_PROOF_UNAVAILABLE: EXIT.usage,
  AUDIT_QUERY_INVALID: EXIT.usage,
  AUDIT_QUERY_TOO_SLOW: EXIT.unavailable,
  AUDIT_READ_FORBIDDEN: EXIT.usage,
  AUDIT_REANCHOR_NEEDLESS: EXIT.usage,
  AUDIT_SCHEMA_TOO_NEW: EXIT.usage,
  AUDIT_SPOOL_UNUSABLE: EXIT.usage,
  AUDIT_TRANSACTION_MISSING: EXIT.usage,

  // Another attempt may succeed: a server, a disk or a key service.
  AUDIT_CHECKPOINT_FILE: EXIT.unavailable,
  AUDIT_CLOSED: EXIT.unavailable,
  AUDIT_INBOX_UNAVAILABLE: EXIT.unavailable,
  AUDIT_NOT_RECORDED: EXIT.unavailable,
  AUDIT_OVERLOADED: EXIT.unavailable,
  AUDIT_SIGNING_FAILED: EXIT.unavailable,
  AUDIT_SPOOL_FULL: EXIT.unavailable,
  AUDIT_STATEMENT_ALTERED: EXIT.unavailable,
  AUDIT_STORE_UNAVAILABLE: EXIT.unavailable,
};

/** A prune is refused for several reasons; only the first says that the log is broken. */
const EXIT_OF_OBSTACLE: Readonly<Record<PruneObstacle, ExitCode>> = {
  broken: EXIT.broken,
  explained: EXIT.explained,
  hold: EXIT.usage,
  archive: EXIT.unavailable,
};

/** What a failure means to the shell. An error without one of our codes is nobody's input: it cannot be done now. */
export function exitCodeOf(error: unknown): ExitCode {
  const { code, obstacle } = (error ?? {}) as { readonly code?: unknown; readonly obstacle?: unknown };
  if (typeof obstacle === 'string' && Object.hasOwn(EXIT_OF_OBSTACLE, obstacle)) {
    return EXIT_OF_OBSTACLE[obstacle as PruneObstacle];
  }
  return typeof code === 'string' && Object.hasOwn(EXIT_OF, code) ? EXIT_OF[code as AuditErrorCode] : EXIT.unavailable;
}
