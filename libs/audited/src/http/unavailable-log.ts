import { ServiceUnavailableException } from '@nestjs/common';
import { AuditError } from '../event/audit.error.js';

/**
 * A read of the log, for an HTTP answer: while the database is down it is a 503, not a fault of this application.
 *
 * @throws ServiceUnavailableException in place of `StoreUnavailableError`; anything else as it is
 */
export async function readForAnswer<Result>(read: Promise<Result>): Promise<Result> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof AuditError && error.code === 'AUDIT_STORE_UNAVAILABLE') {
      throw new ServiceUnavailableException(
        'The audit log cannot be read at the moment: its database does not answer. Nothing is lost; try again later.',
        { cause: error },
      );
    }
    throw error;
  }
}
