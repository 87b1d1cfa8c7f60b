import { availableParallelism } from 'node:os';

const typescript = [
  '@swc/jest',
  {
    jsc: {
      target: 'es2023',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
      keepClassNames: true,
    },
    module: { type: 'es6' },
    sourceMaps: 'inline',
  },
];

/** Units run from source; end-to-end specs run the built package, exactly as an application would. */
export default {
  testEnvironment: 'node',
  testMatch: [
    '<rootDir>/libs/*/src/**/*.spec.ts',
    '<rootDir>/apps/*/src/**/*.spec.ts',
    '<rootDir>/test/**/*.e2e-spec.ts',
  ],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': typescript },
  coverageProvider: 'v8',
  testTimeout: 30_000,
  // Most of the end-to-end specs wait for a disk, a database or a child process: four keep two cores busy.
  maxWorkers: Math.max(4, availableParallelism() - 1),
};
