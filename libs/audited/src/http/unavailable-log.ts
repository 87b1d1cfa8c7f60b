import { BadRequestException, ServiceUnavailableException } from '@nestjs/common';
import { AuditError } from '../event/audit.error.js';

/**
 * A read of the log, for an HTTP answer: while the database is down, or takes too long, it is a 503, not a fault of this
 * application; a cursor that is none is known as such only when the log is asked, and is a 400 like any other parameter.
 *
 * @throws ServiceUnavailableException in place of `StoreUnavailableError` and `QueryTooSlowError`, BadRequestException in
 * place of `QueryInvalidError`; anything else as it is
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
    if (error instanceof AuditError && error.code === 'AUDIT_QUERY_TOO_SLOW') {
      throw new ServiceUnavailableException(error.message, { cause: error });
    }
    if (error instanceof AuditError && error.code === 'AUDIT_QUERY_INVALID') {
      throw new BadRequestException(error.message, { cause: error });
    }
    throw error;
  }
}
