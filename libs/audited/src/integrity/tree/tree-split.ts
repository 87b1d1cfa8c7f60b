/**
 * Where RFC 6962 (section 2.1) splits a tree of two or more leaves: the largest power of two below its size. Numbers
 * beyond 32 bits are fine.
 */
export function splitOf(size: number): number {
  let split = 2 ** Math.floor(Math.log2(size));
  // Beyond 2^48 the logarithm rounds up to the next whole number.
  while (split >= size) {
    split /= 2;
  }
  while (split * 2 < size) {
    split *= 2;
  }
  return split;
}
