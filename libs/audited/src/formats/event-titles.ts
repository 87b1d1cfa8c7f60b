import type { EventCatalogue } from '../catalogue/event-catalogue.js';
import { singleLine } from './plain-text.js';

/**
 * What a type is called, without any data of an event: a SIEM groups by it. The catalogue's title; for a type that has
 * none, its words: `invoice.line_added` reads `Invoice line added`.
 */
export class EventTitles {
  readonly #titles = new Map<string, string>();

  constructor(catalogues: readonly EventCatalogue[]) {
    for (const { types } of catalogues) {
      for (const [type, { title }] of Object.entries(types)) {
        if (title !== undefined && !this.#titles.has(type)) this.#titles.set(type, singleLine(title));
      }
    }
  }

  of(type: string): string {
    return this.#titles.get(type) ?? wordsOf(type);
  }
}

function wordsOf(type: string): string {
  const words = singleLine(type)
    .replaceAll(/[._:-]+/g, ' ')
    .trim();
  if (words === '') return type;
  const lower = words === words.toUpperCase() ? words.toLowerCase() : words;
  return lower.slice(0, 1).toUpperCase() + lower.slice(1);
}
