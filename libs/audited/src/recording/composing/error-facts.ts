import { types } from 'node:util';
import type { AuditErrorInfo } from '../../event/audit-event.js';
import type { Redactor, RedactionFindings } from '../../redaction/redactor.js';

/**
 * The facts of an error: class, stable code, message. Never the stack: it tells an attacker who reads
 * the log how the application is built, and an auditor nothing.
 */
export function composeError(
  error: unknown,
  redactor: Redactor,
  findings: RedactionFindings,
): AuditErrorInfo | undefined {
  if (error === undefined || error === null) {
    return undefined;
  }
  const facts = typeof error === 'object' ? factsOf(error) : { message: error };
  const kept: { -readonly [Field in keyof AuditErrorInfo]: AuditErrorInfo[Field] } = {};
  for (const field of ['type', 'code', 'message'] as const) {
    const text = redactor.line(facts[field], `/error/${field}`, findings);
    if (text !== undefined) {
      kept[field] = text;
    }
  }
  return kept;
}

interface ErrorFacts {
  readonly type?: unknown;
  readonly code?: unknown;
  readonly message?: unknown;
}

/** Reads an error that may be hostile: every property access can throw. */
function factsOf(error: object): ErrorFacts {
  try {
    const { type, name, code, message } = error as ErrorFacts & { readonly name?: unknown };
    const className = types.isNativeError(error) || error instanceof Error ? error.constructor?.name : type;
    // Library errors often share one class and differ by name.
    const named = (className === undefined || className === 'Error') && typeof name === 'string' ? name : className;
    return { type: named, code: scalar(code), message };
  } catch {
    // The error's own getter threw; that it was an error is all there is to know.
    return { type: 'UnreadableError' };
  }
}

function scalar(value: unknown): unknown {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}
