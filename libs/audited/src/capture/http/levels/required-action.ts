import type { ServerResponse } from 'node:http';
import type { AuditDraft } from '../../../event/audit-draft.js';
import type { AuditReceipt, AuditRecorder } from '../../../recording/audit-recorder.js';
import type { FailureLog } from '../../../recording/accounting/failure-log.js';
import type { AnswerInstead } from '../gate/replaced-answer.js';
import {
  intentNotRecorded,
  outcomeNotRecorded,
  refusalNotRecorded,
  RETRY_AFTER_SECONDS,
} from './unrecorded-answers.js';

/** What the level `required` needs. */
export interface RequiredActionParts {
  readonly recorder: AuditRecorder;
  readonly failures: FailureLog;
}

/**
 * The level `required` of one request, fail-closed: the handler does not run before its intent is durable, and no
 * answer leaves before its outcome is.
 */
export class RequiredAction {
  private intent: string | undefined;
  private announced: Promise<void> | undefined;
  private refused = false;
  private ran = false;
  /** Status of the answer, once it is decided; 0 when there is none. */
  private decidedStatus: number | undefined;
  private outcomeIsKept = true;

  constructor(
    private readonly response: ServerResponse,
    private readonly parts: RequiredActionParts,
    private readonly intentNow: () => Promise<AuditDraft>,
  ) {}

  /** Id of the intent's event, once that is on its way. */
  get intentId(): string | undefined {
    return this.intent;
  }

  /**
   * Resolves when the handler may run: the intent is durable. One intent, however often an interceptor calls the handler.
   *
   * @throws ServiceUnavailableException when it could not be made durable, or when the request was answered meanwhile
   */
  async announce(): Promise<void> {
    this.announced ??= this.recordIntent();
    await this.announced;
    if (this.decidedStatus !== undefined) {
      // A time-out of the application answered while the intent was on its way; its record says so already.
      throw intentNotRecorded();
    }
    this.ran = true;
  }

  /** The outcome is about to be recorded; a handler that has not begun must not begin any more. */
  conclude(status: number | undefined): void {
    this.decidedStatus = status ?? 0;
  }

  /** What became of the outcome; `undefined` when not even a draft could be made. */
  concluded(receipt: AuditReceipt | undefined): void {
    this.outcomeIsKept = isKept(receipt) || !this.parts.recorder.failsClosed;
  }

  /** The answer that the client gets in place of the decided one, if it must not have that. */
  instead(): AnswerInstead | undefined {
    if (this.outcomeIsKept || (this.refused && (this.decidedStatus ?? 0) >= 400)) {
      return undefined;
    }
    return this.ran && this.intent !== undefined ? outcomeNotRecorded(this.intent) : refusalNotRecorded();
  }

  private async recordIntent(): Promise<void> {
    const { recorder } = this.parts;
    this.intent = recorder.newId();
    const receipt = await this.tryIntent(this.intent);
    if (isKept(receipt) || !recorder.failsClosed) {
      return;
    }
    this.refused = true;
    if (!this.response.headersSent) {
      this.response.setHeader('retry-after', RETRY_AFTER_SECONDS);
    }
    throw intentNotRecorded();
  }

  private async tryIntent(id: string): Promise<AuditReceipt | undefined> {
    const { recorder, failures } = this.parts;
    try {
      return await recorder.record(await this.intentNow(), 'required', id);
    } catch (error) {
      failures.report('capture', 'The intent of a request could not be recorded', error);
      return undefined;
    }
  }
}

/** Whether an event survives the death of the process: it is in the store, or in the spool that is replayed to it. */
function isKept(receipt: AuditReceipt | undefined): boolean {
  return receipt?.status === 'durable' || receipt?.status === 'spooled';
}
