import type { DiscoveryService } from '@nestjs/core';

/** Where Nest and TypeScript note what a class is given. */
const CONSTRUCTOR_TYPES = 'design:paramtypes';
const CONSTRUCTOR_TOKENS = 'self:paramtypes';
const PROPERTY_TOKENS = 'self:properties_metadata';

/** Whether any provider or controller of the application asks to be given `token`. */
export function anythingInjects(token: unknown, discovery: DiscoveryService): boolean {
  return [...discovery.getProviders(), ...discovery.getControllers()].some(({ metatype, inject }) => {
    if (Array.isArray(inject)) {
      return inject.some((wanted) => tokenOf(wanted) === token);
    }
    return typeof metatype === 'function' && tokensOf(metatype).includes(token);
  });
}

function tokensOf(metatype: object): readonly unknown[] {
  const list = (key: string): readonly unknown[] => (Reflect.getMetadata(key, metatype) ?? []) as readonly unknown[];
  return [
    ...list(CONSTRUCTOR_TYPES),
    ...list(CONSTRUCTOR_TOKENS).map((entry) => tokenOf((entry as { param?: unknown }).param)),
    ...list(PROPERTY_TOKENS).map((entry) => tokenOf((entry as { type?: unknown }).type)),
  ];
}

/** Unpacks `forwardRef(() => Token)` and `{ token, optional }`. */
function tokenOf(wanted: unknown): unknown {
  if (typeof wanted !== 'object' || wanted === null) {
    return wanted;
  }
  if ('forwardRef' in wanted && typeof wanted.forwardRef === 'function') {
    return (wanted.forwardRef as () => unknown)();
  }
  return 'token' in wanted ? wanted.token : wanted;
}
