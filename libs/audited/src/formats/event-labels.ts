import { EventTypeTable } from './event-type-table.js';
import type { FormatSettings } from './format.options.js';

/** Labels by name, as an application writes them. */
export type Labels = Readonly<Record<string, string>>;

/** Answers which labels the application gives to a type; `undefined` where it gives none. */
export class EventLabels {
  readonly #table: EventTypeTable<Labels | undefined> | undefined;

  constructor({ eventTypes }: FormatSettings) {
    const own = Object.entries(eventTypes).flatMap(([pattern, { labels }]): [string, Labels][] =>
      labels === undefined ? [] : [[pattern, labels]],
    );
    this.#table = own.length === 0 ? undefined : new EventTypeTable(NOTHING, Object.fromEntries(own), []);
  }

  of(type: string): Labels | undefined {
    return this.#table?.find(type);
  }
}

const NOTHING = { types: {}, categories: {}, otherwise: undefined };
