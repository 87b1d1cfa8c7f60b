/** A value that JSON can carry. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

/** A JSON object with string keys. Keys whose value would be `undefined` are absent. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}
