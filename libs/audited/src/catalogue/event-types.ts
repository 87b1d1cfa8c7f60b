import type { EventCatalogue } from './event-catalogue.js';

/** An event type, as readers of the trail are told of it. */
export interface KnownEventType {
  readonly type: string;
  /** Name of the catalogue that declares it. */
  readonly catalogue: string;
  readonly title?: string;
  readonly category?: string;
}

/** The event types that the application declared, from A to Z, and the kit's own. */
export class EventTypes {
  readonly all: readonly KnownEventType[];

  constructor(catalogues: readonly EventCatalogue[]) {
    const known = new Map<string, KnownEventType>();
    for (const { name, types } of catalogues) {
      for (const [type, { title, category }] of Object.entries(types)) {
        if (!known.has(type)) {
          known.set(type, {
            type,
            catalogue: name,
            ...(title === undefined ? {} : { title }),
            ...(category === undefined ? {} : { category }),
          });
        }
      }
    }
    this.all = [...known.values()].sort((one, other) => (one.type < other.type ? -1 : 1));
  }
}
