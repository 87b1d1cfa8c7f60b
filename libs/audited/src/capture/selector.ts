import { OptionsInvalidError } from '../event/audit.error.js';
import type { AuditFacts } from './audited.options.js';

type FactReader = (facts: AuditFacts) => unknown;

const ROOTS: Readonly<Record<string, FactReader>> = {
  params: (facts) => facts.params,
  query: (facts) => facts.query,
  body: (facts) => facts.body,
  headers: (facts) => memberOf(facts.request, 'headers'),
  user: (facts) => facts.user,
  result: (facts) => facts.result,
  args: (facts) => facts.args,
};

/**
 * Compiles a selector such as `params.id` once, at boot.
 *
 * @throws OptionsInvalidError when the root is unknown or a segment is empty
 */
export function compileSelector(selector: string, place: string, option: string): FactReader {
  const [root = '', ...segments] = selector.split('.');
  const readRoot = Object.hasOwn(ROOTS, root) ? ROOTS[root] : undefined;
  if (readRoot === undefined || segments.includes('')) {
    throw new OptionsInvalidError(
      `${place}: ${option}`,
      `is not a selector: ${JSON.stringify(selector)}`,
      `Begin with one of ${Object.keys(ROOTS).join(', ')} and name members with dots: "params.id", "body.customer.id".`,
    );
  }
  return (facts) => segments.reduce(memberOf, readRoot(facts));
}

/** Compiles selectors to an object whose keys are the last segments: `body.version` becomes `version`. */
export function compileSelectors(selectors: readonly string[], place: string): FactReader {
  const readers = selectors.map(
    (selector, index) =>
      [selector.split('.').at(-1) ?? selector, compileSelector(selector, place, `details[${index}]`)] as const,
  );
  return (facts) => Object.fromEntries(readers.map(([key, read]) => [key, read(facts)]));
}

/** Compiles a sentence with selectors in braces: `Deploy {body.agentId} to {body.environment}`. */
export function compileActionTemplate(template: string, place: string): FactReader {
  const parts = template.split(/\{([^{}]+)\}/);
  if (parts.length === 1) {
    return () => template;
  }
  // Splitting by a capturing group leaves texts at even places and selectors at odd ones.
  const readers = parts.map((part, index) =>
    index % 2 === 0 ? () => part : compileSelector(part.trim(), place, 'action'),
  );
  return (facts) => readers.map((read) => textOf(read(facts))).join('');
}

/** Own members only: a selector never walks into a prototype. */
function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) {
    return undefined;
  }
  if (Object.hasOwn(value, name)) {
    return (value as Readonly<Record<string, unknown>>)[name];
  }
  // Frameworks define some members as getters of the request's class.
  return name === 'headers' ? (value as { readonly headers?: unknown }).headers : undefined;
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) {
    return '?';
  }
  return typeof value === 'object' ? '…' : String(value as string | number);
}
