import { OptionsInvalidError } from '../../event/audit.error.js';
import { otlpLogsSettings, type OtlpLogsOptions } from './otlp.options.js';

const BASE = { url: 'http://collector:4318' };

function flawOf(options: unknown): { readonly option: string; readonly message: string } {
  try {
    otlpLogsSettings(options as OtlpLogsOptions);
  } catch (error) {
    if (error instanceof OptionsInvalidError) return error;
    throw error;
  }
  throw new Error('the options were taken');
}

describe('the options of otlpLogs', () => {
  it.each([
    [BASE, 'http://collector:4318/v1/logs'],
    [{ url: 'https://otlp.example.com/otlp/' }, 'https://otlp.example.com/otlp/v1/logs'],
    [
      { logsUrl: 'https://otlp.example.com/api/otel/logs?key=long-secret' },
      'https://otlp.example.com/api/otel/logs?key=long-secret',
    ],
  ])('make the address: %o', (options, href) => {
    expect(otlpLogsSettings(options).address.href).toBe(href);
  });

  it('count the values of headers, their words, and the query as secret', () => {
    const { headers, secrets } = otlpLogsSettings({
      logsUrl: 'https://otlp.example.com/logs?key=in-query',
      headers: { Authorization: 'Bearer abcdefgh' },
    });
    expect(headers).toEqual({ authorization: 'Bearer abcdefgh' });
    expect(secrets).toEqual(['Bearer abcdefgh', 'abcdefgh', 'in-query']);
  });

  it('are copied', () => {
    const headers = { 'api-key': 'one-value' };
    const settings = otlpLogsSettings({ ...BASE, headers });
    headers['api-key'] = 'another';
    expect(settings.headers).toEqual({ 'api-key': 'one-value' });
  });

  it.each([
    ['url', {}],
    ['url', { ...BASE, logsUrl: 'http://collector:4318/v1/logs' }],
    ['url', { url: 'http://collector:4318/v1/logs' }],
    ['url', { url: 'http://collector:4318?key=long-secret' }],
    ['logsUrl', { logsUrl: 'grpc://collector:4317' }],
    ['headers', { ...BASE, headers: 'api-key=long-secret' }],
    ['headers', { ...BASE, headers: { 'api key': 'long-secret' } }],
    ['headers.Content-Type', { ...BASE, headers: { 'Content-Type': 'application/x-protobuf' } }],
    ['headers.api-key', { ...BASE, headers: { 'api-key': 'long-secret\r\nx: y' } }],
    ['headers.api-key', { ...BASE, headers: { 'api-key': undefined } }],
    ['headers.api-key', { ...BASE, headers: { 'api-key': '' } }],
    ['gzip', { ...BASE, gzip: 'on' }],
    ['format.product.name', { ...BASE, format: { product: { name: '' } } }],
    ['format.catalogue', { ...BASE, format: { catalogue: [] } }],
    ['endpoint', { endpoint: 'http://collector:4318' }],
  ])('refuse a bad "%s" without repeating a secret: %o', (option, options) => {
    const flaw = flawOf(options);
    expect(flaw.option).toBe(option);
    expect(flaw.message).not.toContain('long-secret');
  });
});
