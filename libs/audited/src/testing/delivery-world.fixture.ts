import type { NewDeadLetter } from '../delivery/delivery-ledger.js';
import { resolveDestination, type DestinationOptions } from '../delivery/destination.options.js';
import { DeliveryEngine } from '../delivery/engine/delivery.engine.js';
import type { DeliveryNotices, DestinationFailure } from '../delivery/engine/delivery-notices.js';
import type { AuditEvent } from '../event/audit-event.js';
import { MAIN_CHAIN } from '../event/audit-record.js';
import { anAppendableEvent } from './audit-event.fixture.js';
import { MemoryCustody } from './memory.custody-store.js';
import { MemoryDeliveryLedger } from './memory.delivery-ledger.js';
import { VirtualDeliveryTimer } from './virtual.delivery-timer.js';

/** Notices, remembered. */
export class RememberedNotices implements DeliveryNotices {
  readonly failures: DestinationFailure[] = [];
  readonly recoveries: string[] = [];
  readonly letters: NewDeadLetter[] = [];
  readonly problems: string[] = [];
  readonly gaps: string[] = [];
  unnamed = 0;
  solutions = 0;

  failed(failure: DestinationFailure): void {
    this.failures.push(failure);
  }

  recovered(destination: string): void {
    this.recoveries.push(destination);
  }

  died(_destination: string, letters: readonly NewDeadLetter[], unnamed: number): void {
    this.letters.push(...letters);
    this.unnamed += unnamed;
  }

  missed(destination: string, chain: string, from: number, through: number, missing: number): void {
    this.gaps.push(`${destination}: ${missing} of ${chain}:${from}-${through}`);
  }

  problem(what: string, error: unknown): void {
    this.problems.push(`${what}: ${String(error)}`);
  }

  solved(): void {
    this.solutions += 1;
  }
}

/** A log, a ledger, and the processes that deliver from them; time passes when the test says so. */
export class DeliveryWorld {
  readonly timer = new VirtualDeliveryTimer();
  readonly log = new MemoryCustody();
  readonly ledger = new MemoryDeliveryLedger({ clock: this.timer, heads: () => this.log.heads() });
  readonly notices = new RememberedNotices();
  /** What jitter is made of: always the whole wait, so that tests can count on it. */
  random = (): number => 1;

  /** A process with these destinations; it delivers from `start()` on. */
  engine(destinations: readonly DestinationOptions[], holder = 'process-1'): DeliveryEngine {
    const engine = new DeliveryEngine({
      stream: this.log,
      ledger: this.ledger,
      notices: this.notices,
      timer: this.timer,
      random: () => this.random(),
      holder,
      leaseMs: 15_000,
      pollMs: 500,
      settleEveryMs: 250,
    });
    destinations.forEach((destination) => engine.add(resolveDestination(destination, 'destination')));
    return engine;
  }

  /** Puts events into the log. @returns their ids */
  async record(count: number, facts: Partial<AuditEvent> = {}, chain: string = MAIN_CHAIN): Promise<readonly string[]> {
    const events = Array.from({ length: count }, () => anAppendableEvent(facts));
    await this.log.append(chain, events);
    return events.map(({ body }) => (JSON.parse(body) as AuditEvent).id);
  }

  /** The confirmed place of a destination, as the ledger has it. */
  async position(destination: string, chain: string = MAIN_CHAIN): Promise<number> {
    const found = (await this.ledger.destinations()).find(({ name }) => name === destination);
    return found?.cursors.find((cursor) => cursor.chain === chain)?.position ?? 0;
  }
}
