import fc from 'fast-check';
import { isIP } from 'node:net';
import type { AuditRecord } from '../../event/audit-record.js';
import { anyRecord } from '../../testing/formats/audit-record.arbitrary.js';
import { carriedText } from '../../testing/formats/reading/carried-text.js';
import { parseCef } from '../../testing/formats/reading/cef.parser.js';
import { parseLeef } from '../../testing/formats/reading/leef.parser.js';
import { asSaid, parseFlat } from '../../testing/formats/reading/older-systems.parser.js';
import { parseSyslog3164 } from '../../testing/formats/reading/syslog-3164.parser.js';
import { parseSyslog5424 } from '../../testing/formats/reading/syslog-5424.parser.js';
import type { EventFormatter } from '../event-formatter.js';
import { createFormatter } from '../event-formatters.js';
import { formattedDocument } from '../formatted-document.js';
import { LINE_FORMATTERS } from '../line-formatters.js';
import { SHED_PARTS } from './shorter-record.js';
import type { PayloadName } from './syslog-payload.js';
import { syslogBsdFormatter } from './syslog-bsd.formatter.js';
import { syslogFormatter } from './syslog.formatter.js';

/** Every format that a message may carry by name. */
const NAMES = Object.keys(LINE_FORMATTERS) as readonly PayloadName[];
/** Readers that throw for what is not their format; the other formats are JSON. */
const READERS = new Map<PayloadName, (text: string) => unknown>([
  ['cef', parseCef],
  ['flat', parseFlat],
  ['leef', parseLeef],
]);
/** Their first word is the TAG of a message of RFC 3164. */
const SELF_TAGGED: readonly PayloadName[] = ['cef', 'leef'];
const BOUNDLESS = 2 ** 24;
const anyLimit = fc.constantFrom(480, 600, 1024, 2048, 4096, 8192);
const HOSTILE: EventFormatter = {
  ...createFormatter('record'),
  name: 'hostile',
  format: ({ event }) => `${event.action}\n<13>1 - - - - - - forged\r\n${event.type}\ud800\u0000`,
};

/** PRINTUSASCII or nothing, told character by character. */
function fieldOf(text: string | undefined, limit: number): string | undefined {
  let field = '';
  for (const character of text ?? '') field += /^[!-~]$/.test(character) ? character : '_';
  return field === '' || field === '-' ? undefined : field.slice(0, limit);
}

/** The record, and what is left of it each time a part has gone. */
function* lessAndLess(record: AuditRecord): Generator<AuditRecord> {
  yield record;
  let event = record.event;
  for (const part of SHED_PARTS) {
    const { [part]: gone, ...rest } = event;
    if (gone === undefined) continue;
    const bytes = Buffer.byteLength(JSON.stringify(gone));
    event = { ...rest, truncated: [...(event.truncated ?? []), { path: `/${part}`, bytes }] };
    yield { ...record, event };
  }
}

/** From this length on a message is never broken, whatever the record. */
const LEAST_PAIRS = 1024;
const LEAST_JSON = 4096;

/** What a message of one format carries, when it is short enough or was made so. */
function expectPayload(name: PayloadName, carried: string, record: AuditRecord, maxBytes: number): void {
  const payload = createFormatter(name);
  const read = READERS.get(name) ?? JSON.parse;
  const whole = payload.format(record);
  if (maxBytes === BOUNDLESS) expect(carried).toBe(whole);
  if (carried === whole) {
    expect(() => read(carried) as unknown).not.toThrow();
  } else if (name === 'cef' || name === 'leef') {
    if (maxBytes >= LEAST_PAIRS) expectPairs(pairsOf(name, carried), pairsOf(name, whole));
  } else {
    const wholes = Array.from(lessAndLess(record), (less) => payload.format(less));
    if (!wholes.includes(carried) && maxBytes < LEAST_JSON) return;
    expect(() => read(carried) as unknown).not.toThrow();
    for (const fact of [record.event.id, record.seal.hash, record.seal.previousHash]) {
      expect(carried).toContain(fact);
    }
  }
}

function pairsOf(name: 'cef' | 'leef', line: string): ReadonlyMap<string, string> {
  return name === 'cef' ? parseCef(line).extension : parseLeef(line).attributes;
}

/** Some of the pairs, as they were and in their order. */
function expectPairs(some: ReadonlyMap<string, string>, all: ReadonlyMap<string, string>): void {
  expect(some.size).toBeLessThan(all.size);
  expect([...some]).toEqual([...all].filter(([key]) => some.has(key)));
}

describe('Whatever the record, a message of RFC 5424', () => {
  it('has the header of its event, which nothing in the record can forge', () => {
    fc.assert(
      fc.property(anyRecord, fc.constantFrom(...NAMES, 'text' as const), anyLimit, (record, payload, maxBytes) => {
        const bytes = Buffer.from(syslogFormatter({ payload, maxBytes, enterpriseNumber: 32473 }).format(record));
        const { event } = record;
        const message = parseSyslog5424(bytes);
        expect(message).toMatchObject({
          facility: 13,
          timestamp: event.occurredAt,
          hostname: fieldOf(event.origin.host, 255),
          appName: fieldOf(event.origin.component ?? 'nestjs-audited', 48),
          msgId: fieldOf(event.type, 32),
        });
        expect([fieldOf(event.origin.instanceId, 128), undefined]).toContain(message.procId);
        expect(bytes.length).toBeLessThanOrEqual(maxBytes);
      }),
    );
  });

  it.each(NAMES)('carries %s, which reads when it is not cut', (payload) => {
    fc.assert(
      fc.property(anyRecord, fc.oneof(anyLimit, fc.constant(BOUNDLESS)), (record, maxBytes) => {
        const text = syslogFormatter({ payload, maxBytes } as never).format(record);
        const { bom, message } = parseSyslog5424(Buffer.from(text));
        expect(bom).toBe(false);
        expectPayload(payload, message, record, maxBytes);
      }),
      { numRuns: 50 },
    );
  });

  it('has every fact of its event in the private element, and nothing else', () => {
    const formatter = syslogFormatter({ payload: 'text', enterpriseNumber: 32473, maxBytes: BOUNDLESS });
    fc.assert(
      fc.property(anyRecord, (record) => {
        const { structuredData, bom, message } = parseSyslog5424(Buffer.from(formatter.format(record)));
        expect(structuredData.map(({ id }) => id)).toEqual(['timeQuality', 'origin', 'meta', 'audit@32473']);
        const parameters = (structuredData[3]?.parameters ?? []).map(([name, value]): Parameter => {
          return [name, JSON_PARAMETERS.has(name) ? JSON.parse(value) : value];
        });
        expect(inOrderOfNames(parameters)).toEqual(inOrderOfNames(parametersOf(record)));
        expect(message).toBe(carriedText(`.${record.event.action}.`, BOUNDLESS).slice(1, -1));
        expect(bom).toBe(message !== '');
      }),
    );
  });

  it('is one line, also around a formatter that knows no restraint', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyRecord, { maxLength: 4 }), async (records) => {
        let text = '';
        const formatter = syslogFormatter({ payload: HOSTILE });
        for await (const piece of formattedDocument(formatter, records)) text += piece;
        const lines = text.split('\n');
        expect(lines.pop()).toBe('');
        expect(lines.map((line) => parseSyslog5424(Buffer.from(line)).timestamp)).toEqual(
          records.map(({ event }) => event.occurredAt),
        );
      }),
      { numRuns: 30 },
    );
  });
});

describe('Whatever the record, a message of RFC 3164', () => {
  it.each(NAMES)('carries %s behind a header that nothing in the record can forge', (payload) => {
    fc.assert(
      fc.property(anyRecord, fc.oneof(anyLimit, fc.constant(BOUNDLESS)), (record, maxBytes) => {
        const { event } = record;
        const text = syslogBsdFormatter({ payload, maxBytes } as never).format(record);
        const message = parseSyslog3164(Buffer.from(text), maxBytes);
        const at = new Date(event.occurredAt);
        expect(message).toMatchObject({
          facility: 13,
          month: at.toLocaleString('en-US', { month: 'short', timeZone: 'UTC' }),
          day: at.getUTCDate(),
          time: event.occurredAt.slice(11, 19),
        });
        expectHost(message.hostname, event.origin.host);
        if (SELF_TAGGED.includes(payload)) {
          expect(message.tag).toBe(payload.toUpperCase());
          expectPayload(payload, message.tag + message.content, record, maxBytes);
          return;
        }
        const component = (event.origin.component ?? '').replaceAll(/[^A-Za-z0-9]/g, '').slice(0, 32);
        expect(message.tag).toBe(component === '' ? 'nestjsaudited' : component);
        expect(message.content.slice(0, 2)).toBe(': ');
        expectPayload(payload, message.content.slice(2), record, maxBytes);
      }),
      { numRuns: 50 },
    );
  });

  it('is one line around free text and around a formatter that knows no restraint', () => {
    fc.assert(
      fc.property(anyRecord, fc.constantFrom('text' as const, HOSTILE), (record, payload) => {
        const { tag, content } = parseSyslog3164(
          Buffer.from(syslogBsdFormatter({ payload, tag: 'audit' }).format(record)),
        );
        expect([tag, content.slice(0, 2)]).toEqual(['audit', ': ']);
      }),
    );
  });

  it('of the preset is the flat entry behind its tag', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        const text = createFormatter('sentinel-audit', { maxBytes: BOUNDLESS }).format(record);
        const { facility, severity, tag, content } = parseSyslog3164(Buffer.from(text), BOUNDLESS);
        expect({ facility, severity, tag }).toEqual({ facility: 23, severity: 6, tag: 'SentinelAudit' });
        expect(content).toBe(`: ${createFormatter('flat').format(record)}`);
      }),
    );
  });
});

type Parameter = readonly [name: string, value: unknown];

const JSON_PARAMETERS: ReadonlySet<string> = new Set(['onBehalfOf', 'details', 'changes', 'targets', 'truncated']);

function inOrderOfNames(parameters: readonly Parameter[]): readonly Parameter[] {
  return parameters.toSorted(([one], [other]) => one.localeCompare(other));
}

/** Every fact of a record, by the name that the private element has for it; an absent or empty one has none. */
function parametersOf({ event, seal, erased, masked }: AuditRecord): readonly Parameter[] {
  const { actor, resource, transport, error } = event;
  const { details, changes, targets, truncated, redacted, ...facts } = event;
  const { roles, onBehalfOf, ip, email, name, id, kind, ...restOfActor } = actor;
  const { kind: means, ...exchange } = transport;
  const called = { actorIp: ip, actorEmail: email, actorName: name, actor: id, actorKind: kind, transport: means };
  const about = { resourceType: resource?.type, resourceId: resource?.id, resourceName: resource?.name };
  const failed = { errorType: error?.type, errorCode: error?.code, errorMessage: error?.message };
  const { actor: _actor, action: _action, resource: _resource, transport: _transport, ...scalars } = facts;
  const { occurredAt: _occurredAt, origin, error: _error, ...others } = scalars;
  const texts = {
    ...others,
    ...origin,
    ...restOfActor,
    ...called,
    ...about,
    ...failed,
    ...exchange,
    ...seal,
    erased,
    masked,
  };
  return [
    ...Object.entries(texts).map(([key, fact]): Parameter => [
      key,
      fact === undefined ? '' : singleLined(String(fact)),
    ]),
    ...(roles ?? []).map((role): Parameter => ['roles', singleLined(role)]),
    ...(redacted ?? []).map((path): Parameter => ['redacted', singleLined(path)]),
    ...Object.entries({ onBehalfOf, details, changes, targets, truncated }).map(([key, fact]): Parameter => {
      return [key, fact === undefined || (Array.isArray(fact) && fact.length === 0) ? '' : asSaid(fact)];
    }),
  ].filter(([, value]) => value !== '');
}

/** A value of at most 255 bytes; nothing is trimmed. */
function singleLined(text: string): string {
  let value = '';
  for (const character of carriedText(`.${text}.`, BOUNDLESS).slice(1, -1)) {
    if (Buffer.byteLength(value + character) > 255) break;
    value += character;
  }
  return value;
}

function expectHost(hostname: string, host: string | undefined): void {
  if (host !== undefined && isIP(host) !== 0) expect(hostname).toBe(host.split('%')[0]);
  else if (/^[A-Za-z0-9]+$/.test(host?.split('.')[0] ?? '')) expect(hostname).toBe(host?.split('.')[0]?.slice(0, 63));
  else expect(hostname === '0.0.0.0' || !hostname.includes('.')).toBe(true);
}
