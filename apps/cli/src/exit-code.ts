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

/** Errors of which another attempt may succeed, by their codes. */
const UNAVAILABLE: ReadonlySet<string> = new Set([
  'AUDIT_STORE_UNAVAILABLE',
  'AUDIT_INBOX_UNAVAILABLE',
  'AUDIT_SIGNING_FAILED',
]);

/** What a failure means to the shell. An error without one of our codes is nobody's input: it cannot be done now. */
export function exitCodeOf(error: unknown): ExitCode {
  const code = (error as { readonly code?: unknown } | null)?.code;
  if (typeof code !== 'string' || !code.startsWith('AUDIT_')) {
    return EXIT.unavailable;
  }
  return UNAVAILABLE.has(code) ? EXIT.unavailable : EXIT.usage;
}
