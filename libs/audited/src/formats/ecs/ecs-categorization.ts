import type { AuditOutcome } from '../../event/audit-event.js';
import { OptionsInvalidError } from '../../event/audit.error.js';
import { checkOneOf, checkShape } from '../../event/option-checks.js';
import { EventTypeTable } from '../event-type-table.js';
import type { FormatSettings } from '../format.options.js';
import { perEventType } from '../per-event-type.js';
import { ECS_CATEGORY_TYPES, type EcsCategory, type EcsType } from './ecs-categories.js';
import { ECS_EVENT_TYPES, type EcsEventType } from './ecs-event-types.js';

/** Answers `event.category` and `event.type` of an event: what its type is in ECS, refined by how it ended. */
export type EcsCategorization = (type: string, outcome: AuditOutcome) => EcsEventType;

const CATEGORY_NAMES = Object.keys(ECS_CATEGORY_TYPES) as readonly EcsCategory[];
// `device` is in the closed list, but expected by no category.
const TYPE_NAMES: readonly EcsType[] = [...new Set([...Object.values(ECS_CATEGORY_TYPES).flat(), 'device' as const])];

/** @throws OptionsInvalidError for a mapping of the application that is outside the schema's closed lists */
export function ecsCategorization({ eventTypes, catalogues }: FormatSettings): EcsCategorization {
  const own = Object.entries(eventTypes).flatMap(([pattern, { ecs }]): [string, EcsEventType][] => {
    if (ecs === undefined) return [];
    checkEventType(`eventTypes.${pattern}.ecs`, ecs);
    return [[pattern, ecs]];
  });
  const table = new EventTypeTable(ECS_EVENT_TYPES, Object.fromEntries(own), catalogues);
  const refinements = perEventType((type) => refinementsOf(table.find(type)));
  return (type, outcome) => {
    const { denied, failed, plain } = refinements(type);
    return outcome === 'denied' ? denied : outcome === 'failure' ? failed : plain;
  };
}

/** One row for each kind of ending, made once a type. */
interface Refinements {
  readonly plain: EcsEventType;
  readonly denied: EcsEventType;
  readonly failed: EcsEventType;
}

function refinementsOf(row: EcsEventType): Refinements {
  return { plain: row, denied: refined(row, 'denied', 'allowed'), failed: refined(row, 'error') };
}

/** The row with a further type if one of its categories expects it, and then without the type that contradicts it. */
function refined(row: EcsEventType, further: EcsType, contradicted?: EcsType): EcsEventType {
  if (!isExpected(further, row.category)) return row;
  const type = row.type.filter((known) => known !== contradicted && known !== further);
  return { category: row.category, type: [...type, further] };
}

function isExpected(type: EcsType, categories: readonly EcsCategory[]): boolean {
  return categories.some((category) => ECS_CATEGORY_TYPES[category].includes(type));
}

function checkEventType(option: string, row: EcsEventType): void {
  checkShape(option, row, ['category', 'type']);
  checkWords(`${option}.category`, row.category, CATEGORY_NAMES);
  checkWords(`${option}.type`, row.type, TYPE_NAMES);
  const expected = [...new Set(row.category.flatMap((category) => ECS_CATEGORY_TYPES[category]))];
  const stranger = row.type.find((type) => !expected.includes(type));
  if (stranger !== undefined) {
    throw new OptionsInvalidError(
      `${option}.type`,
      `is "${stranger}", which ECS does not expect of ${row.category.join(', ')}`,
      `Use some of: ${expected.join(', ')}.`,
    );
  }
  const idle = row.category.find((category) => !row.type.some((type) => isExpected(type, [category])));
  if (idle !== undefined) {
    throw new OptionsInvalidError(
      `${option}.category`,
      `has "${idle}" without a type that ECS expects of it`,
      `Leave it out, or add one of: ${ECS_CATEGORY_TYPES[idle].join(', ')}.`,
    );
  }
}

function checkWords(option: string, words: unknown, known: readonly string[]): void {
  if (!Array.isArray(words) || words.length === 0) {
    throw new OptionsInvalidError(option, 'must be a list that is not empty', `Use some of: ${known.join(', ')}.`);
  }
  for (const word of words as readonly unknown[]) checkOneOf(option, word, known);
  if (new Set(words).size !== words.length) {
    throw new OptionsInvalidError(option, 'names a word twice', 'Name each once.');
  }
}
