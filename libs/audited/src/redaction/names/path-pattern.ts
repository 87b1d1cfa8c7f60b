import { OptionsInvalidError } from '../../event/audit.error.js';
import { plainKeyName } from './key-name.js';

/** Fields of an event in which values stand; a path pattern starts with one of them or with a wildcard. */
const ROOTS: readonly string[] = ['details', 'changes', 'error', 'actor', 'resource', 'targets', 'origin', 'transport'];
const MAX_NAMES = 32;

/** A pattern of one name holds at any depth; one of several names holds at its place, counted from the event. */
export type PathPattern =
  { readonly kind: 'name'; readonly name: string } | { readonly kind: 'path'; readonly names: readonly string[] };

/**
 * Reads one pattern of the options `redaction.paths` and `redaction.keep`.
 *
 * @throws OptionsInvalidError naming `option` and the cure
 */
export function parsePathPattern(pattern: unknown, option: string): PathPattern {
  if (typeof pattern !== 'string' || pattern.trim() === '') {
    throw new OptionsInvalidError(
      option,
      'is not a text',
      'Write a key name (password) or a path (details.card.number).',
    );
  }
  const refuse = (problem: string, cure: string): never => {
    throw new OptionsInvalidError(option, `"${pattern}" ${problem}`, cure);
  };
  const names = pattern.split('.').map((name) => name.trim());
  if (names.includes('')) refuse('has an empty name', 'Put exactly one dot between two names.');
  if (names.length > MAX_NAMES) refuse(`has more than ${MAX_NAMES} names`, 'Use ** for any number of names.');
  if (names.every(isWildcard)) refuse('would match everything', 'Name at least one key.');

  const plain = names.map((name) => {
    if (isWildcard(name)) return name;
    if (/[[\]]/.test(name))
      refuse('has brackets', 'Write the index as a name: details.items.0.pin or details.items.*.pin.');
    if (name.includes('*')) refuse('has a wildcard inside a name', 'A * or ** stands for whole names: details.*.pin.');
    const plainName = plainKeyName(name);
    if (plainName === '') refuse('has a name without letters or digits', 'Name the key with its letters and digits.');
    return plainName;
  });

  const [first = ''] = plain;
  if (plain.length === 1) return { kind: 'name', name: first };
  if (!isWildcard(first) && !ROOTS.includes(first)) {
    refuse(
      `starts with "${names[0]}", which holds no values in an event, so it would never match`,
      `Write "**.${pattern}" for any depth, or start with one of: ${ROOTS.join(', ')}.`,
    );
  }
  // `details.**` means everything below details, not details itself.
  if (plain.at(-1) === '**') plain.push('*');
  return { kind: 'path', names: plain };
}

function isWildcard(name: string): boolean {
  return name === '*' || name === '**';
}
