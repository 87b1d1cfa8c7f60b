import fc from 'fast-check';
import { recordFormatter } from '../../formats/json/record.formatter.js';
import { GOLDEN_RECORDS } from '../../testing/formats/golden-records.js';
import { anyRecord } from '../../testing/formats/audit-record.arbitrary.js';
import { datadogLog, dated, TIME_BYTES } from './datadog-log.js';
import { submissionTime } from './submission-time.js';
import { tagText } from './datadog-tags.js';

const SETTINGS = { source: 'nestjs-audited', service: 'fallback', tags: ['team:billing'] };
const formatter = recordFormatter();

function logOf(name: string): Record<string, unknown> {
  const record = GOLDEN_RECORDS.find(([title]) => title === name)?.[1];
  if (record === undefined) throw new Error(`no golden record is called ${name}`);
  return JSON.parse(datadogLog(record, formatter.format(record), SETTINGS)) as Record<string, unknown>;
}

describe('a log of Datadog', () => {
  it('has the reserved and the standard attributes, and the record', () => {
    const { audited, ...attributes } = logOf('success over HTTP, with everything');
    expect(attributes).toEqual({
      ddsource: 'nestjs-audited',
      ddtags: 'env:production,version:2.7.1,team:billing',
      hostname: 'api-1.example.com',
      service: 'billing-api',
      status: 'info',
      message: 'Deployment of billing to production',
      event_id: '019aa7a1-0b7b-7000-8000-000000000001',
      occurred_at: '2026-11-02T03:04:05.121Z',
      trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
      span_id: '00f067aa0ba902b7',
      evt: { name: 'deploy.completed', outcome: 'success' },
      usr: { id: 'u-1', name: 'Zoë Müller', email: 'zoë@example.com' },
      network: { client: { ip: '203.0.113.7' } },
      http: {
        method: 'POST',
        status_code: 201,
        url_details: { path: '/deployments/d-7/complete' },
        useragent: 'Mozilla/5.0 (X11; Linux x86_64)',
      },
      duration: 1_234_000_000,
    });
    expect(audited).toMatchObject({ event: { type: 'deploy.completed' }, seal: { position: 1 } });
  });

  it('leaves out what the event does not know', () => {
    const log = logOf('no actor, no resource: the system itself');
    expect(Object.keys(log)).toEqual([
      'ddsource',
      'ddtags',
      'service',
      'status',
      'message',
      'event_id',
      'occurred_at',
      'evt',
      'audited',
    ]);
    expect(log).toMatchObject({ service: 'fallback', ddtags: 'team:billing' });
  });

  it('holds no text that is no address as one', () => {
    const log = logOf('hostile texts in every field');
    expect(log).not.toHaveProperty('network');
    expect(log['error']).toEqual({ message: '"}\n{"forged":true}' });
  });

  it('is one line of JSON with the whole record, whatever the record holds', () => {
    fc.assert(
      fc.property(
        anyRecord,
        fc.option(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), { nil: undefined }),
        (record, time) => {
          const text = formatter.format(record);
          const log = datadogLog(record, text, SETTINGS);
          const sent = dated(log, time);
          expect(Buffer.byteLength(sent)).toBeLessThanOrEqual(Buffer.byteLength(log) + TIME_BYTES);
          expect(sent).not.toMatch(/[\r\n]/);
          const read = JSON.parse(sent) as Record<string, unknown>;
          expect(JSON.stringify(read['audited'])).toBe(JSON.stringify(JSON.parse(text)));
          expect(read['timestamp']).toBe(time);
          expect(read['event_id']).toBe(record.event.id);
          expect(String(read['ddtags'])).toMatch(/^(?:env:[^,]*,)?(?:version:[^,]*,)?team:billing$/);
        },
      ),
    );
  });
});

describe('the time that is given to a log', () => {
  const NOW = Date.parse('2026-11-30T12:00:00.000Z');
  const HOUR = 3_600_000;

  it.each([
    ['that happened now', 0, true],
    ['of this morning', -6 * HOUR, true],
    ['just young enough', -17.5 * HOUR, true],
    ['a moment too old', -17.5 * HOUR - 1, false],
    ['of before an outage', -72 * HOUR, false],
    ['of a clock that is a little ahead', HOUR, true],
    ['just not too far ahead', 1.5 * HOUR, true],
    ['of a clock that is far ahead', 1.5 * HOUR + 1, false],
  ])('is its own for an event %s: %i ms, %s', (_name, offset, isGiven) => {
    const occurredAt = new Date(NOW + offset).toISOString();
    expect(submissionTime(occurredAt, NOW)).toBe(isGiven ? NOW + offset : undefined);
  });

  it('is none for a text that is no time', () => {
    expect(submissionTime('yesterday', NOW)).toBeUndefined();
  });
});

describe('a tag', () => {
  it.each([
    ['Production', 'env:production'],
    ['a,admin:true', 'env:a_admin:true'],
    ['two words\n', 'env:two_words_'],
    ['\ud800', 'env:_'],
    ['x'.repeat(300), `env:${'x'.repeat(196)}`],
  ])('never becomes two: %j', (value, tag) => {
    expect(tagText('env', value)).toBe(tag);
  });
});
