import { StoreUnavailableError } from '../../event/audit.error.js';
import type { CustodyDialect } from '../custody/custody-database.js';
import { DatabaseCustody } from '../custody/database-custody.js';
import type { RunQuery } from '../server/server-database.js';
import type { EvidenceStore } from './chain-evidence-reader.js';

/** Checkpoints and trees as one moment of a database has them. */
export function snapshotEvidence(dialect: CustodyDialect, read: RunQuery): EvidenceStore {
  const refuse = (): Promise<never> => Promise.reject(new StoreUnavailableError('a snapshot is only read'));
  return new DatabaseCustody({ dialect, read, write: refuse, scrub: refuse });
}
