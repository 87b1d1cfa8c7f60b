import { httpAddress, httpConnectionSettings, shownAddress } from './http-connection.options.js';

describe('httpConnectionSettings', () => {
  it('has limits without being asked', () => {
    expect(httpConnectionSettings({})).toMatchObject({ timeoutMs: 30_000, connectTimeoutMs: 10_000, proxy: undefined });
  });

  it('takes the secrets of a proxy out of its address', () => {
    const { proxy } = httpConnectionSettings({ proxy: 'http://us%40er:p%3Ass@proxy.example:3128/' });
    expect(proxy?.url.href).toBe('http://proxy.example:3128/');
    expect(proxy?.authorization).toBe(`Basic ${Buffer.from('us@er:p:ss').toString('base64')}`);
    expect(proxy?.secrets).toEqual(expect.arrayContaining(['p%3Ass', 'p:ss', 'us@er']));
  });

  it('logs in with a user alone, too', () => {
    expect(httpConnectionSettings({ proxy: 'http://token@proxy.example' }).proxy?.authorization).toBe(
      `Basic ${Buffer.from('token:').toString('base64')}`,
    );
    expect(httpConnectionSettings({ proxy: 'http://proxy.example' }).proxy?.authorization).toBeUndefined();
  });

  it.each([
    [{ timeoutMs: 0 }, 'timeoutMs'],
    [{ timeoutMs: 1.5 }, 'timeoutMs'],
    [{ connectTimeoutMs: 600_001 }, 'connectTimeoutMs'],
    [{ proxy: 'proxy.example:3128' }, 'proxy'],
    [{ proxy: 'socks5://proxy.example' }, 'proxy'],
    [{ proxy: 'http://user:50%@proxy.example' }, 'proxy'],
  ])('refuses %j', (given, option) => {
    expect(() => httpConnectionSettings(given)).toThrow(
      expect.objectContaining({ option, message: expect.not.stringContaining('50%@') }),
    );
  });
});

describe('httpAddress', () => {
  it.each([
    ['siem.example.com', {}],
    ['ftp://siem.example.com', {}],
    ['file:///etc/passwd', {}],
    ['', {}],
    [42, {}],
    ['https://user:secret@siem.example.com', {}],
    ['https://siem.example.com/?token=secret', {}],
    ['https://siem.example.com/#secret', {}],
  ])('refuses %j without repeating a secret', (given, allowed) => {
    expect(() => httpAddress('url', given, allowed)).toThrow(
      expect.objectContaining({ option: 'url', message: expect.not.stringContaining('secret') }),
    );
  });

  it('takes what it is told to take', () => {
    expect(httpAddress('url', 'https://u:p@a.example/x?y=z', { credentials: true, query: true }).host).toBe(
      'a.example',
    );
  });
});

describe('shownAddress', () => {
  it('shows neither user nor password nor query', () => {
    expect(shownAddress(new URL('https://user:secret@a.example:8088/collector?token=secret#x'))).toBe(
      'https://a.example:8088/collector',
    );
    expect(shownAddress(new URL('https://a.example'))).toBe('https://a.example');
  });
});
