import { readSettings, SettingsInvalidError } from './demo.settings.js';

describe('readSettings', () => {
  it('has a default for everything', () => {
    expect(readSettings({})).toEqual({
      port: 3000,
      host: '127.0.0.1',
      adapter: 'express',
      database: '.data/demo-audit.sqlite',
      password: 'demo',
      jwtSecret: undefined,
      fingerprintKey: undefined,
      siem: undefined,
    });
  });

  it('sends to a SIEM only where one is named', () => {
    const url = 'http://localhost:8088';
    expect(readSettings({ AUDITED_DEMO_SIEM_URL: url }).siem).toEqual({
      url,
      token: 'demo-siem-token',
      acknowledgement: true,
    });
    const mine = { AUDITED_DEMO_SIEM_URL: url, AUDITED_DEMO_SIEM_TOKEN: 'mine', AUDITED_DEMO_SIEM_ACK: 'off' };
    expect(readSettings(mine).siem).toEqual({ url, token: 'mine', acknowledgement: false });
    expect(readSettings({ ...mine, AUDITED_DEMO_SIEM_URL: 'off' }).siem).toBeUndefined();
  });

  it('takes an empty variable for an unset one', () => {
    expect(readSettings({ PORT: '', AUDITED_DEMO_PASSWORD: '' })).toEqual(readSettings({}));
  });

  it.each([
    [{ PORT: 'http' }, 'PORT is "http"'],
    [{ PORT: '65536' }, 'PORT is "65536"'],
    [{ PORT: '-1' }, 'PORT is "-1"'],
    [{ AUDITED_DEMO_ADAPTER: 'koa' }, 'AUDITED_DEMO_ADAPTER is "koa". Give express or fastify.'],
    [{ AUDITED_DEMO_JWT_SECRET: 'short' }, 'AUDITED_DEMO_JWT_SECRET has 5 bytes'],
    [{ AUDITED_DEMO_FINGERPRINT_KEY: 'short' }, 'AUDITED_DEMO_FINGERPRINT_KEY has 5 bytes'],
    [{ AUDITED_DEMO_SIEM_URL: 'siem' }, 'AUDITED_DEMO_SIEM_URL is no http or https address. Give one such as'],
    [{ AUDITED_DEMO_SIEM_URL: 'ftp://siem' }, 'AUDITED_DEMO_SIEM_URL is no http or https address'],
    [{ AUDITED_DEMO_SIEM_URL: 'http://siem', AUDITED_DEMO_SIEM_TOKEN: 'a b' }, 'AUDITED_DEMO_SIEM_TOKEN holds a space'],
    [{ AUDITED_DEMO_SIEM_URL: 'http://siem', AUDITED_DEMO_SIEM_ACK: '1' }, 'AUDITED_DEMO_SIEM_ACK is "1"'],
  ])('names the variable and the cure for %j', (environment, message) => {
    expect(() => readSettings(environment)).toThrow(SettingsInvalidError);
    expect(() => readSettings(environment)).toThrow(message);
  });

  it('never repeats what may be secret', () => {
    expect(() => readSettings({ AUDITED_DEMO_JWT_SECRET: 'geheim' })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('geheim') }),
    );
    expect(() => readSettings({ AUDITED_DEMO_SIEM_URL: 'ftp://user:geheim@siem' })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('geheim') }),
    );
  });
});
