import { AuditError } from './audit.error.js';

/** No destination of this name is known, or it was removed. */
export class DestinationUnknownError extends AuditError {
  override readonly name = 'DestinationUnknownError';

  constructor(destination: string, known: readonly string[]) {
    const names = known.length === 0 ? 'none' : known.map((name) => `"${name}"`).join(', ');
    super('AUDIT_DESTINATION_UNKNOWN', `There is no destination "${destination}". Known: ${names}.`);
  }
}

/** A destination of this name is registered in this process already. */
export class DestinationExistsError extends AuditError {
  override readonly name = 'DestinationExistsError';

  constructor(destination: string) {
    super(
      'AUDIT_DESTINATION_EXISTS',
      `A destination "${destination}" is registered already. Choose another name, or remove that one first.`,
    );
  }
}
