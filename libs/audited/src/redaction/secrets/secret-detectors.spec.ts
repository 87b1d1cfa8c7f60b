import { isCardNumber } from './card.detector.js';
import { SecretNames } from '../names/secret-names.js';
import { TextRedactor } from '../text.redactor.js';

const names = new SecretNames(new Set(), new Set());
const texts = new TextRedactor((name) => names.judge(name).secret);
const hide = (text: string): string => texts.hide(text);

const JWT =
  'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U';
// Put together here, so that no scanner takes this file for a leak.
const issued = (prefix: string, rest: string): string => prefix + rest;
const LETTERS = 'aB3dE6gH9jK2mN5pQ8sT1vW4xY7zA0cD3fG6iJ9kL2nO5q';
const HEX = '0123456789abcdef'.repeat(4);

describe('credentials of a scheme', () => {
  it.each([
    ['Authorization: Bearer abc.def-ghi', 'Authorization: Bearer [redacted]'],
    ['sent bearer s3cr3t twice', 'sent bearer [redacted] twice'],
    ['Bearer Bearer s3cr3t', 'Bearer Bearer [redacted]'],
    ['Bearer%20s3cr3t', 'Bearer%20[redacted]'],
    ['Basic dXNlcjpwYXNz and on', 'Basic [redacted] and on'],
    ['Authorization: Basic dTpw', 'Authorization: Basic [redacted]'],
    ['"authorization":"Bearer s3cr3t"', '"authorization":"Bearer [redacted]"'],
    ['Authorization: Digest username="u", response="r"', 'Authorization: [redacted]'],
  ])('%s', (text, expected) => {
    expect(hide(text)).toBe(expected);
  });

  it.each(['Basic plan booked', 'Basic authentication is required', 'no bearer token', 'the bearer of this letter'])(
    'leaves "%s" alone',
    (text) => {
      expect(hide(text)).toBe(text);
    },
  );
});

describe('tokens', () => {
  it.each([
    ['a JWT', JWT],
    ['an unsigned JWT', `${JWT.split('.').slice(0, 2).join('.')}.`],
    ['a JWE', `${JWT.split('.')[0]}..${'a'.repeat(16)}.${'b'.repeat(40)}.${'c'.repeat(22)}`],
    ['AWS', issued('AKIA', 'IOSFODNN7EXAMPLE')],
    ['AWS, temporary', issued('ASIA', 'IOSFODNN7EXAMPLE')],
    ['Google', issued('AIza', LETTERS.slice(0, 35))],
    ['Google OAuth', issued('ya29.', LETTERS)],
    ['Google client', issued('GOCSPX-', LETTERS.slice(0, 28))],
    ['Microsoft', issued('abc8Q~', LETTERS.slice(0, 34))],
    ['GitHub', issued('ghp_', LETTERS.slice(0, 36))],
    ['GitHub app', issued('ghs_', LETTERS.slice(0, 36))],
    ['GitHub, fine-grained', issued('github_pat_', LETTERS)],
    ['GitLab', issued('glpat-', LETTERS.slice(0, 20))],
    ['Slack', issued('xoxb-', '123456789012-123456789012-aB3dE6gH9jK2mN5pQ8sT1vW4')],
    ['Slack webhook', issued('hooks.slack.com/services/', 'T0000/B0000/aB3dE6gH9jK2mN5pQ8sT1vW4')],
    ['Stripe', issued('sk_live_', LETTERS.slice(0, 24))],
    ['Stripe, restricted', issued('rk_test_', LETTERS.slice(0, 24))],
    ['a webhook secret', issued('whsec_', LETTERS.slice(0, 32))],
    ['npm', issued('npm_', LETTERS.slice(0, 36))],
    ['PyPI', issued('pypi-', LETTERS)],
    ['Docker', issued('dckr_pat_', LETTERS.slice(0, 27))],
    ['SendGrid', issued('SG.', `${LETTERS.slice(0, 22)}.${LETTERS.slice(0, 43)}`)],
    ['Twilio', issued('SK', HEX.slice(0, 32))],
    ['Mailgun', issued('key-', HEX.slice(0, 32))],
    ['OpenAI', issued('sk-', LETTERS)],
    ['Anthropic', issued('sk-ant-', LETTERS)],
    ['Hugging Face', issued('hf_', LETTERS.slice(0, 34))],
    ['DigitalOcean', issued('dop_v1_', HEX)],
    ['Shopify', issued('shpat_', HEX.slice(0, 32))],
    ['Vault', issued('hvs.', LETTERS)],
    ['Databricks', issued('dapi', HEX.slice(0, 32))],
    ['age', issued('AGE-SECRET-KEY-1', LETTERS.toUpperCase())],
    ['Telegram', issued('123456789:AA', LETTERS.slice(0, 33))],
  ])('%s is hidden, and nothing else', (_issuer, token) => {
    expect(hide(token)).toBe('[redacted]');
    expect(hide(`before ${token} behind`)).toBe('before [redacted] behind');
    expect(hide(`(${token})`)).toBe('([redacted])');
  });

  it.each([
    '0192f3a4-7b5c-7def-8123-456789abcdef',
    'deployment-completed-successfully',
    'task-management-system-service',
    HEX,
    'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    'arn:aws:iam::123456789012:role/deployer',
    '2026-11-21T18:51:39.123Z',
    'https://example.org/a/b?page=2&sort=name#top',
    'DeploymentsController.create',
    'pk_live_publishable',
  ])('leaves %s alone', (text) => {
    expect(hide(text)).toBe(text);
  });
});

describe('private keys', () => {
  const pem = (kind: string): string => `-----BEGIN ${kind}-----\nMIIEvQ\nIBADAN\n-----END ${kind}-----`;

  it.each(['PRIVATE KEY', 'RSA PRIVATE KEY', 'EC PRIVATE KEY', 'OPENSSH PRIVATE KEY', 'PGP PRIVATE KEY BLOCK'])(
    '%s is hidden',
    (kind) => {
      expect(hide(`key ${pem(kind)} end`)).toBe('key [redacted] end');
    },
  );

  it('is hidden to the end where its last line is missing', () => {
    expect(hide('-----BEGIN PRIVATE KEY-----\nMIIEvQ\nIBADAN')).toBe('[redacted]');
  });

  it('is hidden each time', () => {
    expect(hide(`${pem('PRIVATE KEY')}|${pem('EC PRIVATE KEY')}|`)).toBe('[redacted]|[redacted]|');
  });

  it('is no public certificate', () => {
    expect(hide(pem('CERTIFICATE'))).toBe(pem('CERTIFICATE'));
  });
});

describe('card numbers', () => {
  it.each([
    '4111111111111111',
    '4111 1111 1111 1111',
    '4111-1111-1111-1111',
    '5555555555554444',
    '378282246310005',
    '3782 822463 10005',
    '6011111111111117',
    '3530111333300000',
    '30569309025904',
    '2223003122003222',
    '4222222222222',
    '6205500000000000004',
  ])('%s is hidden', (card) => {
    expect(hide(card)).toBe('[redacted]');
    expect(hide(`paid 12 with ${card}, thanks`)).toMatch(/^paid 12 with \[redacted\], thanks$/);
    expect(hide(`card${card}x`)).toBe('card[redacted]x');
  });

  it('is found among other digits', () => {
    expect(hide('17 4111 1111 1111 1111 12')).toBe('17 [redacted] 12');
  });

  it.each([
    ['a wrong check digit', '4111111111111112'],
    ['milliseconds', '1700000000000'],
    ['nanoseconds', '1700000000000000001'],
    ['a UUID of digits', '41111111-1111-4111-8111-111111111111'],
    ['a digest', 'deadbeef4111111111111111cafe'],
    ['a fraction', '0.4111111111111111'],
    ['a date', '2026-11-21 18:51:39.123'],
    ['too many digits', '41111111111111111111111111'],
  ])('%s is none', (_what, text) => {
    expect(hide(text)).toBe(text);
  });

  it('passes the Luhn check', () => {
    expect(isCardNumber('4111111111111111')).toBe(true);
    expect(isCardNumber('411111111111111')).toBe(false);
    expect(isCardNumber('0000000000000000')).toBe(false);
  });
});

describe('passwords in URLs', () => {
  it.each([
    ['postgres://ann:s3cr3t@db:5432/x', 'postgres://ann:[redacted]@db:5432/x'],
    ['redis://:s3cr3t@cache', 'redis://:[redacted]@cache'],
    ['s3://key:s3cr3t@bucket', 's3://key:[redacted]@bucket'],
    ['https://u:p@ss@host/', 'https://u:[redacted]@host/'],
    ['amqp://u:sl/sh@host/', 'amqp://u:[redacted]@host/'],
    ['http://a:b@c http://d:e@f', 'http://a:[redacted]@c http://d:[redacted]@f'],
  ])('%s', (text, expected) => {
    expect(hide(text)).toBe(expected);
  });

  it.each(['http://host:8080/path@x', 'https://git@example.org/x', 'http://[::1]:80/', '://', 'a://:@b'])(
    'leaves %s alone',
    (text) => {
      expect(hide(text)).toBe(text);
    },
  );
});

describe('named values in text', () => {
  it.each([
    ['password=hunter2', 'password=[redacted]'],
    ['/login?user=ann&token=t0k&x=1', '/login?user=ann&token=[redacted]&x=1'],
    ['api_key: k3y, region: eu', 'api_key: [redacted] region: eu'],
    ['{"user":"ann","password":"hun ter2","n":1}', '{"user":"ann","password":"[redacted]","n":1}'],
    ['{"password":"a\\"b","n":1}', '{"password":"[redacted]","n":1}'],
    ['"{\\"pin\\":\\"12 34\\",\\"n\\":1}"', '"{\\"pin\\":\\"[redacted]\\",\\"n\\":1}"'],
    ["{ secret: 'x y', n: 1 }", "{ secret: '[redacted]', n: 1 }"],
    ['{"tokens":["a","b"],"n":1}', '{"tokens":[redacted],"n":1}'],
    ['Password = x', 'Password = [redacted]'],
    ['password => "x"', 'password => "[redacted]"'],
    ['data[password]=x&y=1', 'data[password]=[redacted]&y=1'],
    ['data%5Bpassword%5D=x&y=1', 'data%5Bpassword%5D=[redacted]&y=1'],
    ['Server=db;User Id=sa;Password=p@ss;', 'Server=db;User Id=sa;Password=[redacted];'],
    ['AccountName=a;AccountKey=Zm9v+/==;', 'AccountName=a;AccountKey=[redacted];'],
    ['<user>ann</user><password>x</password>', '<user>ann</user><password>[redacted]</password>'],
    ['Cookie: a=b; c=d\nHost: h', 'Cookie: [redacted]\nHost: h'],
    ['run --db-password=x --dry', 'run --db-password=[redacted] --dry'],
    ['password="unclosed', 'password="[redacted]'],
  ])('%s', (text, expected) => {
    expect(hide(text)).toBe(expected);
  });

  it.each([
    'password=',
    'password= &x=1',
    'tokenCount: 5',
    'author: ann',
    'status=ok&page=2',
    'at 18:51:39',
    'a > b',
    'if pin > 5',
    'SyntaxError: unexpected end',
  ])('leaves "%s" alone', (text) => {
    expect(hide(text)).toBe(text);
  });
});

it('hides several secrets of several kinds in one text', () => {
  const text = `user ann used ${JWT} and 4111111111111111, password=x`;
  expect(hide(text)).toBe('user ann used [redacted] and [redacted], password=[redacted]');
});
