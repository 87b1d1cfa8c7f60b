import base from './jest.config.mjs';

/**
 * Against the real world: tools and applications that are not ours, installed and started. Slow, one after another,
 * and outside `npm test`, which must pass on a bare machine.
 */
export default {
  ...base,
  testMatch: ['<rootDir>/test/interop/**/*.interop-spec.ts'],
  testTimeout: 600_000,
};
