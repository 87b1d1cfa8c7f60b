import { OptionsInvalidError } from '../../event/audit.error.js';
import { checkShape } from '../../event/option-checks.js';

/** Said by the exporter or by HTTP itself. */
const RESERVED = new Set(
  (
    'connection content-encoding content-length content-type expect host keep-alive proxy-authorization ' +
    'proxy-connection te trailer transfer-encoding upgrade webhook-id webhook-signature webhook-timestamp'
  ).split(' '),
);
/** RFC 9110, section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** RFC 9110, section 5.5: visible characters, with spaces and tabs only between them. */
const VALUE = /^[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?$/;

/**
 * Headers out of an option, with lower-case names.
 *
 * @throws OptionsInvalidError that does not repeat a value
 */
export function webhookHeaders(given: unknown = {}): Readonly<Record<string, string>> {
  checkShape('headers', given, Object.keys(given ?? {}));
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(given as Readonly<Record<string, unknown>>)) {
    const option = `headers.${name}`;
    const lower = name.toLowerCase();
    if (!TOKEN.test(name)) {
      throw new OptionsInvalidError('headers', `holds ${JSON.stringify(name)}`, 'Use names such as "Authorization".');
    }
    if (RESERVED.has(lower) || headers.has(lower)) {
      const problem = headers.has(lower) ? 'is given twice' : 'is said by the exporter itself';
      throw new OptionsInvalidError(option, problem, 'Leave it out.');
    }
    if (typeof value !== 'string' || !VALUE.test(value)) {
      throw new OptionsInvalidError(
        option,
        'is no value of a header',
        'Use one line of Latin text without spaces around it.',
      );
    }
    headers.set(lower, value);
  }
  return Object.fromEntries(headers);
}
