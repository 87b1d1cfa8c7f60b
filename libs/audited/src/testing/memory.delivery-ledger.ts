import type { ChainHead } from '../event/audit-record.js';
import { systemClock, type Clock } from '../event/clock.js';
import type {
  AcquiredLease,
  ChainCursor,
  DeadLetter,
  DeadLetterBook,
  DeadLetterQuery,
  DestinationBook,
  DestinationChange,
  DestinationHealth,
  DestinationLease,
  DestinationRegistration,
  LeaseBook,
  LedgerDestination,
  NewDeadLetter,
  Settlement,
} from '../delivery/delivery-ledger.js';
import {
  checkedDeadLetterQuery,
  checkLease,
  checkPlace,
  keptRegistration,
  keptSettlement,
  type CheckedDeadLetterQuery,
} from '../delivery/ledger-input.js';

const UNKNOWN: DestinationHealth = { state: 'unknown', reason: '', cure: '', failures: 0, deliveredAt: 0 };

interface Kept {
  type: string;
  endpoint: string;
  isRequired: boolean;
  state: LedgerDestination['state'];
  fence: number;
  holder: string;
  leaseUntil: number;
  health: DestinationHealth;
  readonly cursors: Map<string, ChainCursor>;
}

/** Where a ledger in memory gets the time and the log from. */
export interface MemoryLedgerParts {
  /** What the ledger takes for the time of the database. @default the system's */
  readonly clock?: Clock;
  /** What each chain holds at this moment, for destinations that start from now. @default nothing */
  readonly heads?: () => Promise<readonly Pick<ChainHead, 'chain' | 'position'>[]>;
}

/** Everything that delivery keeps, in memory: for tests of what delivers. It passes `deliveryLedgerContract`. */
export class MemoryDeliveryLedger implements DestinationBook, LeaseBook, DeadLetterBook {
  private readonly kept = new Map<string, Kept>();
  private readonly letters = new Map<number, DeadLetter>();
  private readonly clock: Clock;
  private readonly heads: () => Promise<readonly Pick<ChainHead, 'chain' | 'position'>[]>;
  private lastSequence = 0;

  constructor({ clock = systemClock, heads = () => Promise.resolve([]) }: MemoryLedgerParts = {}) {
    this.clock = clock;
    this.heads = heads;
  }

  async register(registration: DestinationRegistration): Promise<void> {
    const { name, startFrom, type, endpoint, isRequired } = keptRegistration(registration);
    const heads = startFrom === 'now' ? await this.heads() : [];
    const known = this.kept.get(name);
    if (known !== undefined && known.state !== 'removed') {
      Object.assign(known, { type, endpoint, isRequired });
      return;
    }
    this.kept.set(name, {
      type,
      endpoint,
      isRequired,
      state: 'active',
      fence: (known?.fence ?? 0) + 1,
      holder: '',
      leaseUntil: 0,
      health: UNKNOWN,
      cursors: new Map(heads.map(({ chain, position }) => [chain, { chain, position, sent: position }])),
    });
  }

  async destinations(): Promise<readonly LedgerDestination[]> {
    await Promise.resolve();
    return [...this.kept]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, { cursors, leaseUntil, ...kept }]) => ({
        name,
        ...kept,
        leaseLeftMs: Math.max(0, leaseUntil - this.clock.now()),
        cursors: sorted(cursors),
        deadLetters: this.counts(name),
      }));
  }

  async change(name: string, change: DestinationChange): Promise<boolean> {
    if (change.act === 'rewind') {
      checkPlace(change.chain, change.position);
    }
    await Promise.resolve();
    const kept = this.kept.get(name);
    if (kept === undefined || kept.state === 'removed') {
      return false;
    }
    Object.assign(kept, { fence: kept.fence + 1, holder: '', leaseUntil: 0 });
    switch (change.act) {
      case 'pause':
        kept.state = 'paused';
        break;
      case 'resume':
        kept.state = 'active';
        break;
      case 'rewind': {
        const { chain, position } = change;
        kept.cursors.set(chain, { chain, position, sent: position });
        this.forget(name, (letter) => letter.chain === chain && letter.position > position);
        break;
      }
      case 'remove':
        Object.assign(kept, { state: 'removed', type: '', endpoint: '', isRequired: false, health: UNKNOWN });
        kept.cursors.clear();
        this.forget(name, () => true);
    }
    return true;
  }

  async acquire(destination: string, holder: string, leaseMs: number): Promise<AcquiredLease | undefined> {
    checkLease(holder, leaseMs);
    await Promise.resolve();
    const kept = this.kept.get(destination);
    const now = this.clock.now();
    if (kept?.state !== 'active' || !(kept.holder === '' || kept.holder === holder || kept.leaseUntil <= now)) {
      return undefined;
    }
    Object.assign(kept, { fence: kept.fence + 1, holder, leaseUntil: now + leaseMs });
    return { destination, holder, fence: kept.fence, cursors: sorted(kept.cursors), health: kept.health };
  }

  async settle(lease: DestinationLease, settlement: Settlement, leaseMs: number): Promise<boolean> {
    checkLease(lease.holder, leaseMs);
    const { cursors, deadLetters, revived, refusedAgain, health } = keptSettlement(settlement);
    await Promise.resolve();
    const kept = this.ledBy(lease);
    if (kept === undefined) {
      return false;
    }
    kept.leaseUntil = this.clock.now() + leaseMs;
    kept.health = health ?? kept.health;
    cursors.forEach((cursor) => kept.cursors.set(cursor.chain, cursor));
    deadLetters.forEach((letter) => this.bury(lease.destination, letter));
    this.forget(lease.destination, ({ sequence }) => revived.includes(sequence));
    for (const { sequence, reason } of refusedAgain) {
      const letter = this.letters.get(sequence);
      if (letter?.destination === lease.destination && letter.state !== 'discarded') {
        const changedAt = this.clock.now();
        this.letters.set(sequence, { ...letter, state: 'dead', replays: letter.replays + 1, reason, changedAt });
      }
    }
    return true;
  }

  async release(lease: DestinationLease): Promise<void> {
    await Promise.resolve();
    const kept = this.ledBy(lease);
    if (kept !== undefined) {
      Object.assign(kept, { holder: '', leaseUntil: 0 });
    }
  }

  async deadLetters(query: DeadLetterQuery = {}): Promise<readonly DeadLetter[]> {
    const checked = checkedDeadLetterQuery(query);
    await Promise.resolve();
    return this.matching(checked).slice(0, checked.limit);
  }

  async mark(query: Omit<DeadLetterQuery, 'limit' | 'state'>, state: 'replaying' | 'discarded'): Promise<number> {
    const checked = checkedDeadLetterQuery(query);
    await Promise.resolve();
    const from = state === 'discarded' ? ['dead', 'replaying'] : ['dead'];
    const marked = this.matching(checked).filter((letter) => from.includes(letter.state));
    marked.forEach((letter) => this.letters.set(letter.sequence, { ...letter, state, changedAt: this.clock.now() }));
    return marked.length;
  }

  private ledBy({ destination, holder, fence }: DestinationLease): Kept | undefined {
    const kept = this.kept.get(destination);
    return kept?.state === 'active' && kept.holder === holder && kept.fence === fence ? kept : undefined;
  }

  private bury(destination: string, letter: NewDeadLetter): void {
    const isThere = [...this.letters.values()].some(
      (known) =>
        known.destination === destination && known.chain === letter.chain && known.position === letter.position,
    );
    if (!isThere) {
      const sequence = ++this.lastSequence;
      const at = this.clock.now();
      const kept = { ...letter, sequence, destination, state: 'dead', replays: 0, diedAt: at, changedAt: at } as const;
      this.letters.set(sequence, kept);
    }
  }

  private forget(destination: string, which: (letter: DeadLetter) => boolean): void {
    for (const letter of this.letters.values()) {
      if (letter.destination === destination && which(letter)) {
        this.letters.delete(letter.sequence);
      }
    }
  }

  private matching({ destination, state, sequences, eventId, after = -1 }: CheckedDeadLetterQuery): DeadLetter[] {
    const isWanted = <Value>(wanted: Value | undefined, value: Value): boolean =>
      wanted === undefined || wanted === value;
    return [...this.letters.values()].filter(
      (letter) =>
        isWanted(destination, letter.destination) &&
        isWanted(state, letter.state) &&
        isWanted(eventId, letter.eventId) &&
        (sequences === undefined || sequences.includes(letter.sequence)) &&
        letter.sequence > after,
    );
  }

  private counts(destination: string): LedgerDestination['deadLetters'] {
    const counts = { dead: 0, replaying: 0, discarded: 0 };
    for (const letter of this.letters.values()) {
      counts[letter.state] += letter.destination === destination ? 1 : 0;
    }
    return counts;
  }
}

function sorted(cursors: ReadonlyMap<string, ChainCursor>): readonly ChainCursor[] {
  return [...cursors.values()].sort((a, b) => (a.chain < b.chain ? -1 : 1));
}
