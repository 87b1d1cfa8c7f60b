import type { EventCatalogue } from '../catalogue/event-catalogue.js';

/** What a schema says of event types: by type or its beginning (`auth.login`, `auth.*`), by category, and otherwise. */
export interface EventTypeEntries<Entry> {
  /** Keys are types, or beginnings that end in `*`. */
  readonly types: Readonly<Record<string, Entry>>;
  /** By the category that a catalogue gives the type: `authentication`. */
  readonly categories: Readonly<Record<string, Entry>>;
  /** For types of which nothing else is known. */
  readonly otherwise: Entry;
}

/**
 * Answers what a type means in one schema. Asked in this order: the application's exact type, its longest beginning,
 * the shipped exact type, the shipped longest beginning, the category of the type's catalogue, the default. A type's
 * answer never changes, so it is looked for once.
 */
export class EventTypeTable<Entry> {
  readonly #answers = new Map<string, Entry>();
  readonly #sources: readonly Readonly<Record<string, Entry>>[];
  readonly #categories: ReadonlyMap<string, string>;

  /** @param own the application's entries, by type or beginning */
  constructor(
    private readonly shipped: EventTypeEntries<Entry>,
    own: Readonly<Record<string, Entry>>,
    catalogues: readonly EventCatalogue[],
  ) {
    this.#sources = [own, shipped.types];
    this.#categories = categoriesOf(catalogues);
  }

  find(type: string): Entry {
    const known = this.#answers.get(type);
    if (known !== undefined) return known;
    const answer = this.#look(type);
    // Bounded: whoever chooses event types at run time must not be able to fill the memory.
    if (this.#answers.size < MAX_REMEMBERED) this.#answers.set(type, answer);
    return answer;
  }

  #look(type: string): Entry {
    for (const source of this.#sources) {
      if (Object.hasOwn(source, type)) return source[type] as Entry;
      const beginning = Object.keys(source)
        .filter((key) => key.endsWith('*') && type.startsWith(key.slice(0, -1)))
        .toSorted((one, other) => other.length - one.length)[0];
      if (beginning !== undefined) return source[beginning] as Entry;
    }
    const category = this.#categories.get(type);
    return category !== undefined && Object.hasOwn(this.shipped.categories, category)
      ? (this.shipped.categories[category] as Entry)
      : this.shipped.otherwise;
  }
}

const MAX_REMEMBERED = 10_000;

/** The category of every event type that a catalogue gives one; the first catalogue wins. */
export function categoriesOf(catalogues: readonly EventCatalogue[]): ReadonlyMap<string, string> {
  const categories = new Map<string, string>();
  for (const { types } of catalogues) {
    for (const [type, { category }] of Object.entries(types)) {
      if (category !== undefined && !categories.has(type)) categories.set(type, category);
    }
  }
  return categories;
}
