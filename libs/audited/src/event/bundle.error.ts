import { AuditError } from './audit.error.js';

/** A bundle cannot be written as it was asked for; nothing was left that looks like one. */
export class BundleRefusedError extends AuditError {
  override readonly name = 'BundleRefusedError';

  constructor(folder: string, problem: string, cure: string, options?: ErrorOptions) {
    super('AUDIT_BUNDLE_REFUSED', `The bundle "${folder}" was not written: ${problem}. ${cure}`, options);
  }
}

/** A bundle cannot be read to its end, so nothing in it was changed. */
export class BundleDamagedError extends AuditError {
  override readonly name = 'BundleDamagedError';

  constructor(folder: string, problem: string, options?: ErrorOptions) {
    super(
      'AUDIT_BUNDLE_DAMAGED',
      `The bundle "${folder}" is damaged: ${problem}. Verify it (\`audited verify-bundle\`), and take a copy that is whole.`,
      options,
    );
  }
}

/** The proof of an event cannot be made now. */
export class ProofUnavailableError extends AuditError {
  override readonly name = 'ProofUnavailableError';

  constructor(id: string, problem: string, cure: string, options?: ErrorOptions) {
    super('AUDIT_PROOF_UNAVAILABLE', `Event ${JSON.stringify(id)} cannot be proved: ${problem}. ${cure}`, options);
  }
}
