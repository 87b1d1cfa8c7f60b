import { ChainInvalidError } from '../event/audit.error.js';

/** Names go into hashes, file names and logs: one spelling each, nothing to escape. */
const CHAIN_NAME = /^[A-Za-z0-9._:-]{1,64}$/;

/**
 * Refuses what may not be the name of a chain.
 *
 * @throws ChainInvalidError with the cure
 */
export function checkChainName(chain: unknown): void {
  if (typeof chain !== 'string' || !CHAIN_NAME.test(chain)) {
    throw new ChainInvalidError(chain);
  }
}
