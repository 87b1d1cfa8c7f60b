import { rowsAtOnce } from './inbox-drain.js';

const MEBIBYTE = 2 ** 20;
const rowsOf = (...bytes: readonly (number | string)[]): number => rowsAtOnce(bytes.map((each) => ({ bytes: each })));

describe('rowsAtOnce', () => {
  it('takes every row that waits while they are small', () => {
    expect([rowsOf(), rowsOf(1000), rowsOf(...Array.from({ length: 500 }, () => 2000))]).toStrictEqual([0, 1, 500]);
  });

  it('takes as many as sixteen mebibytes hold, and one that is larger alone', () => {
    expect(rowsOf(8 * MEBIBYTE, 8 * MEBIBYTE, 1)).toBe(2);
    expect(rowsOf(8 * MEBIBYTE, 8 * MEBIBYTE + 1, 1)).toBe(1);
    expect(rowsOf(40 * MEBIBYTE, 1)).toBe(1);
  });

  it('reads sizes that a driver gives as text', () => {
    expect(rowsOf(String(9 * MEBIBYTE), String(9 * MEBIBYTE), '1')).toBe(1);
  });
});
