import { createHmac, generateKeyPairSync, verify } from 'node:crypto';
import fc from 'fast-check';
import { signingKey } from './signing-key.js';

function signed(secret: string, id: string, seconds: number, body: string): string {
  return signingKey('secret', secret).sign(Buffer.from(`${id}.${seconds}.${body}`));
}

describe('signingKey', () => {
  it('signs as the specification does', () => {
    const body = '{"test": 2432232314}';
    expect(signed('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1614265330, body)).toBe(
      'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    );
  });

  it('signs the bytes of UTF-8', () => {
    const body = '{"type":"audit.event","timestamp":"2026-11-21T18:51:39.000Z","data":{"actor":"Zo\u00eb"}}';
    expect(signed('whsec_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcY', 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W', 1674087231, body)).toBe(
      'v1,paZGoX+caPI3+nWZ90PEb/p0WUGrpyV2zhy2w/ig54Q=',
    );
  });

  // A published vector of the reference implementation in Go.
  it('signs with ed25519 as others do', () => {
    const secret = 'whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=';
    expect(signed(secret, 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1614265330, '{"test": 2432232314}')).toBe(
      'v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag==',
    );
  });

  it('takes an ed25519 key with its public half behind it', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32);
    const half = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
    const [, signature = ''] = signed(`whsk_${Buffer.concat([seed, half]).toString('base64')}`, 'a', 1, 'b').split(',');
    expect(verify(null, Buffer.from('a.1.b'), publicKey, Buffer.from(signature, 'base64'))).toBe(true);
    const wrong = Buffer.concat([seed, seed]).toString('base64');
    expect(() => signingKey('secret', `whsk_${wrong}`)).toThrow(expect.objectContaining({ option: 'secret' }));
  });

  it('takes any 24 to 64 bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 24, maxLength: 64 }), fc.string(), (bytes, content) => {
        const expected = createHmac('sha256', bytes).update(content).digest('base64');
        const digits = Buffer.from(bytes).toString('base64');
        expect(signingKey('secret', `whsec_${digits}`).sign(Buffer.from(content))).toBe(`v1,${expected}`);
        expect(signingKey('secret', `whsec_${digits.replaceAll('=', '')}`).sign(Buffer.from(content))).toBe(
          `v1,${expected}`,
        );
      }),
    );
  });

  it.each([
    undefined,
    '',
    'secret',
    'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    'whsec_',
    `whsec_${Buffer.alloc(23).toString('base64')}`,
    `whsec_${Buffer.alloc(65).toString('base64')}`,
    'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n',
    'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa-_',
    'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwA',
    `whsk_${Buffer.alloc(31).toString('base64')}`,
    `whpk_${Buffer.alloc(32).toString('base64')}`,
  ])('refuses %j, and does not repeat it', (secret) => {
    let message = '';
    try {
      signingKey('secret[1]', secret);
    } catch (error) {
      message = String(error);
    }
    expect(message).toMatch(/^OptionsInvalidError: Audit option "secret\[1\]" is no secret/);
    expect(message).not.toMatch(/MfKQ|AAAA/);
  });
});
