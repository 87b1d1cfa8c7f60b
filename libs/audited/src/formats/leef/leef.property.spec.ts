import { isIP, isIPv4 } from 'node:net';
import fc from 'fast-check';
import type { AuditRecord } from '../../event/audit-record.js';
import { anyRecord } from '../../testing/formats/audit-record.arbitrary.js';
import { carriedText } from '../../testing/formats/reading/carried-text.js';
import { LEEF_PREDEFINED, parseLeef } from '../../testing/formats/reading/leef.parser.js';
import { formattedDocument } from '../formatted-document.js';
import { jsonText } from '../json-text.js';
import { leefFormatter, type LeefFormatOptions } from './leef.formatter.js';
import { LEEF_KEYS } from './leef-keys.js';

type Expected = readonly [key: string, fact: string | number | true | object | undefined, bytes: number];

const SEVERITIES = { debug: 1, info: 3, warning: 6, error: 8, critical: 10 };
const LOG_INS = ['auth.login', 'auth.failed', 'authn_login_success', 'authn_login_fail'];

/** What a line must hold, told a second time and without the formatter's table. */
function expected({ event, seal, erased, masked }: AuditRecord): readonly Expected[] {
  const { resource, error } = event;
  const began = Date.parse(event.occurredAt);
  return [
    ...expectedOfActor(event),
    ...expectedOfPlace(event),
    ['cat', event.outcome, 63],
    ['devTime', began < 10 ** 13 ? String(began).padStart(13, '0') : undefined, 13],
    ['sev', SEVERITIES[event.severity], 2],
    ['resource', resource?.id, 1023],
    ['eventId', event.id, 63],
    ['action', event.action, 1023],
    ['reason', event.reason, 1023],
    ['stage', event.stage, 63],
    ['risk', event.risk, 63],
    ['recordedAt', event.recordedAt, 24],
    ['durationMs', event.durationMs, 20],
    ['resourceType', resource?.type, 255],
    ['resourceName', resource?.name, 1023],
    ['chain', seal.chain, 64],
    ['position', seal.position, 20],
    ['hash', seal.hash, 64],
    ['previousHash', seal.previousHash, 64],
    ['scheme', seal.scheme, 63],
    ['mac', seal.mac, 255],
    ['personal', event.personal, 64],
    ['erased', erased, 4],
    ['masked', masked, 4],
    ['correlationId', event.correlationId, 255],
    ['causationId', event.causationId, 63],
    ['sessionId', event.sessionId, 255],
    ['traceId', event.traceId, 32],
    ['spanId', event.spanId, 16],
    ['ticket', event.ticket, 255],
    ['dataClassification', event.dataClassification, 255],
    ['errorType', error?.type, 255],
    ['errorCode', error?.code, 255],
    ['errorMessage', error?.message, 1023],
    ['targets', event.targets, 4000],
    ['changes', event.changes, 4000],
    ['details', event.details, 4000],
    ['truncated', event.truncated, 4000],
    ['redacted', event.redacted, 4000],
    ['spooled', event.spooled, 4],
    ['uncatalogued', event.uncatalogued, 4],
  ];
}

function expectedOfActor({ actor, type, outcome }: AuditRecord['event']): readonly Expected[] {
  const logIn = LOG_INS.includes(type);
  const source = address(actor.ip);
  return [
    ['src', source, 45],
    ['usrName', [actor.email, actor.name, actor.id].find((text = '') => carriedText(text, 255) !== ''), 255],
    ['identSrc', logIn && outcome === 'success' && actor.kind === 'user' ? source : undefined, 45],
    ['accountName', actor.id, 255],
    ['role', actor.roles?.join(','), 1023],
    ['realm', actor.tenantId, 255],
    ['isLoginEvent', logIn || undefined, 4],
    ['isLogoutEvent', type === 'auth.logout' || undefined, 4],
    ['actorKind', actor.kind, 63],
    ['actorName', actor.name, 255],
    ['userAgent', actor.userAgent, 1023],
    ['onBehalfOf', actor.onBehalfOf, 4000],
  ];
}

function expectedOfPlace({ origin, transport }: AuditRecord['event']): readonly Expected[] {
  const http = transport.kind === 'http' ? transport : undefined;
  return [
    ['url', http?.path, 1023],
    ['transport', transport.kind, 63],
    ['method', http?.method, 63],
    ['route', http?.route, 1023],
    ['status', http?.status, 20],
    ['handler', 'handler' in transport ? transport.handler : undefined, 1023],
    ['host', origin.host, 255],
    ['instanceId', origin.instanceId, 255],
    ['component', origin.component, 255],
    ['platform', origin.platform, 255],
    ['version', origin.version, 255],
    ['environment', origin.environment, 255],
  ];
}

function address(text = ''): string | undefined {
  const mapped = text.startsWith('::ffff:') ? text.slice(7) : '';
  if (isIPv4(mapped)) return mapped;
  return isIP(text) === 0 ? undefined : text.split('%')[0];
}

const KEYS = [...new Set([...LEEF_PREDEFINED, ...LEEF_KEYS.map(({ key }) => key)])];

/** A text with a space for the delimiter and for an `=` behind the name of a key. */
function safe(text: string, delimiter: string): string {
  let value = text.replaceAll(delimiter, ' ');
  const signs = [...value.matchAll(/=/g)].map(({ index }) => index);
  for (const sign of signs) {
    const before = value.slice(0, sign).toLowerCase();
    if (KEYS.some((key) => before.endsWith(key.toLowerCase())))
      value = `${value.slice(0, sign)} ${value.slice(sign + 1)}`;
  }
  return value;
}

function expectCarried(value: string | undefined, fact: Expected[1], bytes: number, delimiter: string): void {
  if (typeof fact === 'object') {
    const whole = jsonText(fact);
    if (value === undefined) {
      // Escapes may take room, but only those of an `=` or a delimiter.
      expect(Object.keys(fact).length === 0 || Buffer.byteLength(whole) * 6 > bytes).toBe(true);
      return;
    }
    expect(Buffer.byteLength(value)).toBeLessThanOrEqual(bytes);
    expect(value).not.toContain('=');
    const all = membersOf(JSON.parse(whole) as object);
    const kept = membersOf(JSON.parse(value) as object);
    expect(kept.filter((member) => !all.includes(member))).toEqual([]);
    if (Buffer.byteLength(whole) * 6 <= bytes) expect(kept).toEqual(all);
    return;
  }
  const text = fact === undefined ? '' : carriedText(safe(String(fact), delimiter), bytes);
  expect(value).toBe(text === '' ? undefined : text);
}

/** Each member with its name, or each element, as JSON: `__proto__` is a name like any other. */
function membersOf(value: object): readonly string[] {
  return (Array.isArray(value) ? value : Object.entries(value)).map((member) => JSON.stringify(member));
}

const OPTIONS: readonly LeefFormatOptions[] = [{}, { version: '1.0' }, { delimiter: '^' }, { delimiter: 'xA6' }];

describe('Every record in LEEF', () => {
  it.each(OPTIONS)('comes back from a strict reader, value by value, and nothing else: %j', (options) => {
    const formatter = leefFormatter(options);
    fc.assert(
      fc.property(anyRecord, (record) => {
        const { attributes, delimiter, version } = parseLeef(formatter.format(record));
        expect(version).toBe(options.version ?? '2.0');
        const left = new Map(attributes);
        left.delete('eventCategory');
        for (const [key, fact, bytes] of expected(record)) {
          expectCarried(left.get(key), fact, bytes, delimiter);
          left.delete(key);
        }
        expect([...left]).toEqual([]);
      }),
    );
  });

  it('holds no key that an expression of the DSM guide could find inside a value', () => {
    const formatter = leefFormatter();
    fc.assert(
      fc.property(anyRecord, (record) => {
        const line = formatter.format(record);
        const { attributes } = parseLeef(line);
        for (const key of KEYS) {
          // Only an attribute of IBM's own ends like another: `identSrc`, `vSrc`.
          const found = new RegExp(`${key}=([^\\t]+)`).exec(line)?.[1];
          expect(found).toBe(attributes.get(key));
        }
      }),
    );
  });

  it('is one line of a document', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyRecord, { maxLength: 3 }), async (records) => {
        let text = '';
        for await (const piece of formattedDocument(leefFormatter(), records)) text += piece;
        const lines = text.split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/u);
        expect(lines.pop()).toBe('');
        expect(lines.map((line) => parseLeef(line).attributes.get('eventId'))).toEqual(
          records.map(({ event }) => event.id),
        );
      }),
    );
  });

  it('is never longer than its keys allow', () => {
    const most = LEEF_KEYS.reduce((sum, { key, bytes }) => sum + key.length + 2 + bytes, 1_000);
    const formatter = leefFormatter();
    fc.assert(
      fc.property(anyRecord, (record) => expect(Buffer.byteLength(formatter.format(record))).toBeLessThan(most)),
    );
  });
});
