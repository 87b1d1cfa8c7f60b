import base from './jest.config.mjs';

/**
 * Against the real world: tools and applications that are not ours, installed and started. Slow, two at a time,
 * and outside `npm test`, which must pass on a bare machine.
 */
export default {
  ...base,
  testMatch: ['<rootDir>/test/interop/**/*.interop-spec.ts'],
  testTimeout: 600_000,
  maxWorkers: 2,
};
