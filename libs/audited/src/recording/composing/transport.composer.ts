import type { AuditTransport, HttpTransport } from '../../event/audit-event.js';
import type { Redactor, RedactionFindings } from '../../redaction/redactor.js';
import { assignDefined } from './assign-defined.js';

const MANUAL: AuditTransport = Object.freeze({ kind: 'manual' });

type Mutable<Facts> = { -readonly [Field in keyof Facts]: Facts[Field] };

/** How the action came in, as one-line texts. Whatever is no known kind of transport is `manual`. */
export function composeTransport(given: unknown, redactor: Redactor, findings: RedactionFindings): AuditTransport {
  if (typeof given !== 'object' || given === null) {
    return MANUAL;
  }
  const { kind, method, path, route, handler, status } = given as Readonly<Record<string, unknown>>;
  const text = (value: unknown, name: string): string | undefined =>
    redactor.line(value, `/transport/${name}`, findings);
  switch (kind) {
    case 'http': {
      const transport: Mutable<HttpTransport> = {
        kind,
        method: text(method, 'method') ?? '',
        path: text(path, 'path') ?? '',
      };
      assignDefined(transport, 'route', text(route, 'route'));
      assignDefined(transport, 'handler', text(handler, 'handler'));
      assignDefined(transport, 'status', statusCode(status));
      return transport;
    }
    case 'method':
    case 'job':
      return { kind, handler: text(handler, 'handler') ?? '' };
    default:
      return MANUAL;
  }
}

/** RFC 9110, section 15: three digits. */
function statusCode(given: unknown): number | undefined {
  return typeof given === 'number' && Number.isInteger(given) && given >= 100 && given <= 999 ? given : undefined;
}
