import { isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
import type { AuditActor, AuditResource } from '../../event/audit-event.js';
import type { AuditRecord } from '../../event/audit-record.js';
import { anyRecord } from '../../testing/formats/audit-record.arbitrary.js';
import { carriedText } from '../../testing/formats/reading/carried-text.js';
import { parseCef } from '../../testing/formats/reading/cef.parser.js';
import { formattedDocument } from '../formatted-document.js';
import { jsonText } from '../json-text.js';
import { cefFormatter } from './cef.formatter.js';
import { CEF_KEYS } from './cef-keys.js';

type Expected = readonly [key: string, fact: string | number | true | object | undefined, bytes: number];

const LABELS = {
  c6a1: 'Device IPv6 Address',
  c6a2: 'Source IPv6 Address',
  cn1: 'HTTP Status',
  cn2: 'Chain Position',
  cs1: 'Resource Type',
  cs2: 'Resource ID',
  cs3: 'Tenant ID',
  cs4: 'Correlation ID',
  cs5: 'Record Hash',
  cs6: 'Details',
  flexString1: 'Old Values',
  flexString2: 'New Values',
};

/** What a line must hold, told a second time and without the formatter's table. */
function expected(record: AuditRecord, version: 0 | 1): readonly Expected[] {
  const { event, seal, erased, masked } = record;
  const { resource, origin, error } = event;
  const added: readonly Expected[] = [
    ['reportedResourceType', resource?.type, 64],
    ['reportedResourceID', resource?.id, 256],
    ['reportedResourceName', resource?.name, 64],
    ['reportedResourceGroupName', resource && origin.platform, 128],
    ['reportedDuration', event.durationMs, 20],
  ];
  return [
    ...expectedOfEvent(event),
    ...expectedOfActor(event),
    ...expectedOfPlace(event),
    ['cs1', resource?.type, 4000],
    ['cs2', resource?.id, 4000],
    ['NestjsAuditedResourceName', resource?.name, 1023],
    ['NestjsAuditedTargets', event.targets, 4000],
    ['NestjsAuditedErrorType', error?.type, 255],
    ['NestjsAuditedErrorCode', error?.code, 255],
    ['NestjsAuditedErrorMessage', error?.message, 1023],
    ['cs5', seal.hash, 4000],
    ['cn2', seal.position, 20],
    ['NestjsAuditedStage', event.stage, 63],
    ['NestjsAuditedRisk', event.risk, 63],
    ['NestjsAuditedTicket', event.ticket, 255],
    ['NestjsAuditedDataClassification', event.dataClassification, 255],
    ['NestjsAuditedChain', seal.chain, 64],
    ['NestjsAuditedPreviousHash', seal.previousHash, 64],
    ['NestjsAuditedScheme', seal.scheme, 63],
    ['NestjsAuditedMac', seal.mac, 255],
    ['NestjsAuditedPersonal', event.personal, 64],
    ['NestjsAuditedErased', erased, 4],
    ['NestjsAuditedMasked', masked, 4],
    ['NestjsAuditedCausationId', event.causationId, 40],
    ['NestjsAuditedSessionId', event.sessionId, 255],
    ['NestjsAuditedTraceId', event.traceId, 32],
    ['NestjsAuditedSpanId', event.spanId, 16],
    ['NestjsAuditedTruncated', event.truncated, 4000],
    ['NestjsAuditedRedacted', event.redacted, 4000],
    ['NestjsAuditedSpooled', event.spooled, 4],
    ['NestjsAuditedUncatalogued', event.uncatalogued, 4],
    ...(version === 0 ? [] : added),
  ];
}

function expectedOfEvent(event: AuditRecord['event']): readonly Expected[] {
  const began = Date.parse(event.occurredAt);
  return [
    ['rt', Date.parse(event.recordedAt), 20],
    ['start', began, 20],
    ['end', event.durationMs === undefined ? undefined : began + event.durationMs, 20],
    ['externalId', event.id, 40],
    ['act', event.type, 63],
    ['outcome', event.outcome, 63],
    ['reason', seen(event.reason, event.error?.message), 1023],
    ['msg', event.action, 1023],
    ['cs4', event.correlationId, 4000],
    ['cs6', event.details, 4000],
    ['flexString1', values(event.changes?.map(({ field, before }) => [field, before])), 1023],
    ['flexString2', values(event.changes?.map(({ field, after }) => [field, after])), 1023],
  ];
}

function expectedOfActor(event: AuditRecord['event']): readonly Expected[] {
  const { actor } = event;
  const other = otherUser(event);
  const [source4, source6] = address(actor.ip);
  return [
    ['src', source4, 15],
    ['c6a2', source6, 45],
    ['suser', seen(actor.email, actor.name), 1023],
    ['suid', actor.id, 1023],
    ['spriv', actor.roles?.join(','), 1023],
    ['duser', other?.name, 1023],
    ['duid', other?.id, 1023],
    ['dpriv', other?.roles?.join(','), 1023],
    ['requestClientApplication', actor.userAgent, 1023],
    ['cs3', actor.tenantId, 4000],
    ['NestjsAuditedActorKind', actor.kind, 63],
    ['NestjsAuditedActorName', actor.name, 1023],
    ['NestjsAuditedOnBehalfOf', actor.onBehalfOf, 4000],
  ];
}

function expectedOfPlace({ origin, transport }: AuditRecord['event']): readonly Expected[] {
  const http = transport.kind === 'http' ? transport : undefined;
  const [device4, device6] = address(origin.host);
  return [
    ['app', http && 'HTTP', 31],
    ['request', http?.path, 1023],
    ['requestMethod', http?.method, 1023],
    ['cn1', http?.status, 20],
    ['NestjsAuditedTransport', transport.kind, 63],
    ['NestjsAuditedRoute', http?.route, 1023],
    ['NestjsAuditedHandler', 'handler' in transport ? transport.handler : undefined, 1023],
    ['dvc', device4, 15],
    ['c6a1', device6, 45],
    ['dvchost', device4 === undefined && device6 === undefined ? origin.host : undefined, 100],
    ['deviceExternalId', origin.instanceId, 255],
    ['sourceServiceName', origin.component, 1023],
    ['NestjsAuditedPlatform', origin.platform, 255],
    ['NestjsAuditedVersion', origin.version, 255],
    ['NestjsAuditedEnvironment', origin.environment, 255],
  ];
}

/** The first text of which a reader gets to see anything. */
function seen(...texts: readonly (string | undefined)[]): string | undefined {
  return texts.find((text) => carriedText(text ?? '', 1023) !== '');
}

function address(text: string | undefined): readonly [v4: string | undefined, v6: string | undefined] {
  const mapped = text?.startsWith('::ffff:') ? text.slice(7) : '';
  if (isIPv4(text ?? '')) return [text, undefined];
  if (isIPv4(mapped)) return [mapped, undefined];
  return [undefined, isIPv6(text ?? '') ? text?.split('%')[0] : undefined];
}

function otherUser({ actor, resource, targets = [], changes }: AuditRecord['event']): Partial<AuditActor> | undefined {
  const user = [resource, ...targets].find((one) => one?.type.toLowerCase() === 'user') as AuditResource | undefined;
  if (user === undefined) {
    const chain: AuditActor[] = [];
    for (let next = actor.onBehalfOf; next !== undefined; next = next.onBehalfOf) chain.push(next);
    const last = chain.at(-1);
    return last && ({ ...last, name: seen(last.email, last.name) } as Partial<AuditActor>);
  }
  const roles = user === resource ? changes?.find(({ field }) => field === 'roles')?.after : undefined;
  const texts = Array.isArray(roles) && roles.every((role) => typeof role === 'string');
  return { id: user.id, name: user.name, roles: texts ? roles : undefined } as Partial<AuditActor>;
}

function values(fields: (readonly [string, unknown])[] | undefined): object | undefined {
  return fields && Object.fromEntries(fields.filter(([, value]) => value !== undefined));
}

describe('Every record in CEF', () => {
  it.each([0, 1] as const)(
    'comes back from a strict reader of version %i, value by value, and nothing else',
    (version) => {
      const formatter = cefFormatter({ version });
      fc.assert(
        fc.property(anyRecord, (record) => {
          const { extension, version: read } = parseCef(formatter.format(record));
          expect(read).toBe(version);
          const left = new Map(extension);
          expect(left.get('cat')).toMatch(/^\/audit(?:\/[a-z-]+)?$/);
          left.delete('cat');
          for (const [key, fact, bytes] of expected(record, version)) {
            const value = left.get(key);
            left.delete(key);
            if (value !== undefined && Object.hasOwn(LABELS, key)) {
              expect(left.get(`${key}Label`)).toBe(LABELS[key as keyof typeof LABELS]);
              left.delete(`${key}Label`);
            }
            expectCarried(value, fact, bytes);
          }
          expect([...left]).toEqual([]);
        }),
      );
    },
  );

  it('has a name and a class that say nothing of the event but its type', () => {
    const formatter = cefFormatter();
    fc.assert(
      fc.property(anyRecord, anyRecord, (one, { event }) => {
        const other = { ...one, event: { ...event, type: one.event.type } };
        const [header, second] = [parseCef(formatter.format(one)).header, parseCef(formatter.format(other)).header];
        expect(header.slice(0, 5)).toEqual(second.slice(0, 5));
      }),
    );
  });

  it('is one line of a document', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyRecord, { maxLength: 3 }), async (records) => {
        let text = '';
        for await (const piece of formattedDocument(cefFormatter(), records)) text += piece;
        const lines = text.split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/u);
        expect(lines.pop()).toBe('');
        expect(lines.map((line) => parseCef(line).extension.get('externalId'))).toEqual(
          records.map(({ event }) => event.id),
        );
      }),
    );
  });

  it('is never longer than its keys allow', () => {
    // Of a value every byte may need an escape; of the header too.
    const most = CEF_KEYS.reduce(
      (sum, { key, bytes, label = '' }) => sum + 2 * (key.length + 1 + label.length + 6) + 2 * bytes,
      4_000,
    );
    const formatter = cefFormatter({ version: 1 });
    fc.assert(
      fc.property(anyRecord, (record) => expect(Buffer.byteLength(formatter.format(record))).toBeLessThan(most)),
    );
  });
});

function expectCarried(value: string | undefined, fact: Expected[1], bytes: number): void {
  if (typeof fact === 'object') {
    const whole = jsonText(fact);
    const empty = Object.keys(fact).length === 0;
    if (Buffer.byteLength(whole) <= bytes) {
      expect(value).toBe(empty ? undefined : whole);
    } else if (value !== undefined) {
      expect(Buffer.byteLength(value)).toBeLessThanOrEqual(bytes);
      const all = new Set(membersOf(JSON.parse(whole) as object));
      expect(membersOf(JSON.parse(value) as object).filter((member) => !all.has(member))).toEqual([]);
    }
    return;
  }
  const text = fact === undefined ? '' : carriedText(String(fact), bytes, '\n\r');
  expect(value).toBe(text === '' ? undefined : text);
}

/** Each member with its name, or each element, as JSON: `__proto__` is a name like any other. */
function membersOf(value: object): readonly string[] {
  return (Array.isArray(value) ? value : Object.entries(value)).map((member) => JSON.stringify(member));
}
