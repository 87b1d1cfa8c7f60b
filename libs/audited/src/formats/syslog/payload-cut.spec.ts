import { PAYLOAD_CUTS } from './payload-cut.js';

/** Everything that is left of a text at each length, once; and never more than there is room for. */
function cutsOf(format: string, text: string): readonly string[] {
  const cuts = Array.from({ length: Buffer.byteLength(text) + 1 }, (_, room) => {
    const left = PAYLOAD_CUTS.get(format)?.(text, room);
    expect(Buffer.byteLength(left ?? '')).toBeLessThanOrEqual(room);
    return left;
  });
  return [...new Set(cuts.filter((left) => left !== undefined))];
}

describe('A payload that is too long', () => {
  it('loses of CEF whole pairs, a custom key together with its label', () => {
    const header = String.raw`CEF:0|Acme\|Co|a=b|1|t|Näme|5|`;
    const [msg, kind, act] = [String.raw`msg=a\=b é`, 'cs1=x y cs1Label=Kind', 'act=z'];
    const left = cutsOf('cef', `${header}${msg} ${kind} ${act}`).filter((cut) => cut.length >= header.length);
    expect(left).toEqual([
      header,
      `${header}${act}`,
      `${header}${msg}`,
      `${header}${msg} ${act}`,
      `${header}${msg} ${kind}`,
      `${header}${msg} ${kind} ${act}`,
    ]);
  });

  it.each([
    ['LEEF:1.0|v|p|1|t|', '\t'],
    ['LEEF:2.0|v|p|1|t|^|', '^'],
    ['LEEF:2.0|v|p|1|t|x09|', '\t'],
    ['LEEF:2.0|v|p|1|t|0x5E|', '^'],
    ['LEEF:2.0|v|p|1|t||', '\t'],
    ['LEEF:2.0|v|p|1|t|¦|', '¦'],
  ])('loses of %s whole attributes', (header, delimiter) => {
    const [name, sev] = ['usrName=Zoë a=b|c', 'sev=5'];
    const left = cutsOf('leef', `${header}${name}${delimiter}${sev}`).filter((cut) => cut.length >= header.length);
    expect(left).toEqual([header, header + sev, header + name, header + name + delimiter + sev]);
  });

  it.each(['cef', 'leef'])('of %s is not cut when not even its header fits', (format) => {
    const cut = PAYLOAD_CUTS.get(format);
    expect(cut?.('CEF:0|Acme|Product', 9)).toBeUndefined();
    expect(cut?.('CEF:0|v|p|1|t|Name|5|a=b', 20)).toBeUndefined();
    expect(cut?.('LEEF:1.0|v|p|1|t|a=b', 16)).toBeUndefined();
    expect(cut?.('LEEF:1.0|v|p|1|t|a=b', -7)).toBeUndefined();
  });

  it('is cut between two characters of free text', () => {
    expect(cutsOf('text', 'aé€😀')).toEqual(['', 'a', 'aé', 'aé€', 'aé€😀']);
  });
});
