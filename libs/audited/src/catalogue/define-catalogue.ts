import { CatalogueInvalidError } from '../event/audit.error.js';
import { DURABILITIES } from '../event/durability.js';
import { classificationsOf } from './classification.js';
import type { EventCatalogue, EventTypeDefinition } from './event-catalogue.js';

/** Refuses misspelt properties, which inference alone lets through. */
type OnlyKnownProperties<Types> = {
  readonly [Type in keyof Types]: Readonly<Record<Exclude<keyof Types[Type], keyof EventTypeDefinition>, never>>;
};

const CATALOGUE_NAME = /^[A-Za-z0-9._:-]{1,64}$/;
const TYPE_NAME = /^[A-Za-z0-9._:-]{1,128}$/;
const JSON_POINTER = /^(?:\/(?:[^~/]|~[01])+)+$/;

const isText = (value: unknown): boolean => typeof value === 'string' && value.trim() !== '';
const isWordOrRule = (value: unknown): boolean => typeof value === 'string' || typeof value === 'function';

/** What a value must be, per property; a property that is not here does not exist. */
const RULES: Readonly<Record<keyof EventTypeDefinition, { accepts: (value: unknown) => boolean; cure: string }>> = {
  title: { accepts: isText, cure: 'Give a sentence, or leave it out.' },
  category: { accepts: isText, cure: 'Give a word, or leave it out.' },
  severity: { accepts: isWordOrRule, cure: 'Give a severity, or a function from outcome to severity.' },
  risk: { accepts: isWordOrRule, cure: 'Give a risk, or a function from outcome to risk.' },
  personal: {
    accepts: (value) =>
      Array.isArray(value) && value.every((path) => typeof path === 'string' && JSON_POINTER.test(path)),
    cure: 'List JSON Pointers (RFC 6901) into the event, such as "/details/phone".',
  },
  retentionClass: { accepts: isText, cure: 'Give the name of a retention class, or leave it out.' },
  dataClassification: { accepts: isText, cure: 'Give a word such as "internal", or leave it out.' },
  durability: {
    accepts: (value) => (DURABILITIES as readonly unknown[]).includes(value),
    cure: `Use one of: ${DURABILITIES.join(', ')}.`,
  },
  atLeastRecorded: { accepts: (value) => typeof value === 'boolean', cure: 'Give true or false.' },
  helper: { accepts: (value) => typeof value === 'function', cure: 'Give a function from facts to a draft.' },
};

/**
 * Declares an application's event types with their defaults. The result keeps every name and every
 * helper's parameters for the compiler, and is a frozen copy: changing `types` later has no effect.
 *
 * @param name 1 to 64 characters of `A-Z a-z 0-9 . _ : -`.
 * @param types Definitions by type name; a name has 1 to 128 of the same characters.
 * @throws CatalogueInvalidError for a bad name, property, pointer, severity or risk.
 *
 * @example
 * export const shopCatalogue = defineCatalogue('shop', {
 *   'order.placed': { title: 'Order placed', category: 'order' },
 *   'order.refunded': { title: 'Order refunded', severity: 'warning', risk: 'high' },
 * });
 */
export function defineCatalogue<const Types extends Readonly<Record<string, EventTypeDefinition>>>(
  name: string,
  types: Types & OnlyKnownProperties<Types>,
): EventCatalogue<keyof Types & string, Types> {
  if (typeof name !== 'string' || !CATALOGUE_NAME.test(name)) {
    throw new CatalogueInvalidError(
      '*',
      `is declared in a catalogue with the bad name ${JSON.stringify(name)}`,
      'Name the catalogue with 1 to 64 characters of A-Z a-z 0-9 . _ : -',
    );
  }
  const entries = Object.entries(types).map(([type, definition]) => [type, checkedCopy(type, definition)]);
  // The copy has the same names and values; only the compiler cannot follow `entries`.
  return Object.freeze({ name, types: Object.freeze(Object.fromEntries(entries)) as Types });
}

function checkedCopy(type: string, definition: EventTypeDefinition): EventTypeDefinition {
  if (!TYPE_NAME.test(type)) {
    throw new CatalogueInvalidError(
      type,
      'has a bad name',
      'A type is named with 1 to 128 characters of A-Z a-z 0-9 . _ : -',
    );
  }
  if (typeof definition !== 'object' || definition === null) {
    throw new CatalogueInvalidError(type, 'is not declared with an object', 'Declare it with at least {}.');
  }
  const given = Object.entries(definition).filter(([, value]) => value !== undefined);
  for (const [property, value] of given) {
    const rule = isProperty(property) ? RULES[property] : undefined;
    if (rule === undefined) {
      const known = Object.keys(RULES).join(', ');
      throw new CatalogueInvalidError(type, `has the unknown property "${property}"`, `Known are: ${known}.`);
    }
    if (!rule.accepts(value)) throw new CatalogueInvalidError(type, `has a bad "${property}"`, rule.cure);
  }
  const copy: EventTypeDefinition = Object.freeze({
    ...Object.fromEntries(given),
    ...(definition.personal && { personal: Object.freeze([...definition.personal]) }),
  });
  classificationsOf(type, copy);
  return copy;
}

function isProperty(property: string): property is keyof EventTypeDefinition {
  return Object.hasOwn(RULES, property);
}
