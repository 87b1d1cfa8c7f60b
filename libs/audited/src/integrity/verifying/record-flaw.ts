import { MAIN_CHAIN, type StoredRecord } from '../../event/audit-record.js';
import type { IntegrityScheme } from '../integrity-scheme.js';
import { INTEGRITY_SCHEMES } from '../integrity-schemes.js';
import type { Misplacement } from './misplaced-run.js';

/** How far around its place a record is looked for before it is called edited instead of misplaced. */
export const SEARCH_DISTANCE = 1000;
/** Searching is work that an attacker could multiply: so many records get a search, and so many chains are tried. */
const MAX_SEARCHES = 200;
const MAX_CHAINS_TRIED = 16;

/** Why a record is not what its seal says. */
export type RecordFlaw = { readonly kind: 'malformed' | 'scheme' | 'edited'; readonly message: string } | Misplacement;

/** Finds out what is wrong with single records of one chain. Keeps nothing but what a later search can start with. */
export class RecordExaminer {
  private searches = 0;
  private readonly otherChains: readonly string[];
  private lastFound: Misplacement | undefined;

  /** @param knownChains where a record that does not belong to `chain` may come from */
  constructor(
    private readonly chain: string,
    knownChains: readonly string[],
  ) {
    const others = new Set([MAIN_CHAIN, ...knownChains]);
    others.delete(chain);
    this.otherChains = [...others].slice(0, MAX_CHAINS_TRIED);
  }

  /** `undefined` when the record gives its hash. */
  flawOf(record: StoredRecord): RecordFlaw | undefined {
    const { seal, body } = record;
    const damaged = damagedField(record);
    if (damaged !== undefined) {
      return { kind: 'malformed', message: `${damaged} is damaged: no value that was ever written there` };
    }
    const scheme = INTEGRITY_SCHEMES.get(seal.scheme);
    if (scheme === undefined) {
      return { kind: 'scheme', message: `unknown scheme ${JSON.stringify(seal.scheme)}; a newer version may know it` };
    }
    if (scheme.hash(seal, body) === seal.hash) {
      return seal.chain === this.chain ? undefined : { kind: 'misplaced', chain: seal.chain, distance: 0 };
    }
    return (
      this.misplacement(record, scheme) ?? {
        kind: 'edited',
        message: 'the content does not give the hash of the record',
      }
    );
  }

  private misplacement(record: StoredRecord, scheme: IntegrityScheme): Misplacement | undefined {
    const found = this.movedLikeTheLast(record, scheme) ?? this.searched(record, scheme);
    this.lastFound = found;
    return found;
  }

  /** Records are often moved together: what explained the last one is tried first, and costs no search. */
  private movedLikeTheLast({ seal, body }: StoredRecord, scheme: IntegrityScheme): Misplacement | undefined {
    const moved = this.lastFound;
    const explains =
      moved !== undefined &&
      seal.position + moved.distance > 0 &&
      scheme.hash({ ...seal, chain: moved.chain, position: seal.position + moved.distance }, body) === seal.hash;
    return explains ? moved : undefined;
  }

  private searched({ seal, body }: StoredRecord, scheme: IntegrityScheme): Misplacement | undefined {
    if (this.searches >= MAX_SEARCHES) {
      return undefined;
    }
    this.searches++;
    const hashAt = scheme.hashAtPosition(seal, body);
    for (let away = 1; away <= SEARCH_DISTANCE; away++) {
      for (const distance of [-away, away]) {
        if (seal.position + distance > 0 && hashAt(seal.position + distance) === seal.hash) {
          return { kind: 'misplaced', chain: seal.chain, distance };
        }
      }
    }
    const chain = this.otherChains.find((other) => scheme.hash({ ...seal, chain: other }, body) === seal.hash);
    return chain === undefined ? undefined : { kind: 'misplaced', chain, distance: 0 };
  }
}

/**
 * Names the first field that holds something no writer ever puts there: databases and bundles hold what was put into
 * them, whatever the types say.
 */
export function damagedField({ seal, body }: StoredRecord): string | undefined {
  if (!Number.isSafeInteger(seal.position)) {
    return 'position';
  }
  const texts: readonly (readonly [name: string, value: unknown])[] = [
    ['chain', seal.chain],
    ['previous hash', seal.previousHash],
    ['hash', seal.hash],
    ['scheme', seal.scheme],
    ['body', body],
    ['mac', seal.mac ?? ''],
  ];
  return texts.find(([, value]) => typeof value !== 'string' || !value.isWellFormed())?.[0];
}
