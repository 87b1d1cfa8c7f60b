import { HttpStatus, ServiceUnavailableException } from '@nestjs/common';
import type { AnswerInstead } from '../gate/replaced-answer.js';

/** When a client may try again: a store that is restarted is back by then. */
export const RETRY_AFTER_SECONDS = 5;

const ERROR = 'Service Unavailable';

/** Nothing was done, so the same request may be sent again. */
const NOT_RECORDED = 'AUDIT_NOT_RECORDED';
/** Something was done; whether to send the request again is a decision of whoever sent it. */
const OUTCOME_NOT_RECORDED = 'AUDIT_OUTCOME_NOT_RECORDED';

const NOTHING_DONE = {
  statusCode: HttpStatus.SERVICE_UNAVAILABLE,
  error: ERROR,
  code: NOT_RECORDED,
  message:
    'This action must be on the audit trail before it is done, and it could not be recorded. ' +
    'Nothing was done. Try again later.',
};

/** Thrown in place of a handler whose intent could not be made durable. */
export function intentNotRecorded(): ServiceUnavailableException {
  return new ServiceUnavailableException({ ...NOTHING_DONE });
}

/** In place of a refusal that could not be recorded: the handler was never reached. */
export function refusalNotRecorded(): AnswerInstead {
  return { status: HttpStatus.SERVICE_UNAVAILABLE, body: NOTHING_DONE };
}

/** In place of the answer of a handler that ran. @param intentId id of the intent's record */
export function outcomeNotRecorded(intentId: string): AnswerInstead {
  return {
    status: HttpStatus.SERVICE_UNAVAILABLE,
    body: {
      statusCode: HttpStatus.SERVICE_UNAVAILABLE,
      error: ERROR,
      code: OUTCOME_NOT_RECORDED,
      message:
        'The action ran, but its outcome could not be recorded on the audit trail, so its answer is withheld. ' +
        'Find out what it did before sending the request again; the audit trail has the intent.',
      intentId,
    },
  };
}
