import { OptionsInvalidError } from '../../event/audit.error.js';
import { DATADOG_SITES, datadogSettings, type DatadogOptions } from './datadog.options.js';

const KEY = { apiKey: '0123456789abcdef0123456789abcdef' };

function flawOf(options: unknown): { readonly option: string; readonly message: string } {
  try {
    datadogSettings(options as DatadogOptions);
  } catch (error) {
    if (error instanceof OptionsInvalidError) return error;
    throw error;
  }
  throw new Error('the options were taken');
}

describe('the options of datadog', () => {
  it.each(DATADOG_SITES)('know the site %s', (site) => {
    expect(datadogSettings({ ...KEY, site }).address.href).toBe(`https://http-intake.logs.${site}/api/v2/logs`);
  });

  it('have defaults', () => {
    const { address, ...rest } = datadogSettings(KEY);
    expect(address.hostname).toBe('http-intake.logs.datadoghq.com');
    expect(rest).toEqual({ ...KEY, source: 'nestjs-audited', service: undefined, tags: [], gzip: true });
  });

  it('put the path behind an address of one’s own', () => {
    const { address } = datadogSettings({ ...KEY, url: 'http://relay:8282/dd/' });
    expect(address.href).toBe('http://relay:8282/dd/api/v2/logs');
  });

  it('write tags as Datadog stores them', () => {
    expect(datadogSettings({ ...KEY, tags: { team: 'Billing, EU', 'cost-center': 'a/b:c' } }).tags).toEqual([
      'team:billing__eu',
      'cost-center:a/b:c',
    ]);
  });

  it.each([
    ['apiKey', {}],
    ['apiKey', { apiKey: '' }],
    ['apiKey', { apiKey: 5_318_008 }],
    ['apiKey', { apiKey: 'secret word' }],
    ['site', { ...KEY, site: 'app.datadoghq.com' }],
    ['url', { ...KEY, site: 'datadoghq.eu', url: 'http://relay:8282' }],
    ['url', { ...KEY, url: 'http://relay:8282/api/v2/logs' }],
    ['url', { ...KEY, url: 'relay' }],
    ['source', { ...KEY, source: ' ' }],
    ['service', { ...KEY, service: 5 }],
    ['tags', { ...KEY, tags: ['team:billing'] }],
    ['tags', { ...KEY, tags: { 'team,env': 'x' } }],
    ['tags.team', { ...KEY, tags: { team: '' } }],
    ['gzip', { ...KEY, gzip: 'no' }],
    ['host', { ...KEY, host: 'a' }],
  ])('refuse a bad "%s" without repeating the key: %o', (option, options) => {
    const flaw = flawOf(options);
    expect(flaw.option).toBe(option);
    expect(flaw.message).not.toMatch(/secret word|5318008|0123456789abcdef/);
  });
});
