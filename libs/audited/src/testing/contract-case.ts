/**
 * One promise of a port as a test that any test runner can run: `it(promise, run)`. It rejects with an
 * assertion error when the promise is not kept.
 */
export interface ContractCase {
  readonly promise: string;
  readonly run: () => Promise<void>;
}
