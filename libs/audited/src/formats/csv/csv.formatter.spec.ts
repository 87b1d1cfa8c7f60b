import { parse } from 'csv-parse/sync';
import type { AuditEvent } from '../../event/audit-event.js';
import type { AuditRecord } from '../../event/audit-record.js';
import { GOLDEN_RECORDS } from '../../testing/formats/golden-records.js';
import { CSV_COLUMNS, DEFAULT_CSV_COLUMNS, type CsvColumnName } from './csv-columns.js';
import { csvFormatter, type CsvFormatOptions } from './csv.formatter.js';

const [RICH] = GOLDEN_RECORDS.map(([, record]) => record) as [AuditRecord];

function recordOf(facts: Partial<AuditEvent>): AuditRecord {
  return { ...RICH, event: { ...RICH.event, ...facts } };
}

function rowOf(columns: readonly CsvColumnName[], facts: Partial<AuditEvent>, options?: CsvFormatOptions): string {
  return csvFormatter({ columns, ...options }).format(recordOf(facts));
}

describe('csv', () => {
  it('ends every line with CRLF, the headings too', () => {
    const { document } = csvFormatter();
    expect(document.start).toMatch(/^occurred_at,type,severity,outcome,[a-z_,]*mac\r\n$/);
    expect(document).toMatchObject({ separator: '', terminator: '\r\n', end: '' });
  });

  it('has every column by default, those of system A first, in its order', () => {
    const [headings] = parse(csvFormatter().document.start) as unknown as [string[]];
    expect(headings.slice(0, 11)).toEqual([
      'occurred_at',
      'type',
      'severity',
      'outcome',
      'actor_id',
      'actor_email',
      'action',
      'resource_type',
      'resource_id',
      'environment',
      'error_message',
    ]);
    expect(new Set(headings)).toEqual(
      new Set(Object.keys(CSV_COLUMNS).filter((name) => name !== 'timestamp' && name !== 'event_type')),
    );
    expect(headings).toEqual(DEFAULT_CSV_COLUMNS);
  });

  it('doubles quotes and keeps commas, spaces and line ends: RFC 4180 section 2, rules 4 to 7', () => {
    expect(rowOf(['action', 'reason'], { action: ' "aaa","b\r\nbb" ', reason: 'b\nc\rd' })).toBe(
      '" ""aaa"",""b\r\nbb"" ","b\nc\rd"',
    );
  });

  it('tells an empty text from a fact that is absent', () => {
    expect(rowOf(['action', 'ticket', 'type'], { action: '', ticket: undefined as never, type: 'x' })).toBe('"",,"x"');
  });

  it('never writes a line without a character, which readers skip', () => {
    const { resource: _resource, ...event } = RICH.event;
    expect(csvFormatter({ columns: ['resource_id'] }).format({ ...RICH, event })).toBe('""');
  });

  it('writes numbers without quotes, and what is true as "true"', () => {
    expect(rowOf(['duration_ms', 'http_status', 'position', 'spooled'], { durationMs: 0, spooled: true })).toBe(
      '0,201,1,"true"',
    );
  });

  it('writes lists and objects as JSON in the words of the record', () => {
    const actor: AuditEvent['actor'] = {
      kind: 'service',
      roles: ['a,b', '"c"'],
      onBehalfOf: { kind: 'user', tenantId: 't' },
    };
    const [cells] = parse(rowOf(['actor_roles', 'on_behalf_of'], { actor })) as unknown as [string[]];
    expect(cells).toEqual(['["a,b","\\"c\\""]', '{"kind":"user","tenantId":"t"}']);
  });

  it('says the title of the type', () => {
    const catalogues = [
      { name: 'billing', types: { 'invoice.paid': { title: 'Invoice paid in full', severity: 'info', risk: 'low' } } },
    ] as never;
    expect(rowOf(['title'], { type: 'invoice.paid' }, { catalogues })).toBe('"Invoice paid in full"');
    expect(rowOf(['title'], { type: 'auth.login' })).toBe('"Logged in"');
  });

  it('has the two headings of system A that are called otherwise here', () => {
    const columns: readonly CsvColumnName[] = ['timestamp', 'event_type', 'occurred_at', 'type'];
    const [cells] = parse(csvFormatter({ columns }).format(RICH)) as unknown as [string[]];
    expect(cells).toEqual([RICH.event.occurredAt, RICH.event.type, RICH.event.occurredAt, RICH.event.type]);
  });
});

describe('the options of csv', () => {
  it('choose and order the columns', () => {
    const formatter = csvFormatter({ columns: ['hash', 'type'] });
    expect(formatter.document.start).toBe('hash,type\r\n');
    expect(formatter.format(RICH)).toBe(`"${RICH.seal.hash}","deploy.completed"`);
  });

  it('guard against formulas, unless told otherwise', () => {
    const facts = { action: '=1+1', actor: { kind: 'user', name: '@a' }, details: { a: '=1' } } as const;
    const columns = ['action', 'actor_name', 'details'] as const;
    expect(rowOf(columns, facts)).toBe(String.raw`"'=1+1","'@a","{""a"":""\u003d1""}"`);
    expect(rowOf(columns, facts, { formulaGuard: false })).toBe('"=1+1","@a","{""a"":""=1""}"');
  });

  it.each([',', ';', '\t'] as const)('separate cells by %j', (delimiter) => {
    const formatter = csvFormatter({ columns: ['type', 'action'], delimiter });
    const text = `${formatter.document.start}${formatter.format(recordOf({ action: 'a,b;c\td' }))}\r\n`;
    expect(text).toBe(`type${delimiter}action\r\n"deploy.completed"${delimiter}"a,b;c d"\r\n`);
  });

  it('begin the file with a byte order mark', () => {
    expect(Buffer.from(csvFormatter({ bom: true }).document.start).subarray(0, 4)).toEqual(
      Buffer.from([0xef, 0xbb, 0xbf, 0x6f]),
    );
    expect(csvFormatter({ bom: false }).document.start.startsWith('o')).toBe(true);
  });

  it.each([
    [
      { columns: ['colour'] },
      /^Audit option "columns" has the unknown column "colour"\. Known are: occurred_at, type, /,
    ],
    [{ columns: ['__proto__'] }, /^Audit option "columns" has the unknown column "__proto__"/],
    [{ columns: [undefined] }, /^Audit option "columns" has the unknown column undefined/],
    [{ columns: [['type']] }, /^Audit option "columns" has the unknown column \["type"\]/],
    [{ columns: ['type', 'id', 'type'] }, /^Audit option "columns" has the column "type" twice\. Name each once\.$/],
    [{ columns: [] }, /^Audit option "columns" is an empty list\. Leave it out for every column\.$/],
    [{ columns: 'type' }, /^Audit option "columns" must be a list\. Known are: /],
    [{ delimiter: '|' }, /^Audit option "delimiter" is "\|"\. Use ",", ";" or a tab\.$/],
    [{ formulaGuard: 'no' }, /^Audit option "formulaGuard" must be true or false, not "no"/],
    [{ bom: 1 }, /^Audit option "bom" must be true or false, not 1/],
    [{ header: false }, /^Audit option "header" is unknown\. Known are: .*columns, formulaGuard, bom, delimiter\.$/],
  ])('are refused when they are wrong: %j', (options, message) => {
    expect(() => csvFormatter(options as never)).toThrow(message);
  });
});
