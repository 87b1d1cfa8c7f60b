import type { AuditRecord } from '../../event/audit-record.js';
import type { JsonObject } from '../../event/json-value.js';

/** How far what a request sends is; its record says it at the end. */
export interface SendingProgress {
  facts(): JsonObject;
}

/** On a request; a registered symbol, so both builds find the same one. */
const PROGRESS = Symbol.for('nestjs-audited.http.progress');

type SendingRequest = { [PROGRESS]?: SendingProgress };

/** From now on the record of this request says how far that came. */
export function follow(request: object, progress: SendingProgress): void {
  (request as SendingRequest)[PROGRESS] = progress;
}

/** What there is to say so far; nothing before the first record was asked for. */
export function progressOf(request: unknown): JsonObject {
  return (request as SendingRequest)[PROGRESS]?.facts() ?? {};
}

/** Counts what an export gives. */
export class ExportProgress implements SendingProgress {
  private count = 0;
  private complete = false;

  constructor(private readonly format: string) {}

  facts(): JsonObject {
    return { format: this.format, count: this.count, complete: this.complete };
  }

  /** The first record, which was read already, then the others. */
  async *counted(
    first: IteratorResult<AuditRecord, void>,
    others: AsyncGenerator<AuditRecord, void, undefined>,
  ): AsyncGenerator<AuditRecord, void, undefined> {
    try {
      if (first.done !== true) {
        this.count++;
        yield first.value;
        for await (const record of others) {
          this.count++;
          yield record;
        }
      }
      this.complete = true;
    } finally {
      await others.return();
    }
  }
}
