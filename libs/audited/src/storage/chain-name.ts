import type { ChainId } from '../event/audit-record.js';
import { ChainInvalidError } from '../event/audit.error.js';

/** Names go into hashes, file names and logs: one spelling each, nothing to escape. */
const CHAIN_NAME = /^[A-Za-z0-9._:-]{1,64}$/;

/** Whether a chain may be called so. */
export function isChainName(chain: unknown): chain is ChainId {
  return typeof chain === 'string' && CHAIN_NAME.test(chain);
}

/**
 * Refuses what may not be the name of a chain.
 *
 * @throws ChainInvalidError with the cure
 */
export function checkChainName(chain: unknown): void {
  if (!isChainName(chain)) {
    throw new ChainInvalidError(chain);
  }
}
