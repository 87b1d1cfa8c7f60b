import { MAX_LIST_VALUES, MAX_VALUE_CHARACTERS, type ParameterDefinition } from '../http/parameters/parameter.js';
import type { JsonObject, JsonValue } from '../event/json-value.js';
import type { Schema } from './schemas/schema.js';

/** A query parameter of the API as OpenAPI says it. */
export function queryParameter(definition: ParameterDefinition): JsonObject {
  const { name, description, isList, isPersonal, example } = definition;
  const one = valueSchema(definition);
  const needs = isPersonal === true ? ' Needs the permission `read-personal`.' : '';
  return {
    name,
    in: 'query',
    required: false,
    description: `${description}${needs}`,
    // A list is one parameter with commas, not the parameter several times.
    ...(isList === true
      ? {
          style: 'form',
          explode: false,
          schema: { type: 'array', items: one, minItems: 1, maxItems: MAX_LIST_VALUES },
          example: example.split(',').map((value) => valueOf(definition, value)),
        }
      : { schema: one, example: valueOf(definition, example) }),
  };
}

/** What stands in a path or a header. */
export function namedParameter(place: 'path' | 'header', name: string, schema: Schema): JsonObject {
  const { description = '', example, ...rest } = schema;
  return {
    name,
    in: place,
    required: place === 'path',
    description,
    schema: rest,
    ...(example === undefined ? {} : { example }),
  };
}

function valueSchema(definition: ParameterDefinition): Schema {
  const { kind, words, least, most, default: usual } = definition;
  const byDefault = usual === undefined ? {} : { default: valueOf(definition, usual) };
  switch (kind) {
    case 'text':
      return { type: 'string', minLength: 1, maxLength: MAX_VALUE_CHARACTERS, ...byDefault };
    case 'word':
      return { type: 'string', enum: [...(words ?? [])], ...byDefault };
    case 'number':
      return {
        type: 'integer',
        ...(least === undefined ? {} : { minimum: least }),
        ...(most === undefined ? {} : { maximum: most }),
        ...byDefault,
      };
    case 'time':
      return { type: 'string', format: 'date-time' };
    case 'flag':
      return { type: 'boolean', ...byDefault };
    case 'status':
      return { type: 'string', pattern: '^([1-5][0-9]{2}|[1-5]xx)$' };
    case 'event-id':
      return { type: 'string', format: 'uuid' };
  }
}

function valueOf({ kind }: ParameterDefinition, text: string): JsonValue {
  switch (kind) {
    case 'number':
      return Number(text);
    case 'flag':
      return text === 'true';
    default:
      return text;
  }
}
