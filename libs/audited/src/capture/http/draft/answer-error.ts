import type { AuditErrorInfo } from '../../../event/audit-event.js';

/** A longer error body is no sentence; it is not parsed. */
const MAX_ERROR_BODY_CHARACTERS = 16_384;

/**
 * The error as the client was told it: for refusals by guards and pipes nobody else saw the exception.
 *
 * @param body the last piece of the answer: Nest's `{ statusCode, message, error }`, or anything
 */
export function answerError(status: number, body: unknown): AuditErrorInfo {
  const text = bodyText(body);
  const told = text === undefined ? undefined : parsedObject(text);
  const message = messageOf(told?.['message']) ?? messageOf(told?.['detail']) ?? messageOf(told?.['title']);
  const type = messageOf(told?.['error']);
  return {
    code: String(status),
    ...(type === undefined ? {} : { type }),
    ...(message === undefined ? {} : { message }),
  };
}

function bodyText(body: unknown): string | undefined {
  if (typeof body === 'string') {
    return body.length <= MAX_ERROR_BODY_CHARACTERS ? body : undefined;
  }
  if (body instanceof Uint8Array && body.byteLength <= MAX_ERROR_BODY_CHARACTERS) {
    return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  }
  return undefined;
}

function parsedObject(text: string): Readonly<Record<string, unknown>> | undefined {
  if (!text.startsWith('{')) {
    return undefined;
  }
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    // Not JSON after all, or compressed: the status alone is what is known.
    return undefined;
  }
}

function messageOf(value: unknown): string | undefined {
  if (Array.isArray(value)) {
    return value.filter((item) => typeof item === 'string').join('; ');
  }
  return typeof value === 'string' && value !== '' ? value : undefined;
}
