import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import type { AuditRecord } from '../../event/audit-record.js';
import { anyRecord } from '../../testing/formats/audit-record.arbitrary.js';
import { formattedDocument } from '../formatted-document.js';
import { DEFAULT_CSV_COLUMNS, type CsvColumnName } from './csv-columns.js';
import { csvFormatter, type CsvFormatOptions } from './csv.formatter.js';

/** A cell as RFC 4180 has it: `null` for one without a character, not even quotes. */
type Cell = string | null;

const anyLayout = fc.record({
  delimiter: fc.constantFrom(',' as const, ';' as const, '\t' as const),
  bom: fc.boolean(),
});

async function documentOf(options: CsvFormatOptions, records: readonly AuditRecord[]): Promise<string> {
  let text = '';
  for await (const piece of formattedDocument(csvFormatter(options), records)) text += piece;
  return text;
}

/** Read with another library than the one that wrote: strict, no trimming, every row of the same length. */
function read(text: string, { delimiter = ',', bom = false }: CsvFormatOptions): readonly (readonly Cell[])[] {
  return parse(text, {
    bom,
    delimiter,
    record_delimiter: '\r\n',
    cast: (value, { quoting }) => (value === '' && !quoting ? null : value),
  }) as unknown as Cell[][];
}

/** The record's facts by heading; lists and objects as they are. */
function factsOf({ event, seal, erased, masked }: AuditRecord): Partial<Record<CsvColumnName, unknown>> {
  const { actor, resource, origin, error, transport } = event;
  const http = transport.kind === 'http' ? transport : undefined;
  return {
    occurred_at: event.occurredAt,
    type: event.type,
    severity: event.severity,
    outcome: event.outcome,
    actor_id: actor.id,
    actor_email: actor.email,
    action: event.action,
    resource_type: resource?.type,
    resource_id: resource?.id,
    environment: origin.environment,
    error_message: error?.message,
    stage: event.stage,
    risk: event.risk,
    data_classification: event.dataClassification,
    reason: event.reason,
    ticket: event.ticket,
    duration_ms: event.durationMs,
    actor_kind: actor.kind,
    actor_name: actor.name,
    actor_roles: actor.roles,
    actor_tenant_id: actor.tenantId,
    actor_ip: actor.ip,
    actor_user_agent: actor.userAgent,
    on_behalf_of: actor.onBehalfOf,
    resource_name: resource?.name,
    targets: event.targets,
    details: event.details,
    changes: event.changes,
    error_type: error?.type,
    error_code: error?.code,
    transport: transport.kind,
    http_method: http?.method,
    http_route: http?.route,
    http_path: http?.path,
    http_status: http?.status,
    handler: transport.kind === 'manual' ? undefined : transport.handler,
    component: origin.component,
    platform: origin.platform,
    version: origin.version,
    host: origin.host,
    instance_id: origin.instanceId,
    id: event.id,
    recorded_at: event.recordedAt,
    correlation_id: event.correlationId,
    causation_id: event.causationId,
    session_id: event.sessionId,
    trace_id: event.traceId,
    span_id: event.spanId,
    truncated: event.truncated,
    redacted: event.redacted,
    spooled: event.spooled,
    uncatalogued: event.uncatalogued,
    personal: event.personal,
    erased,
    masked,
    chain: seal.chain,
    position: seal.position,
    previous_hash: seal.previousHash,
    hash: seal.hash,
    scheme: seal.scheme,
    mac: seal.mac,
  };
}

/** JSON as everybody can read it: no lone surrogate. */
function asJson(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value).replaceAll(
      /(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g,
      (_escape, before: string) => `${before}\ufffd`,
    ),
  );
}

function withoutControls(text: string): string {
  return Array.from(text.toWellFormed(), (character) => {
    const isControl = /[\p{Cc}\u2028\u2029]/u.test(character) && character !== '\r' && character !== '\n';
    return isControl ? ' ' : character;
  }).join('');
}

const FORMULA = new Set('=+-@\uff1d\uff0b\uff0d\uff20');

/** The rule of the guard, one character at a time. */
function withGuard(text: string): string {
  let guarded = /^[\r\n]/.test(text) ? "'" : '';
  for (let at = 0; at < text.length; at += 1) {
    const isStart = at === 0;
    if (isStart || ',;\r\n'.includes(text.charAt(at - 1))) {
      let next = at;
      while (text[next] === '"' || (isStart && text[next] === ' ')) next += 1;
      if (FORMULA.has(text.charAt(next))) guarded += "'";
    }
    guarded += text.charAt(at);
  }
  return guarded;
}

describe('csv, whatever the records hold', () => {
  it.each([true, false])(
    'is as many rows as records, and every cell is its fact; formulaGuard %s',
    async (formulaGuard) => {
      await fc.assert(
        fc.asyncProperty(fc.array(anyRecord, { maxLength: 3 }), anyLayout, async (records, layout) => {
          const [headings, ...rows] = read(await documentOf({ ...layout, formulaGuard }, records), layout);
          expect(headings).toEqual(DEFAULT_CSV_COLUMNS);
          expect(rows).toHaveLength(records.length);
          records.forEach((record, index) => {
            const facts = factsOf(record);
            for (const [place, name] of DEFAULT_CSV_COLUMNS.entries()) {
              const cell = rows[index]?.[place];
              const fact = facts[name];
              if (name === 'title') expect(cell).not.toBe('');
              else if (fact === undefined) expect(cell).toBeNull();
              else if (typeof fact === 'object') expect(JSON.parse(cell as string)).toEqual(asJson(fact));
              else if (typeof fact !== 'string') expect(cell).toBe(JSON.stringify(fact));
              else expect(cell).toBe(formulaGuard ? withGuard(withoutControls(fact)) : withoutControls(fact));
            }
          });
        }),
      );
    },
  );

  it('begins no cell with a formula, whatever delimiter the spreadsheet believes in', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyRecord, { maxLength: 3 }), anyLayout, async (records, layout) => {
        const text = await documentOf(layout, records);
        for (const cell of read(text, layout).flat())
          expect(cell ?? '').not.toMatch(/^[\r\n\t]*[ "]*[=+\-@\uff1d\uff0b\uff0d\uff20]/);
        // A reader that knows no quotes and takes everything for a delimiter; it may find numbers out of JSON.
        for (const piece of text.split(/[,;\t\r\n]/)) {
          expect(piece).not.toMatch(/^"*(?!-\d[\d.e+-]*[\]}"]*$)[=+\-@\uff1d\uff0b\uff0d\uff20]/);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('holds no control character but line ends', () => {
    const formatter = csvFormatter({ formulaGuard: false });
    fc.assert(
      fc.property(anyRecord, (record) => {
        expect(formatter.format(record)).not.toMatch(/(?![\r\n])[\p{Cc}\u2028\u2029]/u);
      }),
    );
  });
});
