import type { AuditEvent } from '../../event/audit-event.js';
import { OptionsInvalidError } from '../../event/audit.error.js';
import { AuditJournal, type JournalStatus } from './audit-journal.js';

/** Stands where no journal is configured, so that whoever asks for one hears what to do instead of reading nothing. */
export class MissingJournal extends AuditJournal {
  override recent(): Promise<readonly AuditEvent[]> {
    return Promise.reject(missing());
  }

  override exportSiem(): AsyncIterable<string> {
    throw missing();
  }

  override status(): JournalStatus {
    throw missing();
  }
}

function missing(): OptionsInvalidError {
  return new OptionsInvalidError('journal', 'is not set', 'Give it a directory to have a journal that can be read.');
}
