import { GENESIS_HASH, MAIN_CHAIN, type ChainHead, type StoredRecord } from '../event/audit-record.js';
import { Sealer } from '../integrity/sealer.js';
import type { AppendableEvent } from '../storage/audit-store.js';

const UNKEYED = new Sealer();

/**
 * Seals events as a store does, from the beginning of a chain, without any database.
 *
 * @param sealerAt who seals at a position; without a key by default
 */
export function sealedRecords(
  events: readonly AppendableEvent[],
  chain: string = MAIN_CHAIN,
  sealerAt: (position: number) => Pick<Sealer, 'seal'> = () => UNKEYED,
): StoredRecord[] {
  let previousHash = GENESIS_HASH;
  return events.map(({ body, personal, salt }, index) => {
    const place = { chain, position: index + 1, previousHash };
    const seal = { ...place, ...sealerAt(place.position).seal(place, body) };
    previousHash = seal.hash;
    return {
      seal,
      body,
      personal: personal ?? null,
      salt: salt ?? null,
    };
  });
}

/** The head a store keeps beside these records; `null` for none. */
export function headOf(records: readonly StoredRecord[]): ChainHead | null {
  const last = records.at(-1);
  return last === undefined ? null : { chain: last.seal.chain, position: last.seal.position, hash: last.seal.hash };
}
