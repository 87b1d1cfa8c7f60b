import { AuditError } from './audit.error.js';

/** A query asks for what whoever reads may not see. */
export class ReadForbiddenError extends AuditError {
  override readonly name = 'ReadForbiddenError';

  /** @param parameter filter by which it would be found out: `actorEmail`, `not.ip` */
  constructor(readonly parameter: string) {
    super(
      'AUDIT_READ_FORBIDDEN',
      `Audit query parameter "${parameter}" filters by personal data, which is masked for whoever asks. ` +
        'Leave it out, or let somebody ask who may read personal data.',
    );
  }
}
