import type { AuditActor, AuditEvent } from '../../event/audit-event.js';
import type { AuditRecord } from '../../event/audit-record.js';
import { pointerToken, withoutValueAt } from '../../event/json-pointer.js';
import type { JsonObject, JsonValue } from '../../event/json-value.js';
import type { JournalRewriting } from '../../recording/journal/journal-erasure.js';
import type { RewriteEvents } from '../../recording/journal/line-rewrite.js';
import type { EventLine } from '../../recording/journal/reading/read-line.js';
import type { ErasureSelection } from '../../storage/custody-store.js';
import type { ErasurePlace, ErasureScope, PlaceErasure } from './erasure-place.js';

/** The facts of every actor that are personal whatever the application declared. */
const ACTOR_FACTS = ['email', 'name', 'ip', 'userAgent'] as const;
const DISPENSABLE = ['details', 'changes', 'reason', 'ticket'] as const;
/** Ids that the report names. */
const MOST_IDS = 1000;

/** What erasing from a journal needs. */
export interface JournalErasurePlaceParts {
  /** Rewrites its files: a `Journal` of this process, or the files alone. */
  readonly rewrite: (rewrite: RewriteEvents, othersAreStopped: boolean) => Promise<JournalRewriting>;
  /** The log's own record of an event: `AuditReader.get`. */
  readonly recordOf: (eventId: string) => Promise<AuditRecord | undefined>;
  /** Pointers that the catalogue declares personal for events of a type. @default none */
  readonly personalPointers?: (type: string) => readonly string[];
}

/**
 * The journal. Its lines hold the personal values in their places and do not say which are personal, so the log is asked:
 * a line becomes what the log still has of the event. Events that the log does not have (pruned, or never stored) lose
 * what is known to be personal, and the report says that there may be more.
 */
export class JournalErasurePlace implements ErasurePlace {
  readonly name = 'journal';

  constructor(private readonly parts: JournalErasurePlaceParts) {}

  async erase(selection: ErasureSelection, scope: ErasureScope): Promise<PlaceErasure> {
    const eventIds: string[] = [];
    const unknown = new Set<string>();
    const rewrite: RewriteEvents = (lines) =>
      Promise.all(
        lines.map(async (line) => {
          const next = await this.erased(line, selection, scope, unknown);
          if (next !== undefined && eventIds.length < MOST_IDS) {
            eventIds.push(next.id);
          }
          return next;
        }),
      );
    const { events, files, leftovers } = await this.parts.rewrite(rewrite, scope.othersAreStopped);
    return {
      events,
      eventIds,
      leftovers: [...leftovers, ...(unknown.size === 0 ? [] : [leftoverOf(unknown)])],
      remarks: files === 0 ? [] : [remarkOf(files)],
    };
  }

  /** @returns `undefined` when the line may stay as it is */
  private async erased(
    { event, text }: EventLine,
    selection: ErasureSelection,
    scope: ErasureScope,
    unknown: Set<string>,
  ): Promise<AuditEvent | undefined> {
    // Without a commitment there is no personal part.
    if (event.personal === undefined || !scope.isMeant({ chain: undefined, event, personal: text })) {
      return undefined;
    }
    const record = await this.parts.recordOf(event.id);
    if (record !== undefined) {
      // Still there: a hold keeps it, or it is not meant by the filter for chains.
      return record.erased === true ? record.event : undefined;
    }
    const pointers = scope.waiting.get(event.id);
    if (pointers !== undefined) {
      return without(event, pointers);
    }
    if (event.recordedAt >= scope.startedAt || scope.isHeld({ chain: undefined, event })) {
      return undefined;
    }
    unknown.add(event.id);
    // Lines do not say which chain they are for.
    return 'query' in selection && selection.query.chain !== undefined
      ? undefined
      : without(event, [
          ...actorPointers(event.actor),
          ...(this.parts.personalPointers?.(event.type) ?? []),
          ...('email' in selection ? emailPointers(event, selection.email) : []),
        ]);
  }
}

function without(event: AuditEvent, pointers: readonly string[]): AuditEvent {
  const root = event as unknown as JsonObject;
  return pointers.reduce((rest, pointer) => withoutValueAt(rest, pointer), root) as unknown as AuditEvent;
}

function actorPointers(actor: AuditActor, at = '/actor'): readonly string[] {
  const own = ACTOR_FACTS.map((fact) => `${at}/${fact}`);
  return actor.onBehalfOf === undefined ? own : [...own, ...actorPointers(actor.onBehalfOf, `${at}/onBehalfOf`)];
}

/** Where the address itself stands, in what an event can do without. */
function emailPointers(event: AuditEvent, email: string): readonly string[] {
  const found: string[] = [];
  const search = (value: JsonValue | undefined, at: string): void => {
    if (typeof value === 'string' && value.toLowerCase() === email.toLowerCase()) {
      found.push(at);
    } else if (typeof value === 'object' && value !== null) {
      Object.entries(value).forEach(([key, inner]) => search(inner as JsonValue, `${at}/${pointerToken(key)}`));
    }
  };
  const facts = event as unknown as JsonObject;
  DISPENSABLE.forEach((field) => search(facts[field], `/${field}`));
  return found;
}

function leftoverOf(events: ReadonlySet<string>): string {
  const [first = ''] = events;
  return (
    `The journal has ${events.size} event(s) that the log does not have (${first}, for instance). What is known to be ` +
    'personal was taken out; what the application marked personal beside that may still be there. Look at these lines.'
  );
}

function remarkOf(files: number): string {
  return `${files} journal file(s) were replaced by new ones: an agent that follows them may read them again. Lines that it has shipped already are for you to erase.`;
}
