import { Catch, type ExceptionFilter } from '@nestjs/common';

/** Whoever wants to know that an exception got past every interceptor. */
export interface ExceptionWatcher {
  escaped(exception: unknown): void;
}

/** Where Nest keeps the filters of a handler. */
const EXCEPTION_FILTERS = '__exceptionFilters__';

const watchers = new WeakMap<object, ExceptionWatcher>();
let chosenFor: { readonly exception: unknown } | undefined;

/** Nest asks `exception instanceof EveryException` when it looks for a filter; the answer is always no. */
class EveryException {
  static [Symbol.hasInstance](exception: unknown): boolean {
    if (typeof exception === 'object' && exception !== null) {
      watchers.get(exception)?.escaped(exception);
    }
    const asked = { exception };
    chosenFor = asked;
    queueMicrotask(() => {
      chosenFor = chosenFor === asked ? undefined : chosenFor;
    });
    return false;
  }
}

/**
 * A filter that is asked about every exception and never takes one. It tells apart what the status
 * cannot: an exception that a filter answered with 200 or a redirect (a failure), and one that an
 * interceptor of the application turned into a value (none).
 */
@Catch(EveryException)
class ExceptionWatch implements ExceptionFilter {
  catch(): void {
    throw new Error('Never chosen: EveryException has no instances');
  }
}

/** Puts the watch on a handler, where Nest asks it before the filters of the application. */
export function watchExceptions(handler: object): void {
  const filters = (Reflect.getMetadata(EXCEPTION_FILTERS, handler) ?? []) as readonly unknown[];
  Reflect.defineMetadata(EXCEPTION_FILTERS, [...filters, new ExceptionWatch()], handler);
}

/** Tells `watcher` when this exception reaches the exception filters. */
export function watchFor(exception: unknown, watcher: ExceptionWatcher): void {
  if (typeof exception === 'object' && exception !== null) {
    watchers.set(exception, watcher);
  }
}

/** The exception whose filter runs right now, in this very turn; `undefined` when none does. */
export function exceptionInFilter(): { readonly exception: unknown } | undefined {
  return chosenFor;
}
