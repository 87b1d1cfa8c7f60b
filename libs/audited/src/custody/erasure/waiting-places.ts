import type { WaitingEvents, WaitingSearch } from '../../storage/waiting-events.js';
import type { NamedValues } from './named-values.js';

/** The spool, the inbox. One that is in trouble is left out from then on, and named, but keeps nobody from the others. */
export class WaitingPlaces {
  readonly leftovers: string[] = [];
  private readonly inTrouble = new Set<WaitingEvents>();
  private readonly stripped = new Map<string, number>();

  constructor(
    private readonly places: readonly WaitingEvents[],
    private readonly named: NamedValues,
  ) {
    places.forEach(({ name }) => this.stripped.set(name, 0));
  }

  /** How many events lost their personal part, by place. */
  get counts(): ReadonlyMap<string, number> {
    return this.stripped;
  }

  /** @returns sentences on events that belong to others */
  async find(search: WaitingSearch): Promise<readonly string[]> {
    const ofOthers: string[] = [];
    await this.each(async (place) => {
      ofOthers.push(...(await place.find(search)));
    });
    return ofOthers;
  }

  async strip(eventIds: ReadonlySet<string>): Promise<void> {
    await this.each(async (place) => {
      this.stripped.set(place.name, (this.stripped.get(place.name) ?? 0) + (await place.strip(eventIds)));
    });
  }

  private async each(work: (place: WaitingEvents) => Promise<void>): Promise<void> {
    for (const place of this.places.filter((one) => !this.inTrouble.has(one))) {
      try {
        await work(place);
      } catch (error) {
        this.inTrouble.add(place);
        const cause = error instanceof Error ? error.message : String(error);
        this.leftovers.push(
          this.named.without(
            `Events that wait in the ${place.name} may still move into the log with their personal part: ${cause} ` +
              'Run the same erasure again.',
          ),
        );
      }
    }
  }
}
