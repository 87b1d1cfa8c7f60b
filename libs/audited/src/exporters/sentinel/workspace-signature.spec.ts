import { sharedKeyAuthorization } from './workspace-signature.js';

const WORKSPACE_ID = '11111111-2222-3333-4444-555555555555';
const KEY = Uint8Array.from({ length: 64 }, (_, index) => index);

describe('sharedKeyAuthorization', () => {
  it('signs the length in bytes, with the key decoded: worked example', () => {
    const body = '[{"id":"01","actor":"Zoë","action":"user.login","outcome":"success","ts":"2026-11-21T18:51:39Z"}]';
    expect(body).toHaveLength(97);
    const signed = { bytes: Buffer.byteLength(body), date: 'Sat, 21 Nov 2026 18:51:39 GMT' };
    expect(sharedKeyAuthorization(WORKSPACE_ID, KEY, signed)).toBe(
      `SharedKey ${WORKSPACE_ID}:SFz5CtMr7HvkDxtfU9uZ5vGTy3sTYiPXIAnfY5nMxos=`,
    );
  });

  it("signs the sample of the vendor's documents", () => {
    const signed = { bytes: 1024, date: 'Mon, 04 Apr 2016 08:00:00 GMT' };
    expect(sharedKeyAuthorization(WORKSPACE_ID, KEY, signed)).toBe(
      `SharedKey ${WORKSPACE_ID}:kQfMluP3yBFQzfwH0Ye5adOjNq2FCEIWGh0n4uEtCrg=`,
    );
  });
});
