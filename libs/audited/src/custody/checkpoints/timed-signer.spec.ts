import { SigningFailedError } from '../../event/custody.error.js';
import { timedSigner } from './timed-signer.js';

const KEY = new Uint8Array(32);
const MESSAGE = Buffer.from('text');

describe('a signer that a function of the application stands behind', () => {
  it('hands the signature on, and the function a copy of the message', async () => {
    const signer = timedSigner(KEY, (message) => message.fill(7), 1000);
    expect([...(await signer.sign(MESSAGE))]).toEqual([7, 7, 7, 7]);
    expect(MESSAGE.toString()).toBe('text');
  });

  it.each<[string, () => unknown, RegExp]>([
    ['rejects', () => Promise.reject(new Error('AccessDenied')), /it failed \(AccessDenied\)/],
    [
      'throws',
      () => {
        throw new Error('no region');
      },
      /it failed \(no region\)/,
    ],
    ['hangs', () => new Promise(() => undefined), /no answer within 20 ms/],
    ['answers with a text', () => 'signature', /something else than bytes/],
  ])('rejects when it %s', async (_what, sign, message) => {
    const signing = timedSigner(KEY, sign as () => Uint8Array, 20).sign(MESSAGE);
    await expect(signing).rejects.toThrow(SigningFailedError);
    await expect(signing).rejects.toThrow(message);
  });
});
