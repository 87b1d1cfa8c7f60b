import type { JsonObject, JsonValue } from '../../event/json-value.js';

/** OTLP's value of any type, in the JSON mapping of Protobuf: exactly one member, or none for an empty value. */
export type AnyValue =
  | { readonly stringValue: string }
  | { readonly boolValue: boolean }
  /** A 64-bit integer in decimal digits: JSON numbers are not exact that far. */
  | { readonly intValue: string }
  | { readonly doubleValue: number }
  | { readonly arrayValue: { readonly values: readonly AnyValue[] } }
  | { readonly kvlistValue: { readonly values: readonly KeyValue[] } }
  | Readonly<Record<string, never>>;

interface KeyValue {
  readonly key: string;
  readonly value: AnyValue;
}

/**
 * JSON as OTLP writes it.
 *
 * | JSON                                         | OTLP                                                |
 * | -------------------------------------------- | --------------------------------------------------- |
 * | text                                         | `stringValue`; U+FFFD for every lone surrogate      |
 * | whole number from -2^63 to 2^63 - 1          | `intValue`, every digit exact; -0 is 0, as in JSON  |
 * | any other number                             | `doubleValue`                                       |
 * | `true`, `false`                              | `boolValue`                                         |
 * | `null`                                       | a value without a member: OTLP's empty value        |
 * | list                                         | `arrayValue`                                        |
 * | object                                       | `kvlistValue`; members that are `undefined` are not |
 *
 * Source: OpenTelemetry Specification, "Mapping Arbitrary Data to OTLP AnyValue".
 */
export function anyValue(value: JsonValue): AnyValue {
  switch (typeof value) {
    case 'string':
      return { stringValue: value.toWellFormed() };
    case 'number':
      return numberValue(value);
    case 'boolean':
      return { boolValue: value };
    default:
      if (value === null) return EMPTY;
      return isList(value)
        ? { arrayValue: { values: value.map(anyValue) } }
        : { kvlistValue: { values: pairs(value) } };
  }
}

const EMPTY: AnyValue = Object.freeze({});

function isList(value: JsonObject | readonly JsonValue[]): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function numberValue(value: number): AnyValue {
  if (Number.isSafeInteger(value)) return { intValue: String(value) };
  return Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63
    ? { intValue: BigInt(value).toString() }
    : { doubleValue: value };
}

function pairs(members: JsonObject): readonly KeyValue[] {
  const list: KeyValue[] = [];
  let isWellFormed = true;
  for (const [key, value] of Object.entries(members)) {
    if (value === undefined) continue;
    isWellFormed &&= key.isWellFormed();
    list.push({ key, value: anyValue(value) });
  }
  return isWellFormed ? list : distinct(list);
}

/**
 * Keys must be unique and valid Unicode, and two names may differ in their lone surrogates alone. Whichever meets a
 * name that is taken gets a number: `name#2`. Nothing is lost, and no receiver has to choose between two values.
 */
function distinct(list: readonly KeyValue[]): readonly KeyValue[] {
  const taken = new Set(list.map(({ key }) => key).filter((key) => key.isWellFormed()));
  const counts = new Map<string, number>();
  return list.map(({ key, value }) => {
    if (key.isWellFormed()) return { key, value };
    const wellFormed = key.toWellFormed();
    let name = wellFormed;
    let count = counts.get(wellFormed) ?? 1;
    while (taken.has(name)) {
      count += 1;
      name = `${wellFormed}#${count}`;
    }
    counts.set(wellFormed, count);
    taken.add(name);
    return { key: name, value };
  });
}
