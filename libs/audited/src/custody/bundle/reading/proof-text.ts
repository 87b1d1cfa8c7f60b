import { PROOF_FORMAT, type EventProof } from '../event-proof.js';
import { MAX_LINE_BYTES } from '../bundle-format.js';
import { isCount, isHash, isObject, isOptional, isText } from './manifest-values.js';

/** The tree has at most 2^53 leaves. */
const MAX_HASHES = 64;

/**
 * Reads the proof of an event; whether it proves anything is another question.
 *
 * @returns a sentence on what is wrong when it is none
 */
export function readProof(text: string): EventProof | string {
  if (typeof text !== 'string' || text.length > MAX_LINE_BYTES) {
    return 'The file is no text, or larger than any proof.';
  }
  const value = parsed(text);
  if (!isObject(value) || typeof value['format'] !== 'string') {
    return 'The file is not the JSON of a proof.';
  }
  if (value['format'] !== PROOF_FORMAT) {
    return `The format is ${JSON.stringify(value['format'].slice(0, 100))}; this version reads ${PROOF_FORMAT} only.`;
  }
  const { seal, body, personal, salt, checkpoint, inclusion } = value;
  const wrong = (
    [
      ['seal', isSeal(seal)],
      ['body', isWhole(body)],
      ['personal', isOptional(isWhole)(personal)],
      ['salt', isOptional(isText)(salt)],
      ['checkpoint', isWhole(checkpoint)],
      ['inclusion', isInclusion(inclusion)],
    ] as const
  ).find(([, isRight]) => !isRight);
  return wrong === undefined
    ? (value as unknown as EventProof)
    : `The member "${wrong[0]}" of the proof is missing or malformed.`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: the caller says so.
    return undefined;
  }
}

function isSeal(seal: unknown): boolean {
  return (
    isObject(seal) &&
    isText(seal['chain']) &&
    isCount(seal['position']) &&
    seal['position'] > 0 &&
    isHash(seal['previousHash']) &&
    isHash(seal['hash']) &&
    isText(seal['scheme']) &&
    isOptional(isText)(seal['mac'])
  );
}

function isInclusion(inclusion: unknown): boolean {
  return (
    isObject(inclusion) &&
    isCount(inclusion['index']) &&
    isCount(inclusion['size']) &&
    Array.isArray(inclusion['hashes']) &&
    inclusion['hashes'].length <= MAX_HASHES &&
    inclusion['hashes'].every(isHash)
  );
}

/** A text of any length. */
function isWhole(value: unknown): boolean {
  return typeof value === 'string' && value.isWellFormed();
}
