import { MAIN_CHAIN, type ChainId } from '../../event/audit-record.js';
import type { Clock } from '../../event/clock.js';
import { formatSpans, PositionSet } from '../../integrity/position-ranges.js';
import type { ErasureSelection, ErasureStore } from '../../storage/custody-store.js';
import { isChainName } from '../../storage/chain-name.js';
import { erasureMatcher } from '../../storage/erasure-match.js';
import type { RecordStream } from '../../storage/record-stream.js';
import type { WaitingEvents } from '../../storage/waiting-events.js';
import type { CustodyAct } from '../custody-act.js';
import { checkAct } from '../custody-input.js';
import { isHeld, type LegalHold } from '../holds/legal-hold.js';
import type { StatementWriter } from '../statement-writer.js';
import type { ErasurePlace, ErasureScope, PlaceErasure } from './erasure-place.js';
import type { ErasureOptions, ErasureProgress, ErasureReport } from './erasure-report.js';
import { ErasureSearch, type ErasureFindings } from './erasure-search.js';
import { checkErasureSelection, describedSelection } from './erasure-selection.js';
import { stateCopiesErasure, stateErasure } from './erasure-statements.js';
import { NamedValues } from './named-values.js';
import { WaitingPlaces } from './waiting-places.js';

/** Positions that are erased in one transaction. */
const BATCH_POSITIONS = 500;
/** What waited moves into the log within two; more are for events that are recorded meanwhile. */
const MOST_PASSES = 5;

/** What an erasure is made of. */
export interface ErasureParts {
  readonly store: ErasureStore;
  readonly stream: RecordStream;
  /** Where events wait for a position: the spool, the inbox. */
  readonly waiting: readonly WaitingEvents[];
  readonly statements: StatementWriter;
  /** The holds in force. */
  readonly holds: () => Promise<readonly LegalHold[]>;
  /** Copies beside the log: journal, archives, and whatever comes later. */
  readonly places: readonly ErasurePlace[];
  /** Resolves when everything that was accepted so far is durable, in the log or in a waiting place. */
  readonly settle?: () => Promise<void>;
  /** Whether the database is scrubbed unless the caller says otherwise; see `ErasureOptions.scrub`. */
  readonly scrubs: boolean;
  readonly clock: Clock;
}

/**
 * Removes personal data everywhere the kit keeps it. Chains, proofs and bundles stay valid: records hold commitments, and
 * what loses its personal part is named in a sealed record before it does.
 */
export class Erasure {
  constructor(private readonly parts: ErasureParts) {}

  /**
   * Erases what was recorded before the call, except what a legal hold keeps. Interrupted, it has removed some and can be
   * run again, which finds what is left. Copies that could not be reached are in the report and no error.
   *
   * @throws CustodyInputError, QueryInvalidError, SigningFailedError, or what the database says
   */
  erase(selection: ErasureSelection, act: CustodyAct, options: ErasureOptions = {}): Promise<ErasureReport> {
    return new ErasureRun(this.parts, selection, act, options).run();
  }
}

/** One erasure from its first search to its report. */
class ErasureRun {
  private readonly removed = new Map<ChainId, PositionSet>();
  private readonly own = new Map<ChainId, PositionSet>();
  private readonly waitingPointers = new Map<string, readonly string[]>();
  private readonly places = new Map<string, number>();
  private readonly leftovers: string[] = [];
  private readonly remarks: string[] = [];
  private records = 0;
  private total = 0;

  constructor(
    private readonly parts: ErasureParts,
    private readonly given: ErasureSelection,
    private readonly act: CustodyAct,
    private readonly options: ErasureOptions,
  ) {}

  async run(): Promise<ErasureReport> {
    const { clock, settle } = this.parts;
    const begunMs = clock.now();
    checkAct(this.act);
    const selection = checkErasureSelection(this.given);
    const named = new NamedValues(this.act, selection, describedSelection(selection));
    await settle?.();
    const waiting = new WaitingPlaces(this.parts.waiting, named);
    const findings = await this.eraseAll(selection, named, waiting);
    await this.eraseCopies(selection, named, new Date(begunMs).toISOString());
    const isScrubbed = await this.scrub(named);
    return {
      records: this.records,
      positions: Object.fromEntries([...this.removed].map(([chain, set]) => [chain, formatSpans(set.ranges())])),
      places: [...waiting.counts, ...this.places].map(([name, events]) => ({ name, events })),
      held: { events: findings.held.events, holds: [...findings.held.holds] },
      statements: [...this.own].flatMap(([chain, set]) => positionsIn(set).map((position) => ({ chain, position }))),
      isScrubbed,
      leftovers: [...findings.leftovers, ...waiting.leftovers, ...this.leftovers],
      remarks: this.remarks,
      durationMs: clock.now() - begunMs,
    };
  }

  /** Until a search finds nothing. @returns what the last search found: what is held, and what others keep */
  private async eraseAll(
    selection: ErasureSelection,
    named: NamedValues,
    waiting: WaitingPlaces,
  ): Promise<ErasureFindings> {
    for (let pass = 1; ; pass++) {
      const holds = await this.parts.holds();
      const findings = await this.search(selection, named, waiting, holds);
      if (pass > MOST_PASSES || (findings.records === 0 && findings.waiting.size === 0)) {
        return findings;
      }
      // Searching a large log takes minutes, in which a hold may be placed: then it is searched again.
      if (await this.hasOtherHolds(holds)) {
        continue;
      }
      await this.state(findings, named);
      this.tell('stated');
      if (await this.hasOtherHolds(holds)) {
        continue;
      }
      // Before the records: nothing may move into the log with its personal part once that was searched.
      await waiting.strip(new Set([...findings.waiting.values()].flat()));
      this.tell('waiting');
      await this.remove(findings);
    }
  }

  private async search(
    selection: ErasureSelection,
    named: NamedValues,
    waiting: WaitingPlaces,
    holds: readonly LegalHold[],
  ): Promise<ErasureFindings> {
    const { store, stream } = this.parts;
    const before = this.records;
    const search = new ErasureSearch(
      { store, stream, waiting },
      selection,
      holds,
      this.own,
      (event, personal, isWaiting) => {
        Object.values(personal).forEach((value) => named.add(value));
        if (isWaiting) {
          this.waitingPointers.set(event.id, Object.keys(personal));
        }
      },
    );
    return search.run((records) => {
      this.total = before + records;
      this.tell('search');
    });
  }

  private async hasOtherHolds(known: readonly LegalHold[]): Promise<boolean> {
    const active = await this.parts.holds();
    return active.some(({ position }) => known.every((hold) => hold.position !== position));
  }

  private async state({ positions, waiting }: ErasureFindings, named: NamedValues): Promise<void> {
    const { statements } = this.parts;
    // What waits for a chain that cannot be is refused for ever: no record of it will ever miss its personal part.
    const chains = [...new Set([...positions.keys(), ...waiting.keys()])].filter(isChainName);
    for (const chain of chains.sort()) {
      const written = await stateErasure(statements, {
        chain,
        positions: positions.get(chain),
        eventIds: waiting.get(chain) ?? [],
        act: named.actWithout(),
        selection: named.selectionWithout(),
      });
      written.forEach((position) => addTo(this.own, chain, position));
    }
  }

  private async remove({ positions }: ErasureFindings): Promise<void> {
    const { store } = this.parts;
    for (const [chain, set] of positions) {
      let batch: number[] = [];
      const flush = async (): Promise<void> => {
        this.records += await store.erase(chain, batch);
        batch.forEach((position) => addTo(this.removed, chain, position));
        batch = [];
        this.tell('records');
      };
      for (const [from, through] of set.ranges()) {
        for (let position = from; position <= through; position++) {
          batch.push(position);
          if (batch.length === BATCH_POSITIONS) {
            await flush();
          }
        }
      }
      if (batch.length > 0) {
        await flush();
      }
    }
  }

  private async eraseCopies(selection: ErasureSelection, named: NamedValues, startedAt: string): Promise<void> {
    const { places, holds } = this.parts;
    const inForce = places.length === 0 ? [] : await holds();
    const scope: ErasureScope = {
      startedAt,
      othersAreStopped: this.options.othersAreStopped ?? false,
      isMeant: erasureMatcher(selection),
      // Of an unknown chain an event may be what a hold means.
      isHeld: ({ chain, event }) => inForce.some((hold) => isHeld(hold, chain ?? hold.selection.chain ?? '', event)),
      waiting: this.waitingPointers,
    };
    for (const place of places) {
      const { events, leftovers, remarks = [] } = await attempt(place, selection, scope, named);
      this.count(place.name, events);
      this.leftovers.push(...leftovers);
      this.remarks.push(...remarks);
      this.tell('copies');
    }
    const changed = [...this.places].filter(([, events]) => events > 0);
    if (changed.length > 0 && this.own.size === 0) {
      const position = await stateCopiesErasure(this.parts.statements, {
        act: named.actWithout(),
        selection: named.selectionWithout(),
        places: Object.fromEntries(changed),
      });
      addTo(this.own, MAIN_CHAIN, position);
    }
  }

  private async scrub(named: NamedValues): Promise<boolean> {
    const { store, waiting, scrubs } = this.parts;
    const { scrub = scrubs, rewriteAll = false } = this.options;
    if (!scrub) {
      this.remarks.push(
        'The database was not scrubbed: its free pages, its write-ahead log and its replicas may hold the removed bytes ' +
          'until they are overwritten. Erase with "scrub" to overwrite what can be.',
      );
      return false;
    }
    this.tell('scrub');
    const scrubbing = [() => store.scrub({ rewriteAll }), ...waiting.map((place) => () => place.scrub({ rewriteAll }))];
    let isDone = true;
    for (const work of scrubbing) {
      try {
        this.leftovers.push(...(await work()));
      } catch (error) {
        isDone = false;
        this.leftovers.push(
          named.without(`The database was not scrubbed everywhere: ${messageOf(error)}. Run the same erasure again.`),
        );
      }
    }
    return isDone;
  }

  private count(place: string, events: number): void {
    this.places.set(place, (this.places.get(place) ?? 0) + events);
  }

  private tell(phase: ErasureProgress['phase']): void {
    this.options.onProgress?.({ phase, records: this.records, total: this.total });
  }
}

/** A place in trouble keeps nobody from erasing the others. */
async function attempt(
  place: ErasurePlace,
  selection: ErasureSelection,
  scope: ErasureScope,
  named: NamedValues,
): Promise<PlaceErasure> {
  try {
    return await place.erase(selection, scope);
  } catch (error) {
    const leftover = `The ${place.name} could not be searched: ${messageOf(error)}. Mend that and run the same erasure again.`;
    return { events: 0, eventIds: [], leftovers: [named.without(leftover)] };
  }
}

function addTo(sets: Map<ChainId, PositionSet>, chain: ChainId, position: number): void {
  const set = sets.get(chain) ?? new PositionSet();
  set.add(position, position);
  sets.set(chain, set);
}

function positionsIn(set: PositionSet): number[] {
  return set.ranges().flatMap(([from, through]) => Array.from({ length: through - from + 1 }, (_, at) => from + at));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
