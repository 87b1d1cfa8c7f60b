import { DestinationExistsError, DestinationUnknownError } from '../../event/delivery.error.js';
import type { ProbeVerdict } from '../delivery-verdict.js';
import type { ChainCursor, LedgerDestination } from '../delivery-ledger.js';
import { resolveDestination, type DestinationOptions } from '../destination.options.js';
import type { DeliveryEngine } from '../engine/delivery.engine.js';
import type { DestinationWorker } from '../engine/destination.worker.js';
import { changedDraft, type DestinationAct } from './delivery-drafts.js';
import { DestinationOperations, statusOf, type OperationsParts } from './destination-operations.js';
import type { DeliveryReceipt, DestinationStatus } from './destination-status.js';

const PROBE_MS = 10_000;
const CLOSE_MS = 5000;
const LOOK_MS = 20;

/**
 * The destinations of an application: register and remove them at run time, see how they do, pause, resume, rewind, send dead
 * letters again. Provided by `AuditModule`: inject it by class.
 *
 * @example
 * ```ts
 * await destinations.register({ name: 'splunk', exporter: splunkHec({ url, token }) });
 * const [splunk] = await destinations.status();
 * ```
 */
export class AuditDestinations extends DestinationOperations {
  constructor(
    parts: OperationsParts,
    private readonly engine: DeliveryEngine,
  ) {
    super(parts);
  }

  /** Names of those that are configured in this process. */
  get names(): readonly string[] {
    return this.engine.all.map(({ destination }) => destination.name);
  }

  /**
   * Adds a destination to this process. Whether it is new to the log decides where it begins: see `startFrom`.
   *
   * @throws OptionsInvalidError; DestinationExistsError when this process has one of the name
   */
  async register(options: DestinationOptions, act: DestinationAct = {}): Promise<void> {
    const destination = resolveDestination(options, 'destination');
    if (this.engine.worker(destination.name) !== undefined) {
      throw new DestinationExistsError(destination.name);
    }
    this.engine.add(destination);
    const { type = 'custom', endpoint = '' } = destination.exporter;
    const details = { act: 'register', type, endpoint, startFrom: destination.startFrom };
    await this.parts.record(
      changedDraft(destination.name, `Registered destination "${destination.name}"`, act, details),
    );
  }

  override async remove(name: string, act: DestinationAct = {}): Promise<void> {
    await super.remove(name, act);
    await this.engine.drop(name, CLOSE_MS);
  }

  override async status(): Promise<readonly DestinationStatus[]> {
    const { ledger, stream } = this.parts;
    const [destinations, heads] = await Promise.all([ledger.destinations(), stream.heads()]);
    return destinations.flatMap((destination) => {
      const { name, state } = destination;
      const worker = this.engine.worker(name);
      if (state === 'removed') {
        return [];
      }
      if (worker === undefined) {
        return [statusOf(destination, heads, state)];
      }
      const { leading } = worker;
      const fresh =
        leading === undefined ? destination : { ...destination, health: leading.health, cursors: leading.allCursors() };
      const status = statusOf(fresh, heads, state);
      const counts = worker.counters.snapshot();
      return [leading === undefined ? { ...status, counts } : { ...status, leader: 'this' as const, counts }];
    });
  }

  override async receipts(eventId: string): Promise<readonly DeliveryReceipt[]> {
    const [receipts, record] = await Promise.all([super.receipts(eventId), this.parts.reader.get(eventId)]);
    return receipts.map((receipt) => {
      const destination = this.engine.worker(receipt.destination)?.destination;
      if (receipt.state !== 'settled' || destination === undefined || record === undefined) {
        return receipt;
      }
      if (!destination.matches(record)) {
        return { ...receipt, state: 'excluded' };
      }
      return { ...receipt, state: destination.exporter.assurance ?? 'acknowledged' };
    });
  }

  /**
   * Asks a receiver whether it would take events, without sending one.
   *
   * @throws DestinationUnknownError when it is not configured in this process
   * @returns `unknown` when the exporter has no way to ask
   */
  async probe(name: string): Promise<ProbeVerdict | { readonly status: 'unknown' }> {
    const { exporter } = this.configured(name).destination;
    return (await exporter.probe?.(AbortSignal.timeout(PROBE_MS))) ?? { status: 'unknown' };
  }

  /**
   * Resolves when everything that the log holds now is settled at the destination, or the time is over: for scripts and tests.
   *
   * @returns whether it is
   * @throws DestinationUnknownError when it is not configured in this process
   */
  async settled(name: string, timeoutMs: number): Promise<boolean> {
    this.configured(name);
    const heads = await this.parts.stream.heads();
    heads.forEach(({ chain, position }) => this.engine.appended(chain, position));
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const status = (await this.status()).find((one) => one.name === name);
      const isDone = heads.every(
        ({ chain, position }) => (status?.chains.find((one) => one.chain === chain)?.settled ?? 0) >= position,
      );
      if (isDone || performance.now() >= deadline) {
        return isDone;
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  protected override cursorsOf(destination: LedgerDestination): readonly ChainCursor[] {
    const leading = this.engine.worker(destination.name)?.leading;
    // A cursor must not be ahead of dead letters that the ledger does not have yet.
    return leading === undefined || leading.isUrgent ? destination.cursors : leading.allCursors();
  }

  protected override changed(): Promise<void> {
    return this.engine.look();
  }

  private configured(name: string): DestinationWorker {
    const worker = this.engine.worker(name);
    if (worker === undefined) {
      throw new DestinationUnknownError(name, this.names);
    }
    return worker;
  }
}
