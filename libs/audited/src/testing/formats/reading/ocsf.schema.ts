import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Checks an event against OCSF 1.8.0 as a strict validator does: unknown class, attribute or profile, missing
 * attribute, wrong type, number outside of a closed list, caption of another number, broken constraint, observable that
 * points nowhere. Each is a line of the answer.
 */
const OCSF = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../../../../test/golden/schemas/ocsf-1.8.json'), 'utf8'),
) as {
  readonly version: string;
  readonly types: Readonly<Record<string, SchemaType>>;
  readonly base: Attributes;
  readonly profiles: Readonly<Record<string, Attributes>>;
  readonly classes: Readonly<Record<string, SchemaClass>>;
  readonly objects: Readonly<Record<string, SchemaObject>>;
};

interface SchemaType {
  readonly json: 'boolean' | 'integer' | 'string' | 'object' | 'any';
  readonly range?: readonly [number, number];
  readonly regex?: string;
  readonly observable?: number;
}

interface Attribute {
  readonly type: string;
  readonly is_array?: true;
  readonly requirement: 'required' | 'recommended' | 'optional';
  readonly enum?: Readonly<Record<string, string>>;
  readonly sibling?: string;
  readonly range?: readonly [number, number];
  readonly observable?: number;
}

type Attributes = Readonly<Record<string, Attribute>>;

interface SchemaObject {
  readonly attributes: Attributes;
  readonly constraints?: { readonly at_least_one?: readonly string[]; readonly just_one?: readonly string[] };
}

interface SchemaClass extends SchemaObject {
  readonly caption: string;
  readonly category_uid: number;
  readonly category_name: string;
  readonly profiles: readonly string[];
  readonly activities: Readonly<Record<string, string>>;
}

export type OcsfMembers = Readonly<Record<string, unknown>>;

/** Every class that the fixture knows, with the numbers of its activities. */
export const OCSF_SCHEMA_CLASSES: ReadonlyMap<number, Readonly<Record<string, string>>> = new Map(
  Object.entries(OCSF.classes).map(([uid, { activities }]) => [Number(uid), activities]),
);

/** @returns what is wrong, with the path; nothing for a valid event */
export function ocsfFaults(event: OcsfMembers): readonly string[] {
  const uid = String(event['class_uid']);
  const schemaClass = Object.hasOwn(OCSF.classes, uid) ? OCSF.classes[uid] : undefined;
  if (schemaClass === undefined) return [`class_uid: ${uid} is no class`];
  const { profiles = [] } = event['metadata'] as { readonly profiles?: readonly string[] };
  const applied = profiles.map((name) => (Object.hasOwn(OCSF.profiles, name) ? OCSF.profiles[name] : undefined) ?? {});
  const attributes = Object.assign({}, OCSF.base, ...applied, schemaClass.attributes) as Attributes;
  return [
    ...profileFaults(event, schemaClass, profiles),
    ...classificationFaults(event, uid, schemaClass),
    ...objectFaults(event, { ...schemaClass, attributes }, ''),
    ...observableFaults(event, attributes),
  ];
}

/** A profile is stated exactly when an attribute stands there because of it. */
function profileFaults(event: OcsfMembers, { profiles, attributes }: SchemaClass, stated: readonly string[]): string[] {
  return stated.flatMap((name) => {
    if (!profiles.includes(name)) return [`metadata.profiles: ${name} is no profile of the class`];
    const own = Object.keys(OCSF.profiles[name] ?? {}).filter((attribute) => !Object.hasOwn(attributes, attribute));
    return own.some((attribute) => Object.hasOwn(event, attribute))
      ? []
      : [`metadata.profiles: ${name} is not applied`];
  });
}

function classificationFaults(event: OcsfMembers, uid: string, schemaClass: SchemaClass): string[] {
  const activity = String(event['activity_id']);
  const caption = schemaClass.activities[activity];
  const expected: OcsfMembers = {
    class_name: schemaClass.caption,
    category_uid: schemaClass.category_uid,
    category_name: schemaClass.category_name,
    type_uid: Number(uid) * 100 + Number(activity),
    type_name: `${schemaClass.caption}: ${caption}`,
    // The name of what has no number is the source's.
    ...(activity === '99' ? {} : { activity_name: caption }),
  };
  const faults = Object.entries(expected).flatMap(([name, value]) =>
    event[name] === value ? [] : [`${name}: ${JSON.stringify(event[name])} is not ${JSON.stringify(value)}`],
  );
  if (caption === undefined) faults.push(`activity_id: ${activity} is no activity of the class`);
  if (typeof event['activity_name'] !== 'string' || event['activity_name'] === '')
    faults.push('activity_name: is empty');
  const { version } = event['metadata'] as OcsfMembers;
  return version === OCSF.version ? faults : [...faults, `metadata.version: is not ${OCSF.version}`];
}

function objectFaults(value: OcsfMembers, { attributes, constraints = {} }: SchemaObject, path: string): string[] {
  const faults = Object.entries(value).flatMap(([name, member]) => {
    const attribute = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
    if (attribute === undefined) return [`${path}${name}: is no attribute`];
    return [...attributeFaults(member, attribute, `${path}${name}`), ...siblingFaults(value, name, attribute, path)];
  });
  for (const [name, { requirement }] of Object.entries(attributes)) {
    if (requirement === 'required' && !Object.hasOwn(value, name)) faults.push(`${path}${name}: is missing`);
  }
  const { at_least_one: some = [], just_one: one = [] } = constraints;
  if (some.length > 0 && !some.some((name) => isThere(value[name])))
    faults.push(`${path}: wants one of ${some.join()}`);
  if (one.length > 0 && one.filter((name) => isThere(value[name])).length !== 1) {
    faults.push(`${path}: wants just one of ${one.join()}`);
  }
  return faults;
}

/** An empty text, list or object names nothing. */
function isThere(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}

function attributeFaults(value: unknown, attribute: Attribute, path: string): string[] {
  if (attribute.is_array !== true) return valueFaults(value, attribute, path);
  if (!Array.isArray(value)) return [`${path}: is no list`];
  if (value.length === 0) return [`${path}: is empty`];
  return value.flatMap((item: unknown, index) => valueFaults(item, attribute, `${path}[${index}]`));
}

function valueFaults(value: unknown, attribute: Attribute, path: string): string[] {
  const type = Object.hasOwn(OCSF.types, attribute.type) ? OCSF.types[attribute.type] : undefined;
  if (type === undefined) {
    const object = Object.hasOwn(OCSF.objects, attribute.type) ? OCSF.objects[attribute.type] : undefined;
    if (object === undefined) return [`${path}: the fixture does not hold ${attribute.type}`];
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${path}: is no object`];
    return objectFaults(value as OcsfMembers, object, `${path}.`);
  }
  if (!isOfType(value, type)) return [`${path}: ${JSON.stringify(value)} is no ${attribute.type}`];
  const [least, most] = attribute.range ?? type.range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  if (typeof value === 'number' && (value < least || value > most)) return [`${path}: ${value} is out of range`];
  if (attribute.enum !== undefined && !Object.hasOwn(attribute.enum, String(value))) {
    return [`${path}: ${String(value)} is not in the closed list`];
  }
  return [];
}

function isOfType(value: unknown, { json, regex }: SchemaType): boolean {
  if (json === 'any') return true;
  if (json === 'integer') return Number.isSafeInteger(value);
  if (json === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  if (typeof value !== json) return false;
  return typeof value !== 'string' || (value.isWellFormed() && (regex === undefined || new RegExp(regex).test(value)));
}

/** The caption of the number; of 99 the source's word, which is required then. */
function siblingFaults(value: OcsfMembers, name: string, attribute: Attribute, path: string): string[] {
  if (attribute.sibling === undefined) return [];
  const caption = value[attribute.sibling];
  if (value[name] === 99) return typeof caption === 'string' ? [] : [`${path}${attribute.sibling}: is missing`];
  const expected = attribute.enum?.[String(value[name])];
  return caption === expected ? [] : [`${path}${attribute.sibling}: ${JSON.stringify(caption)} is not ${expected}`];
}

/** An observable names an attribute of the event, repeats its value, and has the number that the schema gives it. */
function observableFaults(event: OcsfMembers, attributes: Attributes): string[] {
  const { observables = [] } = event as { readonly observables?: readonly OcsfMembers[] };
  return observables.flatMap(({ name, type_id, value }) => {
    const found = lookUp(event, attributes, String(name));
    if (found === undefined || found.value !== value) return [`observables: ${String(name)} is not ${String(value)}`];
    const { attribute } = found;
    // "The most general should be used": the type's number before the attribute's.
    const expected = OCSF.types[attribute.type]?.observable ?? attribute.observable;
    return type_id === expected ? [] : [`observables: ${String(name)} is ${expected}, not ${String(type_id)}`];
  });
}

function lookUp(
  event: OcsfMembers,
  attributes: Attributes,
  name: string,
): { readonly value: unknown; readonly attribute: Attribute } | undefined {
  let value: unknown = event;
  let known = attributes;
  let attribute: Attribute | undefined;
  for (const step of name.split('.')) {
    const [, word = '', index] = /^(\w+)(?:\[(\d+)\])?$/.exec(step) ?? [];
    attribute = known[word];
    if (attribute === undefined || typeof value !== 'object' || value === null) return undefined;
    value = (value as OcsfMembers)[word];
    if (index !== undefined) value = (value as readonly unknown[])[Number(index)];
    known = OCSF.objects[attribute.type]?.attributes ?? {};
  }
  return attribute && { value, attribute };
}
