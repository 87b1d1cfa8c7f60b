import { CatalogueInvalidError } from '../event/audit.error.js';
import type { AuditDraft } from '../event/audit-draft.js';
import type { DraftFacts, EventCatalogue, EventTypeDefinition } from './event-catalogue.js';

type Word<Part extends string> = Capitalize<Part extends Uppercase<Part> ? Lowercase<Part> : Part>;

type Words<Type extends string> = Type extends `${infer Head}.${infer Tail}`
  ? `${Words<Head>}${Words<Tail>}`
  : Type extends `${infer Head}_${infer Tail}`
    ? `${Words<Head>}${Words<Tail>}`
    : Type extends `${infer Head}-${infer Tail}`
      ? `${Words<Head>}${Words<Tail>}`
      : Type extends `${infer Head}:${infer Tail}`
        ? `${Words<Head>}${Words<Tail>}`
        : Word<Type>;

/** Method name of a type, in camel case: `deploy.completed` and `DEPLOY_COMPLETED` give `deployCompleted`. */
export type HelperName<Type extends string> = Uncapitalize<Words<Type>>;

/** A draft that is known to be of one type. */
export type DraftOf<Type extends string> = AuditDraft & { readonly type: Type };

/** The method of one type: the parameters of its `helper`, or any facts where it declares none. */
export type HelperMethod<Type extends string, Definition> = Definition extends {
  readonly helper: (...facts: infer Facts) => DraftFacts;
}
  ? (...facts: Facts) => DraftOf<Type>
  : (facts?: DraftFacts) => DraftOf<Type>;

/** One method per event type of a catalogue. */
export type CatalogueHelpers<Types> = {
  readonly [Type in keyof Types & string as HelperName<Type>]: HelperMethod<Type, Types[Type]>;
};

/**
 * Makes a typed method of every event type, so that callers give facts instead of building drafts.
 * Methods only build; pass the draft to `AuditService.record`. They never throw: where a
 * definition's `helper` does, the draft says so in `details.helper_failed` and keeps its type.
 *
 * @throws CatalogueInvalidError when two types would share a method name, or one has none.
 *
 * @example
 * const shop = catalogueHelpers(shopCatalogue);
 * await audit.record(shop.orderPlaced({ resource: { type: 'order', id: order.id } }));
 */
export function catalogueHelpers<Types extends Readonly<Record<string, EventTypeDefinition>>>(
  catalogue: EventCatalogue<keyof Types & string, Types>,
): CatalogueHelpers<Types> {
  const types = new Map<string, string>();
  const methods = Object.entries(catalogue.types).map(([type, definition]) => {
    const name = helperName(type);
    const earlier = types.get(name);
    if (name === '' || earlier !== undefined) {
      const problem =
        name === '' ? 'gives no method name' : `gives the method name "${name}", and so does "${earlier}"`;
      throw new CatalogueInvalidError(type, problem, `Rename it in the catalogue "${catalogue.name}".`);
    }
    types.set(name, type);
    return [name, draftOf(type, definition)];
  });
  // Names and parameters are computed twice, here and in the mapped type; the specs hold them together.
  return Object.freeze(Object.fromEntries(methods)) as CatalogueHelpers<Types>;
}

function helperName(type: string): string {
  const words = type.split(/[._:-]/).map((part) => {
    const word = part === part.toUpperCase() ? part.toLowerCase() : part;
    return word.charAt(0).toUpperCase() + word.slice(1);
  });
  const joined = words.join('');
  return joined.charAt(0).toLowerCase() + joined.slice(1);
}

function draftOf(type: string, definition: EventTypeDefinition): (facts?: unknown) => AuditDraft {
  // The mapped type has checked the facts against this very helper; `never` only erases which one.
  const helper = (definition.helper ?? ((facts: unknown) => facts)) as (facts: unknown) => DraftFacts | undefined;
  return (facts) => {
    try {
      return { ...helper(facts), type };
    } catch (error) {
      return { type, details: { helper_failed: error instanceof Error ? error.message : 'not an Error' } };
    }
  };
}
