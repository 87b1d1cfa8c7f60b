import type { ChainId } from '../../event/audit-record.js';
import type { DeadLetterCounts, DestinationHealth } from '../delivery-ledger.js';
import type { DeliveryCounts } from '../engine/delivery-counters.js';

/** How far a destination is in one chain. */
export interface ChainProgress {
  readonly chain: ChainId;
  /** Position of the chain's last record. */
  readonly head: number;
  /** Everything up to here was sent. */
  readonly sent: number;
  /** Everything up to here is settled: it arrived, or is a dead letter, or the filter kept it back. */
  readonly settled: number;
}

/** How a destination does, for operators. */
export interface DestinationStatus {
  readonly name: string;
  /** Kind of exporter: `splunk-hec`. */
  readonly type: string;
  /** Without secrets; may be empty. */
  readonly endpoint: string;
  /** Whether retention waits for it. */
  readonly required: boolean;
  readonly state: 'active' | 'paused';
  /** Who sends: `this` process, `another` one, or `nobody`, as when none that runs has it configured. */
  readonly leader: 'this' | 'another' | 'nobody';
  readonly health: DestinationHealth;
  /** Records that are not settled yet. */
  readonly waiting: number;
  readonly chains: readonly ChainProgress[];
  readonly deadLetters: DeadLetterCounts;
  /** What this process did; absent where the destination is not configured in it. */
  readonly counts?: DeliveryCounts;
}

/** Where one record is on its way to one destination. */
export interface DeliveryReceipt {
  readonly destination: string;
  /**
   * `pending`: it was not sent yet. `sent`: it left, and nobody has confirmed it, or can (UDP). `acknowledged`: the receiver
   * answered for it. `excluded`: the filter keeps it back. `dead`, `replaying`, `discarded`: see the dead letters.
   * `settled`: it is done with, and this process does not have the destination configured, so that it cannot say more.
   */
  readonly state: 'pending' | 'sent' | 'acknowledged' | 'excluded' | 'settled' | 'dead' | 'replaying' | 'discarded';
  /** Of a dead letter: why. */
  readonly reason?: string;
}
