import { webhookSettings, type WebhookOptions } from './webhook.options.js';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const GIVEN: WebhookOptions = { url: 'https://hooks.example.com/audit', secret: SECRET };

describe('webhookSettings', () => {
  it('needs an address and a secret, and has a default for everything else', () => {
    expect(webhookSettings(GIVEN)).toMatchObject({
      isBatched: true,
      maxEvents: 10,
      maxBytes: 1_000_000,
      headers: {},
      connection: { timeoutMs: 15_000 },
    });
  });

  it('copies what it was given', () => {
    const given = { ...GIVEN, headers: { 'X-Key': 'one' }, allowPrivateNetwork: ['10.0.0.0/8'], secret: [SECRET] };
    Object.freeze(given.headers);
    Object.freeze(given.secret);
    const { headers, guard } = webhookSettings(given);
    given.allowPrivateNetwork.push('127.0.0.1');
    expect(headers).toEqual({ 'x-key': 'one' });
    expect(guard.permits('127.0.0.1')).toBe(false);
  });

  it('sends one event a request when it is told to', () => {
    expect(webhookSettings({ ...GIVEN, batch: false, maxEvents: 50 })).toMatchObject({
      isBatched: false,
      maxEvents: 1,
    });
  });

  it.each([
    'http://127.0.0.1/',
    'https://127.0.0.1/',
    'https://0x7f.1/',
    'https://2130706433/',
    'https://017700000001/',
    'https://127.1/',
    'https://0/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',

    'https://localhost/',
    'https://LOCALHOST./',
    'https://x.localhost/',
    'https://10.0.0.1/',
    'https://169.254.169.254/latest',

    'https://127.0.0.1./',
    'https://\u2460\u2461\u2466.0.0.1/',
    'https://\uff11\uff12\uff17.0.0.1/',
    'https://[fd00:ec2::254]/',
    'https://%31%32%37.0.0.1/',
    'https://127\u30020\u30020\u30021/',
    'http://hooks.example.com/',
  ])('refuses %s', (url) => {
    expect(() => webhookSettings({ ...GIVEN, url })).toThrow(expect.objectContaining({ option: 'url' }));
  });

  it.each<[string, WebhookOptions['allowPrivateNetwork'] & {}]>([
    ['http://127.0.0.1:8080/', true],
    ['https://[::1]/', ['::1']],
    ['https://0x7f.1/', ['127.0.0.0/8']],
    ['https://localhost/', ['localhost']],
    ['https://localhost./', ['127.0.0.1']],
    ['http://siem.internal/', ['siem.internal']],
  ])('takes %s when %j is allowed', (url, allowPrivateNetwork) => {
    expect(webhookSettings({ ...GIVEN, url, allowPrivateNetwork }).url.href).toBe(new URL(url).href);
  });

  it.each<[string, object, string]>([
    ['an unknown option', { token: 'x' }, 'token'],
    ['no address', { url: undefined }, 'url'],
    ['a password in the address', { url: 'https://u:s3cr3t@a.example' }, 'url'],
    ['no secret', { secret: undefined }, 'secret'],
    ['an empty list of secrets', { secret: [] }, 'secret'],
    ['too many secrets', { secret: Array.from({ length: 11 }, () => SECRET) }, 'secret'],
    ['a bad secret among good ones', { secret: [SECRET, 'whsec_s3cr3t'] }, 'secret[1]'],
    ['a batch that is no flag', { batch: 1 }, 'batch'],
    ['no events in a request', { maxEvents: 0 }, 'maxEvents'],
    ['too small requests', { maxBytes: 1000 }, 'maxBytes'],
    ['a network that is none', { allowPrivateNetwork: ['10.0.0.0/99'] }, 'allowPrivateNetwork[0]'],
    ['a network outside of a list', { allowPrivateNetwork: '10.0.0.0/8' }, 'allowPrivateNetwork'],
    ['no time', { timeoutMs: 0 }, 'timeoutMs'],
    ['bad TLS', { tls: { ca: 'x' } }, 'tls.ca'],
    ['a header that signs', { headers: { 'Webhook-Signature': 'v1,x' } }, 'headers.Webhook-Signature'],
    ['a header that frames', { headers: { 'Content-Length': '1' } }, 'headers.Content-Length'],
    ['a header with a line end', { headers: { 'x-key': 's3cr3t\r\nx: y' } }, 'headers.x-key'],
    ['a header with spaces around it', { headers: { 'x-key': 's3cr3t ' } }, 'headers.x-key'],
    ['a header beyond Latin', { headers: { 'x-key': 's3cr3t\u{1f680}' } }, 'headers.x-key'],
    ['a header that is no text', { headers: { 'x-key': 7 } }, 'headers.x-key'],
    ['a header twice', { headers: { 'x-key': 'a', 'X-Key': 'b' } }, 'headers.X-Key'],
    ['a name that is none', { headers: { 'x key': 'secret' } }, 'headers'],
    ['headers that are none', { headers: null }, 'headers'],
    ['headers in a list', { headers: ['x'] }, 'headers'],
  ])('refuses %s', (_what, change, option) => {
    expect(() => webhookSettings({ ...GIVEN, ...change } as WebhookOptions)).toThrow(
      expect.objectContaining({ option, message: expect.not.stringMatching(/s3cr3t|MfKQ/) }),
    );
  });

  it('refuses a proxy that would look names up where nobody guards them', () => {
    const proxied = { ...GIVEN, proxy: 'http://proxy.example:3128' };
    expect(() => webhookSettings(proxied)).toThrow(expect.objectContaining({ option: 'proxy' }));
    expect(() => webhookSettings({ ...proxied, allowPrivateNetwork: ['10.0.0.0/8'] })).toThrow(
      expect.objectContaining({ option: 'proxy' }),
    );
    expect(webhookSettings({ ...proxied, allowPrivateNetwork: ['hooks.example.com'] }).connection).toHaveProperty(
      'proxy',
    );
    expect(webhookSettings({ ...proxied, allowPrivateNetwork: true }).connection).toHaveProperty('proxy');
    expect(webhookSettings({ ...proxied, url: 'https://1.1.1.1/' }).connection).toHaveProperty('proxy');
    expect(() => webhookSettings({ ...proxied, url: 'https://10.0.0.1/' })).toThrow(
      expect.objectContaining({ option: 'url' }),
    );
  });

  it('counts everything as secret that may let a request in', () => {
    const url = 'https://hooks.example.com/T0/a-long-part-of-the-path/x?key=query-secret';
    const { secrets } = webhookSettings({ ...GIVEN, url, headers: { authorization: 'Bearer header-secret' } });
    expect(secrets).toEqual(
      expect.arrayContaining([
        SECRET,
        SECRET.slice(6),
        'query-secret',
        'a-long-part-of-the-path',
        'Bearer header-secret',
      ]),
    );
  });
});
