import { jsonObjects, NoJsonObjectError } from './json-objects.js';

/** The objects before the first fault, and whether there was one. */
function read(body: Buffer | string): { readonly objects: readonly unknown[]; readonly isFaulty: boolean } {
  const objects: unknown[] = [];
  try {
    for (const object of jsonObjects(Buffer.from(body))) objects.push(object);
    return { objects, isFaulty: false };
  } catch (error) {
    if (!(error instanceof NoJsonObjectError)) throw error;
    return { objects, isFaulty: true };
  }
}

describe('jsonObjects', () => {
  it.each(['{"a":1}{"b":2}', '{"a":1}\n{"b":2}\n', ' \r\n{"a":1}\t{"b":2} '])('reads objects out of %j', (body) => {
    expect(read(body)).toEqual({ objects: [{ a: 1 }, { b: 2 }], isFaulty: false });
  });

  it('is not misled by braces, quotes and backslashes in strings', () => {
    const odd = { text: '}{"\\', nested: [{ more: '\\"}' }] };
    expect(read(JSON.stringify(odd).repeat(2)).objects).toEqual([odd, odd]);
  });

  it('finds nothing in an empty body', () => {
    expect(read('  \n')).toEqual({ objects: [], isFaulty: false });
  });

  it.each(['[{"a":1}]', '{"a":1},{"b":2}', '{"a":1}2', '{"a":1}{"b":', '{"a":1}{b:2}'])('refuses %j', (body) => {
    expect(read(body).isFaulty).toBe(true);
  });

  it('gives what stands before the fault', () => {
    expect(read('{"a":1}{"b":')).toEqual({ objects: [{ a: 1 }], isFaulty: true });
  });

  it('refuses what is no UTF-8', () => {
    expect(read(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d])).isFaulty).toBe(true);
  });

  it('refuses what is nested too deeply to be written again', () => {
    const nested = (depth: number): string => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
    expect([read(nested(100)).isFaulty, read(nested(101)).isFaulty]).toEqual([false, true]);
  });
});
