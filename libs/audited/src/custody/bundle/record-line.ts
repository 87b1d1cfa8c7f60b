import type { ChainId, StoredRecord } from '../../event/audit-record.js';
import { canonicalString } from '../../event/canonical-json.js';

/** A line of the personal parts. */
export interface PersonalLine {
  readonly chain: ChainId;
  readonly position: number;
  readonly personal: string;
  readonly salt: string;
}

const HASH = /^[0-9a-f]{64}$/;
const RECORD_MEMBERS = new Set(['body', 'chain', 'hash', 'mac', 'position', 'previousHash', 'scheme']);
const PERSONAL_MEMBERS = new Set(['chain', 'personal', 'position', 'salt']);

/**
 * A record without its personal part as canonical JSON.
 *
 * @returns `undefined` when the row holds what no writer puts there, so that it has no JSON
 */
export function recordLine({ seal, body }: StoredRecord): string | undefined {
  const { chain, hash, mac, position, previousHash, scheme } = seal;
  if (![body, chain, hash, previousHash, scheme, mac ?? ''].every(isText) || !Number.isSafeInteger(position)) {
    return undefined;
  }
  const macMember = mac === undefined ? '' : `,"mac":${canonicalString(mac)}`;
  return (
    `{"body":${canonicalString(body)},"chain":${canonicalString(chain)},"hash":${canonicalString(hash)}${macMember},` +
    `"position":${position},"previousHash":${canonicalString(previousHash)},"scheme":${canonicalString(scheme)}}`
  );
}

/** Its personal part as canonical JSON; `undefined` when it has none, or none that is whole. */
export function personalLine({ seal, personal, salt }: StoredRecord): string | undefined {
  return isText(personal) && isText(salt) ? writtenPersonal({ ...seal, personal, salt }) : undefined;
}

/** The line of a personal part that was read from one. */
export function writtenPersonal({ chain, position, personal, salt }: PersonalLine): string {
  return (
    `{"chain":${canonicalString(chain)},"personal":${canonicalString(personal)},` +
    `"position":${position},"salt":${canonicalString(salt)}}`
  );
}

/** Reads what {@link recordLine} wrote; `undefined` for everything else. Whether it gives its hash is not looked at. */
export function readRecordLine(text: string): Pick<StoredRecord, 'seal' | 'body'> | undefined {
  const line = members(text, RECORD_MEMBERS);
  if (line === undefined) {
    return undefined;
  }
  const { body, chain, hash, mac, position, previousHash, scheme } = line;
  const isWhole =
    isText(body) && isText(chain) && isHash(hash) && isPosition(position) && isHash(previousHash) && isText(scheme);
  if (!isWhole || (mac !== undefined && !isText(mac))) {
    return undefined;
  }
  return { seal: { chain, position, previousHash, hash, scheme, ...(mac === undefined ? {} : { mac }) }, body };
}

/** Reads what {@link writtenPersonal} wrote; `undefined` for everything else. */
export function readPersonalLine(text: string): PersonalLine | undefined {
  const line = members(text, PERSONAL_MEMBERS);
  if (line === undefined) {
    return undefined;
  }
  const { chain, personal, position, salt } = line;
  return isText(chain) && isText(personal) && isPosition(position) && isText(salt)
    ? { chain, position, personal, salt }
    : undefined;
}

function members(text: string, known: ReadonlySet<string>): Readonly<Record<string, unknown>> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Not JSON: the caller names the line.
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return undefined;
  }
  return Object.keys(value).every((name) => known.has(name)) ? (value as Readonly<Record<string, unknown>>) : undefined;
}

/** A database holds what was put into it, whatever the types say. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && value.isWellFormed();
}

function isHash(value: unknown): value is string {
  return typeof value === 'string' && HASH.test(value);
}

function isPosition(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}
