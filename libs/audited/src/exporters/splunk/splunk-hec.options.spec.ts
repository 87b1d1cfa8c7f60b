import { OptionsInvalidError } from '../../event/audit.error.js';
import { limitsOf } from '../../delivery/exporter-settings.js';
import { hecAddresses } from './hec-address.js';
import { splunkHec } from './splunk-hec.exporter.js';
import { splunkHecSettings, type SplunkHecOptions } from './splunk-hec.options.js';

const GOOD: SplunkHecOptions = {
  url: 'https://splunk.example.com:8088',
  token: '11111111-2222-3333-4444-555555555555',
};

function refusalOf(options: object): OptionsInvalidError {
  try {
    splunkHec({ ...GOOD, ...options } as SplunkHecOptions);
  } catch (error) {
    if (error instanceof OptionsInvalidError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('The address', () => {
  it.each([
    ['https://splunk.example.com:8088', 'https://splunk.example.com:8088/services/collector'],
    ['https://splunk.example.com:8088/', 'https://splunk.example.com:8088/services/collector'],
    ['https://http-inputs-acme.splunkcloud.com', 'https://http-inputs-acme.splunkcloud.com/services/collector'],
    ['https://gw.example.com/splunk/eu/', 'https://gw.example.com/splunk/eu/services/collector'],
    ['https://h:8088/services/collector', 'https://h:8088/services/collector'],
    ['https://h:8088/services/collector/', 'https://h:8088/services/collector'],
    ['https://h:8088/services/collector/event', 'https://h:8088/services/collector'],
    ['https://h:8088/services/collector/event/1.0', 'https://h:8088/services/collector'],
    ['https://h:8088/services/collector/raw', 'https://h:8088/services/collector'],
    ['https://gw.example.com/eu/services/collector/event', 'https://gw.example.com/eu/services/collector'],
  ])('%s leads to %s', (url, collector) => {
    const { event, ack, health } = hecAddresses('url', url);
    expect([event.href, ack.href, health.href]).toEqual([
      `${collector}/event`,
      `${collector}/ack`,
      `${collector}/health`,
    ]);
  });

  it.each([
    'https://h:8088/services/collector/services/collector/event',
    'https://h:8088/services/collector/event/eu',
    'https://h:8088/services/collector?token=11111111',
    'https://user:password@h:8088',
    'splunk.example.com:8088',
    'tcp://h:8088',
    '',
    undefined,
  ])('%s is refused', (url) => {
    expect(refusalOf({ url }).option).toBe('url');
  });

  it('is shown to people without a secret', () => {
    expect(splunkHec(GOOD).endpoint).toBe('https://splunk.example.com:8088/services/collector/event');
  });
});

describe('The options', () => {
  it.each([
    ['token', { token: undefined }],
    ['token', { token: '' }],
    ['token', { token: 'Splunk 11111111-2222-3333-4444-555555555555' }],
    ['token', { token: 'abc\n' }],
    ['token', { token: 12345678 }],
    ['index', { index: '' }],
    ['index', { index: 7 }],
    ['host', { host: ' ' }],
    ['source', { source: 1 }],
    ['sourcetype', { sourcetype: '' }],
    ['channel', { channel: 'mine' }],
    ['channel', { channel: 7 }],
    ['gzip', { gzip: 'yes' }],
    ['fields', { fields: ['a'] }],
    ['fields', { fields: null }],
    ['fields.team', { fields: { team: '' } }],
    ['fields.team', { fields: { team: { nested: 'x' } } }],
    ['fields._time', { fields: { _time: 'x' } }],
    ['fields.a b', { fields: { 'a b': 'x' } }],
    ['fields.audit_event_id', { fields: { audit_event_id: 'x' } }],
    ['maxEvents', { maxEvents: 0 }],
    ['maxBytes', { maxBytes: 999 }],
    ['maxBytes', { maxBytes: 838_860_801 }],
    ['maxEventBytes', { maxEventBytes: 0 }],
    ['maxEventBytes', { maxEventBytes: 1_000_001 }],
    ['acknowledgement', { acknowledgement: 'yes' }],
    ['acknowledgement', { acknowledgement: null }],
    ['acknowledgement.every', { acknowledgement: { every: 1 } }],
    ['acknowledgement.everyMs', { acknowledgement: { everyMs: 99 } }],
    ['acknowledgement.timeoutMs', { acknowledgement: { everyMs: 1000, timeoutMs: 1000 } }],
    ['timeoutMs', { timeoutMs: 0 }],
    ['proxy', { proxy: 'socks5://p' }],
    ['tls.ca', { tls: { ca: 'no pem' } }],
    ['endpoint', { endpoint: 'x' }],
  ])('refuse a wrong %s: %j', (option, options) => {
    expect(refusalOf(options).option).toBe(option);
  });

  it.each([{ token: 'Splunk 11111111-secret' }, { token: '11111111-secret\n' }, { token: 'secret-zoë' }])(
    'never repeat the token: %#',
    ({ token }) => {
      expect(refusalOf({ token }).message).not.toMatch(/11111111|secret/);
    },
  );

  it('have the documented defaults', () => {
    expect(splunkHecSettings({ ...GOOD, acknowledgement: true })).toMatchObject({
      gzip: true,
      fields: {},
      acknowledgement: { everyMs: 2000, timeoutMs: 300_000 },
      limits: { maxEvents: 500, maxBytes: 1_000_000 },
    });
    expect(splunkHecSettings(GOOD).acknowledgement).toBeUndefined();
    expect(splunkHecSettings({ ...GOOD, acknowledgement: false }).acknowledgement).toBeUndefined();
  });

  it('are copied', () => {
    const fields: Record<string, string> = { team: 'payments' };
    const settings = splunkHecSettings({ ...GOOD, fields });
    fields['team'] = 'other';
    expect(settings.fields).toEqual({ team: 'payments' });
  });

  it('decide what delivered is worth', () => {
    expect(splunkHec(GOOD)).toMatchObject({ type: 'splunk-hec', assurance: 'sent' });
    expect(splunkHec(GOOD)).not.toHaveProperty('confirm');
    const acknowledged = splunkHec({ ...GOOD, acknowledgement: { everyMs: 500, timeoutMs: 60_000 } });
    expect(acknowledged).toMatchObject({
      assurance: 'acknowledged',
      confirmation: { everyMs: 500, timeoutMs: 60_000 },
    });
  });

  it('limit one event to what is asked for, up to the cap of the server', () => {
    expect(limitsOf(splunkHec(GOOD))).toEqual({
      maxEvents: 500,
      maxBytes: 1_000_000,
      maxEventBytes: 999_999,
      separatorBytes: 1,
      frameBytes: 0,
    });
    const large = splunkHec({ ...GOOD, maxBytes: 838_860_800, maxEventBytes: 838_000_000, maxEvents: 1 });
    expect(limitsOf(large)).toMatchObject({ maxEventBytes: 838_000_000, maxBytes: 838_860_800 });
  });
});
