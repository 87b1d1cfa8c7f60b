/**
 * Metadata keys of Nest that the capture reads. They are spelled out because Nest keeps them in deep
 * files whose paths differ between its versions; the keys themselves have not changed since version 4.
 */

/** On a route handler: its path or paths. */
export const ROUTE_PATH = 'path';
/** On a route handler: a number of Nest's `RequestMethod`. */
export const ROUTE_METHOD = 'method';
/** On a class, by method name: which arguments are injected, keyed `type:index`. */
export const ROUTE_ARGUMENTS = '__routeArguments__';
/** Nest's number for the `@Req()` argument. */
export const REQUEST_ARGUMENT = 0;

/** One entry of {@link ROUTE_ARGUMENTS}. */
export interface RouteArgument {
  readonly index: number;
  readonly data?: unknown;
  readonly pipes: readonly unknown[];
}

/** Copies everything that decorators put on one function to another. */
export function copyMetadata(from: object, to: object): void {
  for (const key of Reflect.getOwnMetadataKeys(from) as unknown[]) {
    Reflect.defineMetadata(key, Reflect.getOwnMetadata(key, from), to);
  }
}
