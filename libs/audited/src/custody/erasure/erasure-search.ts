import type { AuditEvent } from '../../event/audit-event.js';
import type { ChainId, PersonalPart } from '../../event/audit-record.js';
import type { JsonValue } from '../../event/json-value.js';
import { PositionSet, type PositionSpan } from '../../integrity/position-ranges.js';
import type { ErasureSelection, ErasureStore, PersonalMatch } from '../../storage/custody-store.js';
import { erasureMatcher } from '../../storage/erasure-match.js';
import type { RecordStream } from '../../storage/record-stream.js';
import type { LegalHold } from '../holds/legal-hold.js';
import { holdOn } from '../holds/legal-holds.js';
import { eventOf } from '../stored-events.js';
import type { WaitingPlaces } from './waiting-places.js';

/** Matches that are asked for at once. */
const PAGE_MATCHES = 1000;
/** Records that nobody asked for are read along, up to so many, where that saves a query. */
const MOST_READ_ALONG = 50;
/** Where an event that waits is, as far as holds are concerned: nowhere. */
const NO_POSITION = 0;

/** What an erasure works on. */
export interface ErasureSearchParts {
  readonly store: ErasureStore;
  readonly stream: RecordStream;
  readonly waiting: Pick<WaitingPlaces, 'find'>;
}

/** What one pass found. */
export interface ErasureFindings {
  /** Positions of records that are to lose their personal part. */
  readonly positions: ReadonlyMap<ChainId, PositionSet>;
  readonly records: number;
  /** Events without a position, by chain: their ids. */
  readonly waiting: ReadonlyMap<ChainId, readonly string[]>;
  readonly held: { readonly events: number; readonly holds: ReadonlySet<string> };
  /** What others keep waiting. */
  readonly leftovers: readonly string[];
}

/** One search for what is to be erased: waiting events first, because they may move into the log while it lasts. */
export class ErasureSearch {
  private readonly positions = new Map<ChainId, PositionSet>();
  private readonly waiting = new Map<ChainId, string[]>();
  private readonly holdNames = new Set<string>();
  private heldEvents = 0;
  private records = 0;

  /**
   * @param own positions of the records that this erasure wrote itself: they are not meant
   * @param saw told every personal part that is to go, and the event it belongs to
   */
  constructor(
    private readonly parts: ErasureSearchParts,
    private readonly selection: ErasureSelection,
    private readonly holds: readonly LegalHold[],
    private readonly own: ReadonlyMap<ChainId, PositionSet>,
    private readonly saw: (event: AuditEvent, personal: PersonalPart, isWaiting: boolean) => void,
  ) {}

  async run(onFound: (records: number) => void): Promise<ErasureFindings> {
    const leftovers = await this.findWaiting();
    await this.findRecords(onFound);
    const { positions, records, waiting, heldEvents, holdNames } = this;
    return { positions, records, waiting, held: { events: heldEvents, holds: holdNames }, leftovers };
  }

  private findWaiting(): Promise<readonly string[]> {
    const matches = erasureMatcher(this.selection);
    return this.parts.waiting.find({
      isMeant: ({ chain, event: { body, personal } }) => {
        const event = eventOf({ body });
        return event !== undefined && personal !== undefined && matches({ chain, event, personal });
      },
      found: ({ chain, event: { body, personal = '{}' } }) => {
        const event = eventOf({ body });
        if (event !== undefined && !this.isHeld(chain, NO_POSITION, event)) {
          this.saw(event, partOf(personal), true);
          const ids = this.waiting.get(chain) ?? [];
          ids.push(event.id);
          this.waiting.set(chain, ids);
        }
      },
    });
  }

  private async findRecords(onFound: (records: number) => void): Promise<void> {
    const { store } = this.parts;
    let after: PersonalMatch | undefined;
    for (;;) {
      const page = await store.match(this.selection, PAGE_MATCHES, after);
      for (const [chain, positions] of byChain(page)) {
        await this.look(chain, positions);
      }
      onFound(this.records);
      after = page.at(-1);
      if (page.length < PAGE_MATCHES) {
        return;
      }
    }
  }

  /** Reads what was matched: holds are about events, and the record of the erasure must not repeat personal values. */
  private async look(chain: ChainId, positions: readonly number[]): Promise<void> {
    const own = this.own.get(chain);
    const wanted = new Set(positions.filter((position) => own?.has(position) !== true));
    for (const [from, through] of stretches([...wanted])) {
      for await (const records of this.parts.stream.records(chain, { from, through })) {
        for (const record of records) {
          const { position } = record.seal;
          // Damaged events match no hold but the one on everything; their personal part can go all the same.
          const event = eventOf(record) ?? UNREADABLE;
          if (record.personal !== null && wanted.has(position) && !this.isHeld(chain, position, event)) {
            this.saw(event, partOf(record.personal), false);
            this.add(chain, position);
          }
        }
      }
    }
  }

  private add(chain: ChainId, position: number): void {
    const set = this.positions.get(chain) ?? new PositionSet();
    set.add(position, position);
    this.positions.set(chain, set);
    this.records++;
  }

  private isHeld(chain: ChainId, position: number, event: AuditEvent): boolean {
    const hold = holdOn(this.holds, chain, position, event);
    if (hold !== undefined) {
      this.heldEvents++;
      this.holdNames.add(hold.name);
    }
    return hold !== undefined;
  }
}

const UNREADABLE = { actor: {} } as AuditEvent;

/** The values of a personal part; a damaged one counts as one value. */
function partOf(personal: string): PersonalPart {
  try {
    const part: unknown = JSON.parse(personal);
    return typeof part === 'object' && part !== null ? (part as PersonalPart) : { '': part as JsonValue };
  } catch {
    // Not JSON: it goes as it is, whatever it says.
    return { '': personal };
  }
}

function byChain(matches: readonly PersonalMatch[]): ReadonlyMap<ChainId, number[]> {
  const chains = new Map<ChainId, number[]>();
  for (const { chain, position } of matches) {
    const positions = chains.get(chain);
    if (positions === undefined) {
      chains.set(chain, [position]);
    } else {
      positions.push(position);
    }
  }
  return chains;
}

/** Ascending positions as ranges that may hold a few more. */
function stretches(positions: readonly number[]): PositionSpan[] {
  const spans: [number, number][] = [];
  for (const position of positions) {
    const last = spans.at(-1);
    if (last !== undefined && position - last[1] <= MOST_READ_ALONG) {
      last[1] = position;
    } else {
      spans.push([position, position]);
    }
  }
  return spans;
}
