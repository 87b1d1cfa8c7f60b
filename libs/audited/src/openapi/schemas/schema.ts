import type { JsonObject, JsonValue } from '../../event/json-value.js';

/** A JSON Schema in what OpenAPI 3.0 and 3.1 have in common. */
export type Schema = JsonObject;

type RequiredKeys<Shape> = { [Key in keyof Shape]-?: object extends Pick<Shape, Key> ? never : Key }[keyof Shape];
type OptionalKeys<Shape> = Exclude<keyof Shape, RequiredKeys<Shape>>;

/** What is said of every member: the compiler names one that is missing, and one that there is not. */
export type RequiredMembers<Shape> = { readonly [Key in RequiredKeys<Shape>]: Schema };
export type OptionalMembers<Shape> = { readonly [Key in OptionalKeys<Shape>]: Schema };

/** The schema of an interface of the library; `Shape` has to be named. */
export function objectSchema<Shape>(
  description: string,
  required: RequiredMembers<Shape>,
  optional: OptionalMembers<Shape>,
): Schema {
  return {
    type: 'object',
    description,
    ...(Object.keys(required).length === 0 ? {} : { required: Object.keys(required) }),
    properties: { ...required, ...optional } as JsonObject,
  };
}

/** Prefix of references between the schemas of this room; what they are called in the document is decided at the end. */
export const LOCAL_REFERENCE = '#/audit/';

/** A schema of this room, by its name. */
export function reference(name: string): Schema {
  return { $ref: `${LOCAL_REFERENCE}${name}` };
}

export function text(description: string, example?: string): Schema {
  return { type: 'string', description, ...(example === undefined ? {} : { example }) };
}

/** One of a closed list; a list that grows is said to grow in the description. */
export function word<Word extends string>(description: string, words: readonly Word[]): Schema {
  return { type: 'string', enum: [...words], description };
}

/** A point in time as the log has it. */
export function time(description: string, example = '2026-11-21T18:51:39.123Z'): Schema {
  return { type: 'string', format: 'date-time', description, example };
}

/** A whole number, 0 or more. */
export function count(description: string, example?: number): Schema {
  return { type: 'integer', minimum: 0, description, ...(example === undefined ? {} : { example }) };
}

export function flag(description: string): Schema {
  return { type: 'boolean', description };
}

/** A member that is there only when it is true. */
export function onlyTrue(description: string): Schema {
  return { type: 'boolean', enum: [true], description };
}

export function listOf(items: Schema, description: string): Schema {
  return { type: 'array', items, description };
}

/** Names that are not known beforehand, each with a value of the same kind. */
export function mapOf(values: Schema, description: string, example?: JsonValue): Schema {
  return { type: 'object', additionalProperties: values, description, ...(example === undefined ? {} : { example }) };
}

/** 64 hex digits. */
export function sha256(description: string): Schema {
  return { type: 'string', pattern: '^[0-9a-f]{64}$', description };
}
