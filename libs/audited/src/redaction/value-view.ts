import { createHash } from 'node:crypto';
import { types } from 'node:util';
import { UNREADABLE } from './marks.js';
import type { WorkBudget } from './work-budget.js';

/** A value one step closer to JSON: a scalar, an array, or an object whose own enumerable members count. */
export type View = string | number | boolean | bigint | symbol | null | undefined | object;

/** Reads a member; a throwing getter or trap gives {@link UNREADABLE}. */
export function readMember(holder: object, key: PropertyKey): unknown {
  try {
    return Reflect.get(holder, key);
  } catch {
    return UNREADABLE;
  }
}

/**
 * What an object that is neither plain nor an array stands for in JSON. Total: whatever the object does, the answer
 * is a view. Foreign code (getters, `toJSON`, proxy traps) runs only inside this function and {@link readMember}.
 */
export function viewOf(input: object, budget: WorkBudget): View {
  try {
    return builtInView(input, budget) ?? duckTypedView(input) ?? ownView(input, budget);
  } catch {
    return UNREADABLE;
  }
}

/** True for objects that are their own view: literals, parsed JSON, arrays. */
export function isPlain(input: object): boolean {
  try {
    const prototype: unknown = Object.getPrototypeOf(input);
    if (prototype !== Object.prototype && prototype !== Array.prototype && prototype !== null) return false;
    return typeof (input as { toJSON?: unknown }).toJSON !== 'function';
  } catch {
    return false;
  }
}

/** Names of the own enumerable members; undefined when the object does not tell. */
export function keysOf(view: object): readonly string[] | undefined {
  try {
    return Object.keys(view);
  } catch {
    return undefined;
  }
}

/** Length of an array, undefined for everything else. */
export function lengthOf(view: object): number | undefined {
  try {
    if (!Array.isArray(view)) return undefined;
    const length: unknown = view.length;
    return typeof length === 'number' && length > 0 ? length : 0;
  } catch {
    return undefined;
  }
}

/** Recognised by internal slots, so neither a forged prototype nor another realm deceives. */
function builtInView(input: object, budget: WorkBudget): View {
  if (types.isDate(input)) return dateText(input);
  if (types.isNativeError(input) || input instanceof Error) return errorView(input);
  if (types.isMap(input)) return mapView(input, budget);
  if (types.isSet(input)) return setView(input, budget);
  if (ArrayBuffer.isView(input))
    return binaryText(new Uint8Array(input.buffer, input.byteOffset, input.byteLength), budget);
  if (types.isAnyArrayBuffer(input)) return binaryText(new Uint8Array(input), budget);
  if (types.isPromise(input)) return '[promise]';
  if (types.isRegExp(input)) return RegExp.prototype.toString.call(input);
  if (types.isBoxedPrimitive(input)) return unboxed(input);
  if (input instanceof URL || input instanceof URLSearchParams) return input.toString();
  return undefined;
}

function duckTypedView(input: object): View {
  const has = (method: string): boolean => typeof readMember(input, method) === 'function';
  if (has('pipe') && (has('on') || has('subscribe') || has('getReader'))) return '[stream]';
  if (has('getReader') || has('getWriter')) return '[stream]';
  if (has('then')) return '[promise]';
  return undefined;
}

/** `toJSON` speaks for the object when it gives anything at all; its own answer is not asked again. */
function ownView(input: object, budget: WorkBudget): View {
  const toJson = readMember(input, 'toJSON');
  if (typeof toJson !== 'function') return input;
  try {
    const json: unknown = Reflect.apply(toJson, input, ['']);
    if (typeof json === 'function' || json === undefined) return input;
    return typeof json === 'object' && json !== null ? (builtInView(json, budget) ?? json) : (json as View);
  } catch {
    return input;
  }
}

function dateText(date: Date): string {
  const time = Date.prototype.getTime.call(date);
  return Number.isNaN(time) ? 'invalid date' : new Date(time).toISOString();
}

/** Never the stack: it holds paths and, in messages repeated there, secrets. */
function errorView(error: object): object {
  const name = readMember(error, 'name');
  const constructor = readMember(error, 'constructor');
  const className = typeof constructor === 'function' ? readMember(constructor, 'name') : undefined;
  const code = readMember(error, 'code');
  const given = typeof name === 'string' && name !== '' && name !== 'Error' ? name : className;
  return {
    type: typeof given === 'string' && given !== '' ? given : 'Error',
    code: typeof code === 'number' ? String(code) : typeof code === 'string' ? code : undefined,
    message: readMember(error, 'message'),
    cause: readMember(error, 'cause'),
  };
}

function setView(set: Set<unknown>, budget: WorkBudget): View {
  return budget.takeNodes(set.size) ? [...Set.prototype.values.call(set)] : `[set of ${set.size}]`;
}

function mapView(map: Map<unknown, unknown>, budget: WorkBudget): View {
  if (!budget.takeNodes(map.size)) return `[map of ${map.size}]`;
  const entries = [...Map.prototype.entries.call(map)] as [unknown, unknown][];
  if (!entries.every(([key]) => typeof key === 'string')) return entries;
  const members = Object.create(null) as Record<string, unknown>;
  for (const [key, value] of entries) members[String(key)] = value;
  return members;
}

function binaryText(bytes: Uint8Array, budget: WorkBudget): string {
  const size = `binary ${bytes.byteLength} bytes`;
  if (!budget.takeBytes(bytes.byteLength)) return `[${size}]`;
  return `[${size} sha256:${createHash('sha256').update(bytes).digest('hex')}]`;
}

function unboxed(box: object): View {
  if (types.isStringObject(box)) return String.prototype.valueOf.call(box);
  if (types.isNumberObject(box)) return Number.prototype.valueOf.call(box);
  if (types.isBooleanObject(box)) return Boolean.prototype.valueOf.call(box);
  if (types.isSymbolObject(box)) return Symbol.prototype.valueOf.call(box);
  return BigInt.prototype.valueOf.call(box);
}
