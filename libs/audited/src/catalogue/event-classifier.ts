import { CatalogueInvalidError } from '../event/audit.error.js';
import type { AuditOutcome } from '../event/audit-event.js';
import { classificationsOf, type Classification, type ClassificationByOutcome } from './classification.js';
import type { EventCatalogue, EventTypeDefinition } from './event-catalogue.js';

/**
 * Answers what a type means. Built once per application from all its catalogues; the rules have
 * been asked by then, so an answer is one look-up and allocates nothing.
 */
export class EventClassifier {
  readonly #byType = new Map<string, ClassificationByOutcome>();
  readonly #uncatalogued = classificationsOf('*', undefined);

  /** @throws CatalogueInvalidError when two catalogues declare one type differently. */
  constructor(catalogues: readonly EventCatalogue[]) {
    const declaredIn = new Map<string, EventCatalogue>();
    for (const catalogue of catalogues) {
      for (const [type, definition] of Object.entries(catalogue.types)) {
        const earlier = declaredIn.get(type);
        if (earlier === undefined) {
          declaredIn.set(type, catalogue);
          this.#byType.set(type, classificationsOf(type, definition));
        } else if (!sameDefinition(earlier.types[type], definition)) {
          throw new CatalogueInvalidError(
            type,
            `is declared differently in the catalogues "${earlier.name}" and "${catalogue.name}"`,
            'Rename one of the types, or share one definition.',
          );
        }
      }
    }
  }

  /**
   * Severity and risk of a type for an outcome. A type of no catalogue gets the defaults and no
   * definition; an outcome that is no known word is treated as `unknown`. Never throws.
   */
  classify(type: string, outcome: AuditOutcome): Classification {
    const byOutcome = this.#byType.get(type) ?? this.#uncatalogued;
    return Object.hasOwn(byOutcome, outcome) ? byOutcome[outcome] : byOutcome.unknown;
  }
}

/** Rules and helpers are compared by identity: two functions that look alike need not behave alike. */
function sameDefinition(one: EventTypeDefinition | undefined, other: EventTypeDefinition): boolean {
  if (one === undefined || one === other) return one === other;
  const facts = (definition: EventTypeDefinition): [string, unknown][] =>
    Object.entries(definition).filter(([property, value]) => property !== 'personal' && value !== undefined);
  const others = new Map(facts(other));
  return (
    facts(one).length === others.size &&
    facts(one).every(([property, value]) => others.get(property) === value) &&
    JSON.stringify(one.personal ?? []) === JSON.stringify(other.personal ?? [])
  );
}
