import { GENESIS_HASH, MAIN_CHAIN, type ChainHead, type StoredRecord } from '../event/audit-record.js';
import { CURRENT_SCHEME } from '../integrity/integrity-schemes.js';
import type { AppendableEvent } from '../storage/audit-store.js';

/** Seals events as a store does, from the beginning of a chain, without any database. */
export function sealedRecords(events: readonly AppendableEvent[], chain: string = MAIN_CHAIN): StoredRecord[] {
  let previousHash = GENESIS_HASH;
  return events.map(({ body, personal, salt }, index) => {
    const place = { chain, position: index + 1, previousHash };
    const hash = CURRENT_SCHEME.hash(place, body);
    previousHash = hash;
    return {
      seal: { ...place, hash, scheme: CURRENT_SCHEME.id },
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
