import { OptionsInvalidError } from '../../event/audit.error.js';
import { elasticsearchSettings, type ElasticsearchOptions } from './elasticsearch.options.js';

const URL_ONLY = { url: 'https://siem.example.com:9200' };

function flawOf(options: unknown): { readonly option: string; readonly message: string } {
  try {
    elasticsearchSettings(options as ElasticsearchOptions);
  } catch (error) {
    if (error instanceof OptionsInvalidError) return error;
    throw error;
  }
  throw new Error('the options were taken');
}

describe('the options of elasticsearch', () => {
  it('name a data stream by default, whose dataset is that of the format ecs', () => {
    const { address, formats, headers, gzip } = elasticsearchSettings(URL_ONLY);
    expect(address.href).toBe('https://siem.example.com:9200/logs-audited.trail-default/_bulk');
    expect({ formats, headers, gzip }).toEqual({ formats: ['ecs', 'json', 'jsonl'], headers: {}, gzip: true });
  });

  it('keep the path of the address, and encode the target', () => {
    const { address } = elasticsearchSettings({ url: 'https://proxy.example.com/es/', target: 'audit-ä' });
    expect(address.pathname).toBe('/es/audit-%C3%A4/_bulk');
  });

  it('allow formats without @timestamp where the target is an index', () => {
    expect(elasticsearchSettings({ ...URL_ONLY, dataStream: false }).formats).toEqual(
      expect.arrayContaining(['record', 'ocsf', 'flat', 'asim', 'ecs']),
    );
  });

  it('log in with an API key', () => {
    const { headers, secrets } = elasticsearchSettings({ ...URL_ONLY, apiKey: 'aWQ6a2V5' });
    expect({ headers, secrets }).toEqual({ headers: { authorization: 'ApiKey aWQ6a2V5' }, secrets: ['aWQ6a2V5'] });
  });

  it('log in with a user, in UTF-8, and count both forms as secret', () => {
    const { headers, secrets } = elasticsearchSettings({ ...URL_ONLY, username: 'audit', password: 'pässword' });
    expect(headers).toEqual({ authorization: `Basic ${Buffer.from('audit:pässword').toString('base64')}` });
    expect(secrets).toEqual(['pässword', 'audit:pässword']);
  });

  it.each([
    ['url', {}],
    ['url', { url: 'ftp://siem.example.com' }],
    ['url', { url: 'https://user:secret-word@siem.example.com' }],
    ['apiKey', { ...URL_ONLY, apiKey: '' }],
    ['apiKey', { ...URL_ONLY, apiKey: 'secret-word\n' }],
    ['apiKey', { ...URL_ONLY, apiKey: 'secret-word', username: 'u', password: 'p' }],
    ['password', { ...URL_ONLY, username: 'audit' }],
    ['username', { ...URL_ONLY, password: 'secret-word' }],
    ['username', { ...URL_ONLY, username: 'a:b', password: 'secret-word' }],
    ['password', { ...URL_ONLY, username: 'audit', password: 5_318_008 }],
    ['target', { ...URL_ONLY, target: 'Logs' }],
    ['target', { ...URL_ONLY, target: 'a/_doc' }],
    ['target', { ...URL_ONLY, target: 'a,b' }],
    ['target', { ...URL_ONLY, target: '_all' }],
    ['target', { ...URL_ONLY, target: '..' }],
    ['target', { ...URL_ONLY, target: '<logs-{now/d}>' }],
    ['target', { ...URL_ONLY, target: 'a'.repeat(256) }],
    ['pipeline', { ...URL_ONLY, pipeline: '' }],
    ['dataStream', { ...URL_ONLY, dataStream: 'yes' }],
    ['gzip', { ...URL_ONLY, gzip: 1 }],
    ['index', { ...URL_ONLY, index: 'audit' }],
  ])('refuse a bad "%s" without repeating a secret: %o', (option, options) => {
    const flaw = flawOf(options);
    expect(flaw.option).toBe(option);
    expect(flaw.message).not.toMatch(/secret-word|5318008/);
  });
});
