import type { FrameworkRequest } from '../../capture/http/framework-request.js';

/**
 * The parameters of a request, in the order and with the names in which they came. Read from the address itself: what the
 * framework's own parser makes of brackets, repetitions and names such as `__proto__` is the application's choice.
 */
export function queryPairs({
  originalUrl,
  url,
}: FrameworkRequest): readonly (readonly [name: string, value: string])[] {
  const address = originalUrl ?? url;
  const begin = address.indexOf('?');
  if (begin < 0) {
    return [];
  }
  const [query = ''] = address.slice(begin + 1).split('#', 1);
  return [...new URLSearchParams(query)];
}
