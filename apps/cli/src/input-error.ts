/** The call itself is wrong: a file that is not there, an option that contradicts another. */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly code = 'AUDIT_CUSTODY_INPUT';
}
