/** How the value of a parameter is written. */
export type ParameterKind =
  /** Any characters but NUL. */
  | 'text'
  /** One of `words`. */
  | 'word'
  /** A whole number in decimal digits, from `least` to `most`. */
  | 'number'
  /** RFC 3339 with a zone: `2026-11-21T00:00:00Z`. */
  | 'time'
  /** `true` or `false`. */
  | 'flag'
  /** An HTTP status, 100 to 599, or a class of them: `4xx`. */
  | 'status'
  /** The id of an event: a UUIDv7. */
  | 'event-id';

/** One query parameter of the API. What is parsed, what OpenAPI says and what the guide lists come from it. */
export interface ParameterDefinition {
  readonly name: string;
  readonly kind: ParameterKind;
  /** Several values, separated by commas, of which one has to match; a comma that is meant is `\,`, a backslash `\\`. */
  readonly isList?: true;
  /** Exists as `not.<name>` too: leaves out what matches. */
  readonly isNegatable?: true;
  /** Asks for personal data: needs the permission `read-personal`, and no record repeats its value. */
  readonly isPersonal?: true;
  /** Allowed values of the kind `word`. */
  readonly words?: readonly string[];
  /** Of the kind `number`. */
  readonly least?: number;
  readonly most?: number;
  /** What counts when it is left out, in the words of a value. */
  readonly default?: string;
  readonly description: string;
  readonly example: string;
}

/** Longest value of a parameter, in characters; of a list, of one of its values. */
export const MAX_VALUE_CHARACTERS = 1000;
/** Most values of a list. */
export const MAX_LIST_VALUES = 100;

/** Prefix of a negation: `not.outcome=success`. */
export const NEGATION = 'not.';

/** The definitions with a further one for every negation, as the parser and OpenAPI list them. */
export function withNegations(definitions: readonly ParameterDefinition[]): readonly ParameterDefinition[] {
  const negations = definitions
    .filter(({ isNegatable }) => isNegatable === true)
    .map((definition) => ({
      ...definition,
      name: `${NEGATION}${definition.name}`,
      description: `Leaves out records that match: ${definition.description}`,
    }));
  return [...definitions, ...negations];
}
