import { readSettings, SettingsInvalidError } from './sink.settings.js';

describe('readSettings', () => {
  it('has a default for everything, and listens for this machine only', () => {
    expect(readSettings({})).toEqual({
      port: 8088,
      host: '127.0.0.1',
      token: 'demo-siem-token',
      keep: 1000,
      acknowledgement: true,
    });
  });

  it('takes an empty variable for an unset one', () => {
    expect(readSettings({ AUDITED_SINK_PORT: '', AUDITED_SINK_TOKEN: '' })).toEqual(readSettings({}));
  });

  it('takes what is given', () => {
    const given = { AUDITED_SINK_PORT: '0', AUDITED_SINK_KEEP: '7', AUDITED_SINK_ACK: 'off', AUDITED_SINK_HOST: '::1' };
    expect(readSettings(given)).toMatchObject({ port: 0, keep: 7, acknowledgement: false, host: '::1' });
  });

  it.each([
    [{ AUDITED_SINK_PORT: 'http' }, 'AUDITED_SINK_PORT is "http". Give a whole number from 0 to 65535; 0 takes'],
    [{ AUDITED_SINK_PORT: '65536' }, 'AUDITED_SINK_PORT is "65536"'],
    [{ AUDITED_SINK_PORT: '-1' }, 'AUDITED_SINK_PORT is "-1"'],
    [{ AUDITED_SINK_KEEP: '0' }, 'AUDITED_SINK_KEEP is "0". Give a whole number from 1 to 100000.'],
    [{ AUDITED_SINK_ACK: 'yes' }, 'AUDITED_SINK_ACK is "yes". Give on or off.'],
    [{ AUDITED_SINK_TOKEN: 'Splunk abc' }, 'AUDITED_SINK_TOKEN holds a space'],
  ])('names the variable and the cure for %j', (environment, message) => {
    expect(() => readSettings(environment)).toThrow(SettingsInvalidError);
    expect(() => readSettings(environment)).toThrow(message);
  });

  it('never repeats a token', () => {
    expect(() => readSettings({ AUDITED_SINK_TOKEN: 'geheim geheim' })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('geheim') }),
    );
  });
});
