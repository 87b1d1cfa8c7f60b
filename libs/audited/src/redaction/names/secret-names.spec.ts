import { SECRET_ENDINGS, SECRET_LAST_WORDS, SECRET_NAMES } from './default-paths.js';
import { lastWord, plainKeyName } from './key-name.js';
import { SecretNames } from './secret-names.js';

const names = (): SecretNames => new SecretNames(new Set(), new Set());
const isSecret = (key: string): boolean => names().judge(key).secret;

describe('the default list', () => {
  it.each([...SECRET_ENDINGS, ...SECRET_LAST_WORDS, ...SECRET_NAMES])('hides %s', (name) => {
    expect(isSecret(name)).toBe(true);
    expect(isSecret(name.toUpperCase())).toBe(true);
    expect(isSecret(name.split('').join('_'))).toBe(true);
  });

  it.each(SECRET_ENDINGS)('hides %s at the end of a longer name', (name) => {
    expect(isSecret(`acme${name}`)).toBe(true);
    expect(isSecret(`acme-${name}`)).toBe(true);
    expect(isSecret(`${name}2`)).toBe(true);
  });

  it.each(SECRET_LAST_WORDS)('hides %s as the last word only', (name) => {
    expect(isSecret(`acme_${name}`)).toBe(true);
    expect(isSecret(`acme${name.charAt(0).toUpperCase()}${name.slice(1)}`)).toBe(true);
    expect(isSecret(`acme${name}`)).toBe(false);
  });

  it.each(SECRET_NAMES)('hides %s as the whole name only', (name) => {
    expect(isSecret(`${name}Acme`)).toBe(false);
  });

  it('is written in plain form and without repetitions', () => {
    const all = [...SECRET_ENDINGS, ...SECRET_LAST_WORDS, ...SECRET_NAMES];
    expect(all.map(plainKeyName)).toEqual(all);
    expect(new Set(all).size).toBe(all.length);
  });

  it.each([
    'userPassword',
    'DB_PASSWORD',
    'dbPassword',
    'stripeSecretKey',
    'AWS_SECRET_ACCESS_KEY',
    'x-api-key',
    'X-API-Key',
    'api key',
    'api.key',
    'clientSecret',
    'client_secret',
    'accessToken',
    'refresh_token',
    'idToken',
    'csrf-token',
    'Authorization',
    'proxy-authorization',
    'Set-Cookie',
    'privateKey',
    'connectionString',
    'user.password',
    'new-password',
    'session_secret',
    'sessionSecret',
    'cardPIN',
    'smsOtp',
    'ＰＡＳＳＷＯＲＤ',
    'pass\u200bword',
    'password[]',
    'headers[authorization]password',
  ])('hides %s', (key) => {
    expect(isSecret(key)).toBe(true);
  });

  it.each([
    'tokenCount',
    'tokenType',
    'tokenExpiresAt',
    'passwordChangedAt',
    'passwordPolicy',
    'author',
    'authorId',
    'authorizationId',
    'authenticated',
    'secretary',
    'secretName',
    'pinned',
    'spin',
    'shipping',
    'pinCount',
    'bypass',
    'passed',
    'passenger',
    'cookieConsent',
    'credentialId',
    'publicKey',
    'key',
    'keyId',
    'accessKeyId',
    'sessionId',
    'prompt_tokens',
    'completionTokens',
    'address',
    'status',
    'id',
    '',
  ])('leaves %s alone', (key) => {
    expect(isSecret(key)).toBe(false);
  });
});

describe('own names and exceptions', () => {
  it('hides own names, whatever their spelling', () => {
    const own = new SecretNames(new Set(['iban']), new Set());
    expect(own.judge('IBAN').secret).toBe(true);
    expect(own.judge('i_ban').secret).toBe(true);
    expect(own.judge('ibanCountry').secret).toBe(false);
    expect(own.isOwn('iban')).toBe(true);
    expect(own.isOwn('password')).toBe(false);
  });

  it('lets an exception win over everything', () => {
    const kept = new SecretNames(new Set(['iban']), new Set(['iban', 'pin']));
    expect(kept.judge('iban')).toMatchObject({ secret: false, kept: true });
    expect(kept.judge('pin').secret).toBe(false);
    expect(kept.judge('cardPin').secret).toBe(true);
    expect(kept.isOwn('iban')).toBe(false);
  });
});

describe('the memory of judgements', () => {
  it('answers the same after a flood of names', () => {
    const flooded = names();
    for (let at = 0; at < 10_000; at += 1) expect(flooded.judge(`name${at}x`).secret).toBe(false);
    expect(flooded.judge('password').secret).toBe(true);
    expect(flooded.judge('name1x').secret).toBe(false);
  });

  it('does not present names that are long, malformed or secret themselves', () => {
    expect(names().judge('status').presentable).toBe(true);
    expect(names().judge('a'.repeat(65)).presentable).toBe(false);
    expect(names().judge('\ud800').presentable).toBe(false);
    expect(names().judge('AKIAIOSFODNN7EXAMPLE').presentable).toBe(false);
  });

  it('knows the bytes of a name in JSON', () => {
    expect(names().judge('naïve"').bytes).toBe(Buffer.byteLength('"naïve\\"":,'));
  });
});

describe('the last word of a name', () => {
  it.each([
    ['cardPin', 'pin'],
    ['CARD_PIN', 'pin'],
    ['cardPIN', 'pin'],
    ['PINCode', 'code'],
    ['user2Pin', 'pin'],
    ['spin', 'spin'],
    ['a-b c.d', 'd'],
    ['--', ''],
  ])('of %s is %s', (key, word) => {
    expect(lastWord(key)).toBe(word);
  });
});
