import type { AuditDraft } from '../event/audit-draft.js';
import type { Clock } from '../event/clock.js';
import type { JsonObject } from '../event/json-value.js';
import { KeyRing, parseTrustedKeys, type TrustedKey } from '../integrity/notes/key-ring.js';
import type { ComposedEvent } from '../recording/composing/event-composer.js';
import type { AuditReader } from '../storage/audit-reader.js';
import type { AppendableEvent, AuditStore } from '../storage/audit-store.js';
import type { ErasureStore, RetentionStore } from '../storage/custody-store.js';
import type { PruneGuard } from '../storage/prune-guard.js';
import type { RecordStream } from '../storage/record-stream.js';
import type { WaitingEvents } from '../storage/waiting-events.js';
import type { CheckpointReader, TreeStore } from '../storage/tree-store.js';
import type { CheckpointFile } from './checkpoints/checkpoint-file.js';
import { Checkpointer } from './checkpoints/checkpointer.js';
import type { ResolvedCheckpoints } from './checkpoints/checkpoints.options.js';
import { CustodyRecords } from './custody-records.js';
import type { ErasurePlace } from './erasure/erasure-place.js';
import { LegalHolds } from './holds/legal-holds.js';
import type { RetentionPolicy } from './retention/retention.options.js';
import { StatementWriter } from './statement-writer.js';

/** Everything that custody asks of a log. */
export type CustodyLog = RecordStream & TreeStore & CheckpointReader & ErasureStore & RetentionStore;

/** What custody is built from, with or without an application around it. */
export interface CustodyFoundation {
  /** Open as long as custody is used. */
  readonly store: AuditStore & AuditReader;
  readonly log: CustodyLog;
  /** Makes an event of a draft, redaction included; the facts become members of `details` to the letter. */
  readonly compose: (draft: AuditDraft, facts?: JsonObject) => ComposedEvent;
  /** Told what custody wrote into the log. */
  readonly whenStored?: (events: readonly AppendableEvent[]) => void;
  readonly signing: ResolvedCheckpoints;
  /** Opened before. */
  readonly file?: CheckpointFile | undefined;
  readonly retention: RetentionPolicy;
  /** The retention class of an event type, as its catalogue says. */
  readonly classOfType: (type: string) => string | undefined;
  /** Who must have received a record before it is pruned. */
  readonly guards?: readonly PruneGuard[];
  /** Where else personal data is. */
  readonly erasure?: ErasureReach;
  readonly clock: Clock;
}

/** What an erasure reaches beside the records. */
export interface ErasureReach {
  /** Where events wait for their place in the log. */
  readonly waiting?: readonly WaitingEvents[];
  /** Where copies of events are. */
  readonly places?: readonly ErasurePlace[];
  /** Folders of bundles, besides the archive of retention. */
  readonly bundles?: readonly string[];
  /** Resolves when everything that was accepted so far is in the log or in a waiting place. */
  readonly settle?: () => Promise<void>;
  /** Whether the database is scrubbed unless the caller says otherwise. @default false */
  readonly scrubs?: boolean;
}

/** What the parts of custody share. */
export interface CustodyParts extends CustodyFoundation {
  readonly records: CustodyRecords;
  readonly statements: StatementWriter;
  readonly checkpointer: Checkpointer;
  readonly holds: LegalHolds;
  /** Keys that sign this log now or did before; `undefined` where none was ever named. */
  readonly ring: KeyRing | undefined;
}

/** Puts together what the parts of custody share. */
export function custodyParts(foundation: CustodyFoundation): CustodyParts {
  const { store, log, compose, whenStored, signing, file, clock } = foundation;
  const { signers, logName } = signing;
  const records = new CustodyRecords({ store, compose, ...(whenStored === undefined ? {} : { whenStored }) });
  const trustedKeys: readonly TrustedKey[] = signing.trustedKeys.flatMap((text) => parseTrustedKeys(text));
  return {
    ...foundation,
    records,
    statements: new StatementWriter({ records, signers, logName, clock, heads: () => log.heads() }),
    checkpointer: new Checkpointer({ custody: log, records, signers, logName, trustedKeys, file, clock }),
    holds: new LegalHolds(records, log),
    ring: trustedKeys.length === 0 ? undefined : new KeyRing(trustedKeys),
  };
}
