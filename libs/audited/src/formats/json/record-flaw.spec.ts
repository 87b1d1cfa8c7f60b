import fc from 'fast-check';
import { anyRecord } from '../../testing/formats/audit-record.arbitrary.js';
import { GOLDEN_RECORDS } from '../../testing/formats/golden-records.js';
import { createFormatter, FORMAT_NAMES } from '../event-formatters.js';
import { recordFlaw } from './record-flaw.js';
import { recordFormatter } from './record.formatter.js';

const [, RECORD] = GOLDEN_RECORDS[0] as (typeof GOLDEN_RECORDS)[number];

/** The record, with another value at a path; `undefined` removes it. */
function changed(path: string, value: unknown): unknown {
  const record = structuredClone(RECORD) as unknown as Record<string, unknown>;
  const names = path.split('.');
  const last = names.pop() ?? '';
  const holder = names.reduce((object, name) => object[name] as Record<string, unknown>, record);
  if (value === undefined) delete holder[last];
  else holder[last] = value;
  return record;
}

describe('recordFlaw', () => {
  it('finds nothing in any record, nor in what the format record makes of it, nor in what a later version adds', () => {
    const formatter = recordFormatter();
    fc.assert(
      fc.property(anyRecord, (record) => {
        expect(recordFlaw(record)).toBeUndefined();
        expect(recordFlaw(JSON.parse(formatter.format(record)))).toBeUndefined();
      }),
    );
    expect(recordFlaw(changed('event.mood', 'good'))).toBeUndefined();
  });

  it.each(['details', 'actor', 'changes'])('names %s that are nested beyond what a reader follows', (member) => {
    const nested = (levels: number): unknown =>
      Array.from({ length: levels }).reduce<object>((inner) => ({ onBehalfOf: inner }), { kind: 'user' });
    expect(recordFlaw(changed(`event.${member}`, nested(100_000)))).toBe(`event.${member}`);
    expect(recordFlaw(changed('event.details', nested(255)))).toBeUndefined();
    expect(recordFlaw(changed('event.details', nested(256)))).toBe('event.details');
  });

  it.each([
    ['event', undefined],
    ['event', null],
    ['event', []],
    ['event.id', 7],
    ['event.occurredAt', '2026-11-02'],
    ['event.recordedAt', '2026-13-02T03:04:05.000Z'],
    ['event.recordedAt', '2026-02-30T03:04:05.000Z'],
    ['event.recordedAt', '2026-11-02T24:00:00.000Z'],
    ['event.recordedAt', '+002026-11-02T03:04:05.000Z'],
    ['event.outcome', 'maybe'],
    ['event.severity', undefined],
    ['event.actor', 'u-1'],
    ['event.actor.kind', 'robot'],
    ['event.actor.email', null],
    ['event.actor.roles', 'admin'],
    ['event.actor.roles.1', 7],
    ['event.actor.onBehalfOf', { kind: 'robot' }],
    ['event.resource', {}],
    ['event.targets.0', null],
    ['event.origin', undefined],
    ['event.transport', { kind: 'pigeon' }],
    ['event.transport', { kind: 'job' }],
    ['event.transport', { kind: 'method', handler: 7 }],
    ['event.transport.path', undefined],
    ['event.transport.status', '200'],
    ['event.details', []],
    ['event.details', null],
    ['event.changes', {}],
    ['event.error', 'no'],
    ['event.durationMs', Number.NaN],
    ['event.traceId', 'xyz'],
    ['event.spooled', false],
    ['seal', undefined],
    ['seal.position', 1.5],
    ['seal.position', 0],
    ['seal.hash', 'AB'],
    ['seal.mac', null],
    ['erased', 1],
    ['masked', false],
  ])('names %s when it is %j', (path, value) => {
    expect(recordFlaw(changed(path, value))).toMatch(new RegExp(`^${path.replaceAll('.', String.raw`\.`)}`));
  });

  it.each([undefined, null, 7, 'text', []])('takes %j for no record', (value) => {
    expect(recordFlaw(value)).toBe('record');
  });

  it('lets nothing through that a format stumbles over', () => {
    const formatters = FORMAT_NAMES.map((name) => createFormatter(name));
    const values = fc.constantFrom<unknown>(null, 7, 'x', [], {}, [null], true);
    const paths = fc.constantFrom(...pathsOf(RECORD, ''));
    fc.assert(
      fc.property(paths, values, (path, value) => {
        const strange = changed(path, value);
        if (recordFlaw(strange) !== undefined) return;
        for (const formatter of formatters) expect(formatter.format(strange as never)).toEqual(expect.any(String));
      }),
    );
  });
});

function pathsOf(value: unknown, path: string): readonly string[] {
  const inner = Object.entries(typeof value === 'object' && value !== null ? value : {}).flatMap(([name, member]) =>
    pathsOf(member, path === '' ? name : `${path}.${name}`),
  );
  return path === '' ? inner : [path, ...inner];
}
