import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';

/**
 * Says what is wrong with a document as Elasticsearch and ECS 9.4 see it: fields and types of the schema, its closed
 * lists, the event types that a category expects, and for every field of our own the mapping of the component template.
 */
interface FieldType {
  readonly type: string;
  readonly array?: true;
}

interface Mapping {
  readonly type?: string;
  readonly ignore_above?: number;
  readonly properties?: Readonly<Record<string, Mapping>>;
}

const ROOT = join(import.meta.dirname, '../../../../../..');
const SCHEMA = fixture<{
  readonly required: readonly string[];
  readonly allowedValues: Readonly<Record<string, readonly string[]>>;
  readonly expectedEventTypes: Readonly<Record<string, readonly string[]>>;
  readonly fields: Readonly<Record<string, FieldType>>;
  readonly unlimitedKeywords: { readonly paths: readonly string[] };
}>('test/golden/schemas/ecs-9.4.json');
const TEMPLATE = fixture<{
  readonly template: { readonly mappings: Mapping & { readonly date_detection?: boolean } };
}>('docs/guide/ecs-component-template.json');

function fixture<Content>(path: string): Content {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as Content;
}

/** The categories of the schema, with the types that each expects. */
export const EXPECTED_EVENT_TYPES: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(SCHEMA.expectedEventTypes),
);

/** The closed list of event types. */
export const ALLOWED_EVENT_TYPES: readonly string[] = SCHEMA.allowedValues['event.type'] ?? [];

/** Fields that the component template maps, with their types: `audited.stage`. */
export const OWN_MAPPINGS: ReadonlyMap<string, Mapping> = new Map(mappingsOf(TEMPLATE.template.mappings, ''));

function mappingsOf({ properties = {} }: Mapping, path: string): [string, Mapping][] {
  return Object.entries(properties).flatMap(([name, mapping]): [string, Mapping][] =>
    mapping.properties === undefined ? [[path + name, mapping]] : mappingsOf(mapping, `${path}${name}.`),
  );
}

/** Whether a text that looks like a date makes Elasticsearch map its field as a date. */
export const DETECTS_DATES: boolean = TEMPLATE.template.mappings.date_detection ?? true;

/** Whether `ecs@mappings` maps a field as a keyword without a limit: a term of more than 32,766 bytes is refused. */
export function isUnlimited(path: string): boolean {
  return SCHEMA.unlimitedKeywords.paths.some((pattern) =>
    pattern.startsWith('*') ? path.endsWith(pattern.slice(1)) : path === pattern,
  );
}

/** A field of a document with its values; members of listed objects are one field, as Elasticsearch sees them. */
export interface Leaf {
  readonly path: string;
  readonly value: unknown;
}

export function leavesOf(value: unknown, path = ''): Leaf[] {
  // An empty list is no value to Elasticsearch.
  if (Array.isArray(value) && value.length === 0) return [];
  if (OWN_MAPPINGS.get(path)?.type === 'flattened') return [{ path, value }];
  if (Array.isArray(value) && value.some((item) => typeof item === 'object' && item !== null)) {
    return value.flatMap((item) => leavesOf(item, path));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [{ path, value }];
  const members = Object.entries(value);
  if (members.length === 0) return [{ path, value }];
  return members.flatMap(([name, member]) => leavesOf(member, path === '' ? name : `${path}.${name}`));
}

/** @returns what is wrong, a sentence each; empty for a right document */
export function ecsFaults(line: string): string[] {
  const document = JSON.parse(line) as Readonly<Record<string, unknown>>;
  const leaves = leavesOf(document);
  const paths = new Set(leaves.map(({ path }) => path));
  return [
    ...SCHEMA.required.filter((path) => !paths.has(path)).map((path) => `${path} is missing`),
    ...leaves.flatMap(({ path, value }) => leafFaults(path, value)),
    ...categoryFaults(leaves),
  ];
}

function leafFaults(path: string, value: unknown): string[] {
  if (path.startsWith('labels.')) {
    const isFlat = typeof value === 'string' && path.split('.').length === 2;
    return isFlat ? [] : [`${path} is no flat keyword`];
  }
  const own = OWN_MAPPINGS.get(path);
  const field = SCHEMA.fields[path];
  const type = own?.type ?? field?.type;
  if (type === undefined) return [`${path} is no field`];
  if (type === 'flattened') return flattenedFaults(value, [], own?.ignore_above ?? Infinity, true);
  if (field !== undefined && own !== undefined && own.type !== field.type) return [`${path} is mapped as ${type}`];
  if (field !== undefined && Array.isArray(value) !== (field.array === true)) {
    return [`${path} is ${Array.isArray(value) ? 'a' : 'no'} list`];
  }
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  const allowed = SCHEMA.allowedValues[path];
  return values.flatMap((item) => [
    ...(isOfType(type, item) ? [] : [`${path} is no ${type}: ${JSON.stringify(item)}`]),
    ...(allowed === undefined || allowed.includes(item as string) ? [] : [`${path} may not be ${String(item)}`]),
  ]);
}

function isOfType(type: string, value: unknown): boolean {
  switch (type) {
    case 'keyword':
    case 'match_only_text':
    case 'wildcard':
      return typeof value === 'string';
    case 'boolean':
      return typeof value === 'boolean';
    case 'date':
      return typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value);
    case 'ip':
      return typeof value === 'string' && isIP(value) !== 0 && !value.includes('%');
    case 'long':
      return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 2 ** 63;
    case 'float':
    case 'double':
      return typeof value === 'number' && Number.isFinite(value);
    default:
      return false;
  }
}

const MAX_TERM_BYTES = 32_766;
const DEPTH_LIMIT = 20;

/** The rules of a `flattened` field: each makes Elasticsearch refuse the document. */
function flattenedFaults(value: unknown, path: readonly string[], ignoreAbove: number, isRoot = false): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => flattenedFaults(item, path, ignoreAbove));
  if (typeof value === 'object' && value !== null) {
    if (path.length + 1 > DEPTH_LIMIT) return [`details are ${path.length} names deep`];
    return Object.entries(value).flatMap(([name, member]) => flattenedFaults(member, [...path, name], ignoreAbove));
  }
  if (isRoot) return ['details are no object'];
  const key = path.join('.');
  if (key.includes('\0')) return ['a name of details has NUL'];
  if (key.split('.').some((part) => part.trim() === '')) return ['a part of a name of details is blank'];
  const text = String(value);
  if (value === null || text.length > ignoreAbove) return [];
  return Buffer.byteLength(`${key}\0${text}`) > MAX_TERM_BYTES ? ['a term of details is immense'] : [];
}

function categoryFaults(leaves: readonly Leaf[]): string[] {
  const listAt = (wanted: string): readonly string[] =>
    (leaves.find(({ path }) => path === wanted)?.value ?? []) as readonly string[];
  const categories = listAt('event.category');
  const types = listAt('event.type');
  const expected = categories.flatMap((category) => EXPECTED_EVENT_TYPES.get(category) ?? []);
  return [
    ...categories.filter((category) => !EXPECTED_EVENT_TYPES.has(category)).map((word) => `no category: ${word}`),
    ...types
      .filter((type) => !expected.includes(type))
      .map((type) => `${type} is not expected of ${categories.join()}`),
    ...(categories.length === 0 || types.length === 0 ? ['category or type is empty'] : []),
    ...(new Set(types).size === types.length ? [] : ['a type stands twice']),
  ];
}
