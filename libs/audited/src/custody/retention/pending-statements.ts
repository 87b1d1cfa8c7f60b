import type { AuditEvent } from '../../event/audit-event.js';
import { readStatement } from '../../integrity/notes/statement-note.js';

/**
 * Statements that are about something after themselves: an erasure that names an event which got its place later, a
 * re-anchoring that explains checkpoints beyond it. They may only go together with what they are about, or what is left
 * would lack its explanation.
 */
export class PendingStatements {
  private readonly events = new Set<string>();
  private explainsThrough = 0;

  /** @param isStored whether an event of this id is in the log: one that never arrived is not waited for */
  constructor(private readonly isStored: (eventId: string) => Promise<boolean>) {}

  /** Looks at the next record of the chain. */
  async pass(event: AuditEvent): Promise<void> {
    this.events.delete(event.id);
    const statement = readStatement(event)?.statement;
    if (statement?.kind === 'erasure') {
      for (const id of statement.events ?? []) {
        if (await this.isStored(id)) {
          this.events.add(id);
        }
      }
    } else if (statement?.kind === 'reanchor') {
      for (const { through } of statement.faults) {
        this.explainsThrough = Math.max(this.explainsThrough, through);
      }
    }
  }

  /** Whether a prune may end with the record at this position, which was looked at last. */
  mayEndAt(position: number): boolean {
    return this.events.size === 0 && position >= this.explainsThrough;
  }
}
