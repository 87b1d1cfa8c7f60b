import type { AuditDraft } from '../../event/audit-draft.js';
import type { AuditEvent } from '../../event/audit-event.js';
import { MAIN_CHAIN, type ChainId } from '../../event/audit-record.js';
import { HoldExistsError, HoldUnknownError } from '../../event/custody.error.js';
import type { RecordStream } from '../../storage/record-stream.js';
import type { CustodyAct } from '../custody-act.js';
import { checkAct, checkName } from '../custody-input.js';
import type { CustodyRecords } from '../custody-records.js';
import { eventsOfType, type FoundEvent } from '../stored-events.js';
import { checkedSelection, isHeld, type HoldSelection, type LegalHold } from './legal-hold.js';

/** Types of the records that place and lift a hold. */
const PLACED = 'audit.hold_placed';
const LIFTED = 'audit.hold_lifted';

/**
 * Legal holds. The log itself is their only register: what places or lifts a hold is a sealed record in the chain `main`,
 * so nobody can lift one by editing a table, and a restart or another process knows the same holds.
 */
export class LegalHolds {
  constructor(
    private readonly records: CustodyRecords,
    private readonly stream: RecordStream,
  ) {}

  /**
   * From now on nothing that the selection matches is pruned or erased.
   *
   * @throws CustodyInputError, HoldExistsError
   */
  async place(name: string, selection: HoldSelection, act: CustodyAct): Promise<LegalHold> {
    checkName('name', name);
    checkAct(act);
    const checked = checkedSelection(selection);
    if ((await this.active()).some((hold) => hold.name === name)) {
      throw new HoldExistsError(name);
    }
    const draft: AuditDraft = {
      type: PLACED,
      action: `Placed the legal hold "${name}"`,
      outcome: 'success',
      actor: act.by,
      reason: act.reason,
      ...(act.ticket === undefined ? {} : { ticket: act.ticket }),
      resource: { type: 'audit.hold', id: name },
    };
    // To the letter: a hold of which redaction left something else would keep other records than it was placed for.
    const facts = { hold: { name, selection: { ...checked } } };
    const { event, position } = await this.records.append(MAIN_CHAIN, draft, facts);
    return {
      name,
      selection: checked,
      reason: act.reason,
      placedAt: event.occurredAt,
      placedBy: nameOfActor(event),
      position,
    };
  }

  /**
   * Ends a hold.
   *
   * @throws CustodyInputError, HoldUnknownError
   */
  async lift(name: string, act: CustodyAct): Promise<LegalHold> {
    checkAct(act);
    const active = await this.active();
    const hold = active.find((candidate) => candidate.name === name);
    if (hold === undefined) {
      throw new HoldUnknownError(
        name,
        active.map((known) => known.name),
      );
    }
    const draft: AuditDraft = {
      type: LIFTED,
      action: `Lifted the legal hold "${name}"`,
      outcome: 'success',
      actor: act.by,
      reason: act.reason,
      ...(act.ticket === undefined ? {} : { ticket: act.ticket }),
      resource: { type: 'audit.hold', id: name },
    };
    await this.records.append(MAIN_CHAIN, draft, { hold: { name, placedAtPosition: hold.position } });
    return hold;
  }

  /** The holds in force, in the order in which they were placed. */
  async active(): Promise<readonly LegalHold[]> {
    const [placed, lifted] = [
      await eventsOfType(this.stream, MAIN_CHAIN, PLACED),
      await eventsOfType(this.stream, MAIN_CHAIN, LIFTED),
    ];
    const acts = [...placed, ...lifted].sort((a, b) => a.position - b.position);
    let active: LegalHold[] = [];
    for (const act of acts) {
      const hold = holdOf(act);
      // Two processes may have placed one name at one time: both keep what they were placed for, and are lifted together.
      active = act.event.type === LIFTED ? active.filter(({ name }) => name !== hold.name) : [...active, hold];
    }
    return active;
  }
}

/** The hold that keeps this record, if any; a hold also keeps the record that placed it. */
export function holdOn(
  holds: readonly LegalHold[],
  chain: ChainId,
  position: number,
  event: AuditEvent,
): LegalHold | undefined {
  return holds.find((hold) => (chain === MAIN_CHAIN && position === hold.position) || isHeld(hold, chain, event));
}

/** A hold whose record cannot be read keeps everything: what it was meant for is not known any more. */
function holdOf({ event, position }: FoundEvent): LegalHold {
  const { hold } = (event.details ?? {}) as {
    readonly hold?: { readonly name?: unknown; readonly selection?: unknown };
  };
  return {
    name: typeof hold?.name === 'string' ? hold.name : (event.resource?.id ?? `position ${position}`),
    selection: readSelection(hold?.selection),
    reason: event.reason ?? '',
    placedAt: event.occurredAt,
    placedBy: nameOfActor(event),
    position,
  };
}

function readSelection(stored: unknown): HoldSelection {
  try {
    return checkedSelection(stored ?? {});
  } catch {
    // Written by a newer version, or damaged: the widest reading is the safe one.
    return {};
  }
}

/** Nobody checked what was written past us. */
function nameOfActor({ actor }: { readonly actor?: Partial<AuditEvent['actor']> | null }): string {
  return actor?.id ?? actor?.kind ?? 'unknown';
}
