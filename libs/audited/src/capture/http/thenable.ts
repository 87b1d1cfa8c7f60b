/** Whether a value is a promise of any library or realm; `instanceof Promise` knows only its own. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}
