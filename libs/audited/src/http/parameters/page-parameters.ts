import { MAX_OFFSET, MAX_PAGE_RECORDS } from '../../storage/audit-query.js';
import type { ParameterDefinition } from './parameter.js';

/** When: both ends of a time range. */
export const TIME_PARAMETERS: readonly ParameterDefinition[] = [
  {
    name: 'from',
    kind: 'time',
    description: 'Only events that occurred at or after this time. A plus sign is written %2B in a query.',
    example: '2026-11-21T00:00:00Z',
  },
  {
    name: 'to',
    kind: 'time',
    description: 'Only events that occurred before this time.',
    example: '2026-11-22T00:00:00Z',
  },
];

/** Words to search for. */
export const TEXT_PARAMETER: ParameterDefinition = {
  name: 'text',
  kind: 'text',
  description:
    'Words that must all be in the action, reason, details, error or resource names, whatever their case; what stands in ' +
    'double quotes is one word.',
  example: 'rollback "out of memory"',
};

/** @param usual what counts when it is left out */
export function orderParameter(usual: 'newest' | 'oldest'): ParameterDefinition {
  return {
    name: 'order',
    kind: 'word',
    words: ['newest', 'oldest'],
    default: usual,
    description: 'Which records come first.',
    example: 'oldest',
  };
}

/** Which part of what matches. */
export const PAGE_PARAMETERS: readonly ParameterDefinition[] = [
  {
    name: 'limit',
    kind: 'number',
    least: 1,
    most: MAX_PAGE_RECORDS,
    default: '100',
    description: 'Most records of the answer.',
    example: '50',
  },
  {
    name: 'offset',
    kind: 'number',
    least: 0,
    most: MAX_OFFSET,
    default: '0',
    description: 'Leaves out the first so many; not together with `cursor`, which has no such limit.',
    example: '100',
  },
  {
    name: 'cursor',
    kind: 'text',
    description: '`next` of the page before, unchanged: reads on there.',
    example: 'b2xkZXN0.MTIz.c2lnbmF0dXJl',
  },
  {
    name: 'total',
    kind: 'flag',
    default: 'false',
    description: 'Also say how many records match, as far as that is cheap.',
    example: 'true',
  },
];
