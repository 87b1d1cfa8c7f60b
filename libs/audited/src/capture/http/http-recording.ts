import type { AuditDraft } from '../../event/audit-draft.js';
import type { AuditActor } from '../../event/audit-event.js';
import type { ActionActor } from './action-actor.js';
import type { AuditedRoute } from './audited-route.js';
import { httpDraft, type HttpEnding } from './draft/http-draft.js';
import type { HttpAction } from './http-action.js';
import type { HttpCaptureParts } from './http-capture-parts.js';
import type { JoinedTransaction, TransactionState } from './levels/joined-transaction.js';
import type { RequiredAction } from './levels/required-action.js';
import { recordApart } from './levels/transactional-record.js';

/** How long an answer waits for the end of a transaction that its handler left open. */
const TRANSACTION_END_MS = 5000;

/** Writes the record of an action that has ended, as its level demands. Never throws, never rejects. */
export class HttpRecording {
  /** Transactional routes that joined no transaction; the operator knows. */
  private readonly toldApart = new Set<AuditedRoute>();

  constructor(
    private readonly parts: HttpCaptureParts,
    private readonly actors: ActionActor,
  ) {}

  /**
   * @param transactionEndMs how long the end of a transaction that is still open may be waited for, if less than usual
   * @returns a promise when the answer has to wait for it
   */
  record(action: HttpAction, ending: HttpEnding, transactionEndMs = TRANSACTION_END_MS): Promise<unknown> | undefined {
    const { required, transactional } = action;
    if (required !== undefined) {
      return this.recordRequired(action, ending, required);
    }
    if (transactional !== undefined) {
      return this.recordTransactional(action, ending, transactional, transactionEndMs);
    }
    try {
      const actor = this.actors.establish(action);
      if (actor instanceof Promise) {
        return actor
          .then((found) => this.recordFor(action, ending, found))
          .catch((error: unknown) => this.failed(error));
      }
      return this.recordFor(action, ending, actor);
    } catch (error) {
      this.failed(error);
      return undefined;
    }
  }

  /** The event that a transaction carries: as if the action ended well now. */
  async draftOf(action: HttpAction, status: number): Promise<AuditDraft> {
    const actor = await this.actors.establish(action);
    const isLate = action.transactional?.isAnswered === true;
    return this.draft(action, isLate ? { status: undefined, commits: true } : { status }, actor);
  }

  private recordFor(action: HttpAction, ending: HttpEnding, actor: AuditActor): Promise<unknown> | undefined {
    const draft = this.draft(action, ending, actor);
    const receipt = this.parts.recorder.record(draft, action.route.policy.options.durability, action.eventId);
    return receipt instanceof Promise ? receipt : undefined;
  }

  private async recordRequired(action: HttpAction, ending: HttpEnding, required: RequiredAction): Promise<void> {
    required.conclude(ending.status);
    try {
      const draft = this.draft(action, ending, await this.actors.establish(action));
      required.concluded(await this.parts.recorder.record(draft, 'required', action.eventId));
    } catch (error) {
      this.failed(error);
      required.concluded(undefined);
    }
  }

  private async recordTransactional(
    action: HttpAction,
    ending: HttpEnding,
    transaction: JoinedTransaction,
    transactionEndMs: number,
  ): Promise<void> {
    const { recorder, options } = this.parts;
    const waitMs = Math.min(TRANSACTION_END_MS, options.abandonedAfterMs, transactionEndMs);
    transaction.answered();
    try {
      const draft = this.draft(action, ending, await this.actors.establish(action));
      const state = await transaction.concluded(waitMs);
      this.checkJoined(action, ending, state);
      const apart = recordApart(draft, state, action.eventId, () => recorder.newId());
      if (apart !== undefined) {
        await recorder.record(apart.draft, 'recorded', apart.id);
      }
    } catch (error) {
      this.failed(error);
    }
  }

  /** A route whose handler never joins a transaction gives a weaker promise than its decorator says. */
  private checkJoined({ route, progress }: HttpAction, { status }: HttpEnding, state: TransactionState): void {
    const didItsWork = progress === 'returned' && status !== undefined && status < 400;
    if (state !== 'apart' || !didItsWork || this.toldApart.has(route)) {
      return;
    }
    this.toldApart.add(route);
    this.parts.failures.report(
      'capture',
      `${route.handler} is audited at the level "transactional" but joined no transaction, so its events are only "recorded"`,
      new Error('use audit.transaction(dataSource, work) or audit.recordIn(manager) in it, or give it another level'),
    );
  }

  private draft(action: HttpAction, ending: HttpEnding, actor: AuditActor): AuditDraft {
    const { clock, failures } = this.parts;
    return httpDraft(action, ending, actor, clock.now(), failures);
  }

  private failed(error: unknown): void {
    this.parts.failures.report('capture', 'A request could not be recorded', error);
  }
}
