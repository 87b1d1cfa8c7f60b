import type { AuditDraft } from '../../event/audit-draft.js';
import type { ChainHead, ChainId } from '../../event/audit-record.js';
import { OptionsInvalidError } from '../../event/audit.error.js';
import { DestinationUnknownError } from '../../event/delivery.error.js';
import type { AuditReader } from '../../storage/audit-reader.js';
import type { RecordStream } from '../../storage/record-stream.js';
import type {
  ChainCursor,
  DeadLetter,
  DeadLetterQuery,
  DeliveryLedger,
  DestinationChange,
  LedgerDestination,
} from '../delivery-ledger.js';
import { changedDraft, discardedDraft, replayedDraft, type DestinationAct } from './delivery-drafts.js';
import type { DeliveryReceipt, DestinationStatus } from './destination-status.js';

/** What operating needs, with or without an application. */
export interface OperationsParts {
  readonly ledger: DeliveryLedger;
  readonly stream: Pick<RecordStream, 'heads'>;
  readonly reader: Pick<AuditReader, 'get'>;
  /** Writes a record of what was done. */
  readonly record: (draft: AuditDraft) => Promise<unknown>;
}

/** Where to begin anew: at the first record, behind the last one, or behind a position of one chain. */
export type RewindTarget = 'beginning' | 'now' | { readonly chain?: ChainId; readonly position: number };

/** Which dead letters are meant; at least one is given. `all`: every one of every destination. */
export type DeadLetterSelection =
  (Pick<DeadLetterQuery, 'destination' | 'sequences' | 'eventId'> & { readonly all?: never }) | { readonly all: true };

const MAIN = 'main';

/**
 * What operators do to destinations, from any process: they work on the ledger, and whoever leads a destination follows within
 * a second. Everything that changes something is a record of its own.
 */
export class DestinationOperations {
  constructor(protected readonly parts: OperationsParts) {}

  /** Every destination of the log, by name, and how it does. */
  async status(): Promise<readonly DestinationStatus[]> {
    const { ledger, stream } = this.parts;
    const [destinations, heads] = await Promise.all([ledger.destinations(), stream.heads()]);
    return destinations.flatMap((destination) =>
      destination.state === 'removed' ? [] : [statusOf(destination, heads, destination.state)],
    );
  }

  /** Nothing is sent there until it is resumed; nothing is lost, and retention waits for it. @throws DestinationUnknownError */
  async pause(name: string, act: DestinationAct = {}): Promise<void> {
    await this.change(name, { act: 'pause' }, `Paused destination "${name}"`, act);
  }

  /** Goes on where it was; one that is held is tried at once. @throws DestinationUnknownError */
  async resume(name: string, act: DestinationAct = {}): Promise<void> {
    await this.change(name, { act: 'resume' }, `Resumed destination "${name}"`, act);
  }

  /**
   * Sends again, or skips. Events that are sent again have the ids they had.
   *
   * @throws DestinationUnknownError, OptionsInvalidError
   */
  async rewind(name: string, to: RewindTarget, act: DestinationAct = {}): Promise<void> {
    const positions = await this.positionsOf(name, to);
    for (const [chain, position] of positions) {
      const change = { act: 'rewind', chain, position } as const;
      await this.change(name, change, `Set destination "${name}" to position ${position} of chain "${chain}"`, act);
    }
  }

  /** Forgets the destination, its place in the log and its dead letters. @throws DestinationUnknownError */
  async remove(name: string, act: DestinationAct = {}): Promise<void> {
    await this.change(name, { act: 'remove' }, `Removed destination "${name}"`, act);
  }

  /** Records that destinations did not take, oldest first. @throws QueryInvalidError */
  deadLetters(query: DeadLetterQuery = {}): Promise<readonly DeadLetter[]> {
    return this.parts.ledger.deadLetters(query);
  }

  /**
   * Has dead letters sent again, by whoever leads their destination.
   *
   * @returns how many were marked; what becomes of them, `deadLetters` tells
   */
  async replay(selection: DeadLetterSelection, act: DestinationAct = {}): Promise<number> {
    const count = await this.mark(selection, 'replaying');
    if (count > 0) {
      await this.parts.record(replayedDraft(count, act, selection));
    }
    return count;
  }

  /** Gives dead letters up for good: they are kept as `discarded`, and retention waits for them no more. */
  async discard(selection: DeadLetterSelection, act: DestinationAct): Promise<number> {
    const count = await this.mark(selection, 'discarded');
    if (count > 0) {
      await this.parts.record(discardedDraft(count, act, selection));
    }
    return count;
  }

  /** Where the record of an event is on its way to each destination; empty when there is no such record. */
  async receipts(eventId: string): Promise<readonly DeliveryReceipt[]> {
    const { ledger, reader } = this.parts;
    const record = await reader.get(eventId);
    if (record === undefined) {
      return [];
    }
    const { chain, position } = record.seal;
    const destinations = (await ledger.destinations()).map((one) => ({ ...one, cursors: this.cursorsOf(one) }));
    // After the cursors: what they have passed and did not arrive is a dead letter by now.
    const letters = await ledger.deadLetters({ eventId });
    return destinations.flatMap(({ name, state, cursors }): DeliveryReceipt[] => {
      if (state === 'removed') {
        return [];
      }
      const letter = letters.find((one) => one.destination === name && one.position === position);
      if (letter !== undefined) {
        return [{ destination: name, state: letter.state, reason: letter.reason }];
      }
      const cursor = cursors.find((one) => one.chain === chain);
      return [{ destination: name, state: stateAt(position, cursor) }];
    });
  }

  /** Cursors as the ledger has them. */
  protected cursorsOf(destination: LedgerDestination): readonly ChainCursor[] {
    return destination.cursors;
  }

  /** Told after every change, so that whoever can act on it does so at once. */
  protected changed(): Promise<void> {
    return Promise.resolve();
  }

  protected async change(
    name: string,
    change: DestinationChange,
    sentence: string,
    act: DestinationAct,
  ): Promise<void> {
    const { ledger, record } = this.parts;
    if (!(await ledger.change(name, change))) {
      const known = await ledger.destinations();
      throw new DestinationUnknownError(
        name,
        known.filter(({ state }) => state !== 'removed').map((one) => one.name),
      );
    }
    await this.changed();
    await record(changedDraft(name, sentence, act, change));
  }

  private async mark(selection: DeadLetterSelection, state: 'replaying' | 'discarded'): Promise<number> {
    const { all, ...query } = selection as Partial<DeadLetterQuery> & { readonly all?: true };
    if (all !== true && Object.values(query).every((value) => value === undefined)) {
      throw new OptionsInvalidError(
        'selection',
        'names nothing',
        'Name a destination, sequences or an event, or { all: true }.',
      );
    }
    const count = await this.parts.ledger.mark(query, state);
    await this.changed();
    return count;
  }

  private async positionsOf(name: string, to: RewindTarget): Promise<readonly (readonly [ChainId, number])[]> {
    const heads = await this.parts.stream.heads();
    if (to === 'beginning' || to === 'now') {
      const chains = heads.length === 0 ? [{ chain: MAIN, position: 0 }] : heads;
      return chains.map(({ chain, position }) => [chain, to === 'now' ? position : 0] as const);
    }
    const { chain = MAIN, position } = to;
    const head = heads.find((one) => one.chain === chain)?.position ?? 0;
    if (!Number.isSafeInteger(position) || position < 0 || position > head) {
      throw new OptionsInvalidError(
        'position',
        `is ${String(position)}; chain "${chain}" ends at ${head}`,
        `Give a whole number from 0 to ${head}: what stands behind it is sent next to "${name}".`,
      );
    }
    return [[chain, position]];
  }
}

/** What the ledger alone tells of a destination. */
export function statusOf(
  destination: LedgerDestination,
  heads: readonly Pick<ChainHead, 'chain' | 'position'>[],
  state: 'active' | 'paused',
): DestinationStatus {
  const { name, type, endpoint, isRequired, holder, leaseLeftMs, health, cursors, deadLetters } = destination;
  const chains = heads.map(({ chain, position: head }) => {
    const cursor = cursors.find((one) => one.chain === chain);
    return { chain, head, sent: cursor?.sent ?? 0, settled: cursor?.position ?? 0 };
  });
  return {
    name,
    type,
    endpoint,
    required: isRequired,
    state,
    leader: holder !== '' && leaseLeftMs > 0 ? 'another' : 'nobody',
    health,
    waiting: chains.reduce((sum, { head, settled }) => sum + Math.max(0, head - settled), 0),
    chains,
    deadLetters,
  };
}

function stateAt(position: number, cursor: ChainCursor | undefined): DeliveryReceipt['state'] {
  if (cursor === undefined || position > cursor.sent) {
    return 'pending';
  }
  return position > cursor.position ? 'sent' : 'settled';
}
