import type { ParameterSet } from '../../http/parameters/route-parameters.js';
import type { Schema } from '../schemas/schema.js';

/** What can go wrong, by the name of its answer. */
export type ErrorAnswer =
  'BadRequest' | 'Unauthorized' | 'Forbidden' | 'NotFound' | 'TooManyRequests' | 'Failed' | 'Unavailable';

/** A good answer. */
export interface GoodAnswer {
  readonly status: 200 | 204;
  readonly description: string;
  /** By media type; none: there is no body. */
  readonly content: Readonly<Record<string, { readonly schema: Schema; readonly example?: string }>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One route of the reading API, as OpenAPI tells of it. */
export interface RouteDocument {
  readonly method: 'get' | 'post';
  /** Below the path of the API, as OpenAPI writes it: `/events/{id}`. */
  readonly route: string;
  /** Stable: generated clients name their functions by it. */
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  /** What the caller must be allowed to do. */
  readonly permission: 'read' | 'export' | 'verify' | 'administer';
  /** It concerns the whole log, so whoever sees only some tenants is refused. */
  readonly wholeLog?: true;
  /** The query. */
  readonly parameters: ParameterSet;
  /** What stands in the path, by name. */
  readonly path: Readonly<Record<string, Schema>>;
  readonly headers?: Readonly<Record<string, Schema>>;
  readonly body?: { readonly schema: Schema; readonly isRequired: boolean };
  readonly answer: GoodAnswer;
  readonly errors: readonly ErrorAnswer[];
}

/** An answer in JSON. */
export function json(description: string, schema: Schema): GoodAnswer {
  return { status: 200, description, content: { 'application/json': { schema } } };
}

/** What every route may answer. */
export const USUAL_ERRORS: readonly ErrorAnswer[] = [
  'BadRequest',
  'Unauthorized',
  'Forbidden',
  'Failed',
  'Unavailable',
];
