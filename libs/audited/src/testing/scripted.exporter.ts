import type { AuditExporter, ConfirmationTimes, DeliveryBatch, ExporterLimits } from '../delivery/audit-exporter.js';
import type { Confirmation, DeliveryVerdict } from '../delivery/delivery-verdict.js';

type Answer =
  DeliveryVerdict | ((batch: DeliveryBatch, signal: AbortSignal) => DeliveryVerdict | Promise<DeliveryVerdict>);

/** What a scripted exporter is told. */
export interface ScriptedExporterOptions {
  readonly limits?: Partial<ExporterLimits>;
  readonly confirmation?: Partial<ConfirmationTimes>;
  /** Its answer when the script is at its end. @default delivered */
  readonly otherwise?: Answer;
  /** What it says to `confirm`; absent: it has no such method. */
  readonly confirms?: (handle: string) => Confirmation;
}

/** An exporter that answers by a script and remembers what it was given: for tests of what delivers. */
export class ScriptedExporter implements AuditExporter {
  readonly type = 'scripted';
  readonly endpoint = 'memory';
  readonly limits: Partial<ExporterLimits>;
  readonly confirmation: Partial<ConfirmationTimes>;
  readonly confirm?: NonNullable<AuditExporter['confirm']>;
  /** Batches in the order in which they came, whatever the answer was. */
  readonly batches: DeliveryBatch[] = [];
  /** Ids of the events of those batches that were answered with `delivered` or `sent`. */
  readonly arrived: string[] = [];
  closed = 0;
  private readonly script: Answer[] = [];

  constructor(private readonly options: ScriptedExporterOptions = {}) {
    const { confirms } = options;
    this.limits = options.limits ?? {};
    this.confirmation = options.confirmation ?? {};
    if (confirms !== undefined) {
      this.confirm = (handles) => Promise.resolve(new Map(handles.map((handle) => [handle, confirms(handle)])));
    }
  }

  /** The next answers, one for each batch. */
  next(...answers: readonly Answer[]): this {
    this.script.push(...answers);
    return this;
  }

  async deliver(batch: DeliveryBatch, signal: AbortSignal): Promise<DeliveryVerdict> {
    this.batches.push(batch);
    const answer = this.script.shift() ?? this.options.otherwise ?? { status: 'delivered' };
    const verdict = typeof answer === 'function' ? await answer(batch, signal) : answer;
    if (verdict.status === 'delivered' || verdict.status === 'sent') {
      this.arrived.push(...batch.events.map(({ record }) => record.event.id));
    }
    return verdict;
  }

  close(): Promise<void> {
    this.closed += 1;
    return Promise.resolve();
  }
}
