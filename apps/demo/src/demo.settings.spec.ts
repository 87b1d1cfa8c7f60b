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
    });
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
  ])('names the variable and the cure for %j', (environment, message) => {
    expect(() => readSettings(environment)).toThrow(SettingsInvalidError);
    expect(() => readSettings(environment)).toThrow(message);
  });

  it('never repeats a key that is too short', () => {
    expect(() => readSettings({ AUDITED_DEMO_JWT_SECRET: 'geheim' })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('geheim') }),
    );
  });
});
