/** Stable codes of every error this package throws. */
export type AuditErrorCode =
  | 'AUDIT_OPTIONS_INVALID'
  | 'AUDIT_ALREADY_REGISTERED'
  | 'AUDIT_DATABASE_UNUSABLE'
  | 'AUDIT_SCHEMA_TOO_NEW'
  | 'AUDIT_STORE_UNAVAILABLE'
  | 'AUDIT_EVENT_REFUSED'
  | 'AUDIT_SPOOL_FULL'
  | 'AUDIT_SPOOL_UNUSABLE'
  | 'AUDIT_TRANSACTION_MISSING'
  | 'AUDIT_INBOX_MISSING'
  | 'AUDIT_INBOX_UNAVAILABLE'
  | 'AUDIT_ACTION_MISSING'
  | 'AUDIT_NOT_RECORDED'
  | 'AUDIT_CHAIN_INVALID'
  | 'AUDIT_RECORD_DAMAGED'
  | 'AUDIT_QUERY_INVALID'
  | 'AUDIT_QUERY_TOO_SLOW'
  | 'AUDIT_READ_FORBIDDEN'
  | 'AUDIT_CATALOGUE_INVALID'
  | 'AUDIT_COVERAGE_MISSING'
  | 'AUDIT_OVERLOADED'
  | 'AUDIT_HOLD_EXISTS'
  | 'AUDIT_HOLD_UNKNOWN'
  | 'AUDIT_CUSTODY_INPUT'
  | 'AUDIT_PRUNE_REFUSED'
  | 'AUDIT_REANCHOR_NEEDLESS'
  | 'AUDIT_SIGNING_FAILED'
  | 'AUDIT_STATEMENT_ALTERED'
  | 'AUDIT_HISTORY_CHANGED'
  | 'AUDIT_CHECKPOINT_FILE'
  | 'AUDIT_TREE_INCOMPLETE'
  | 'AUDIT_PROOF_MALFORMED'
  | 'AUDIT_NOTE_MALFORMED'
  | 'AUDIT_KEY_INVALID'
  | 'AUDIT_POSITIONS_INVALID'
  | 'AUDIT_BUNDLE_REFUSED'
  | 'AUDIT_BUNDLE_DAMAGED'
  | 'AUDIT_PROOF_UNAVAILABLE'
  | 'AUDIT_DESTINATION_UNKNOWN'
  | 'AUDIT_DESTINATION_EXISTS'
  | 'AUDIT_CLOSED';

/**
 * Every error of this package. The message says what happened, with which value, and what to do;
 * `code` is stable and safe to compare across copies of the package, where `instanceof` is not.
 */
export class AuditError extends Error {
  override readonly name: string = 'AuditError';

  constructor(
    readonly code: AuditErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** An option has a wrong name, type or value. `option` is its path: `database.file`. */
export class OptionsInvalidError extends AuditError {
  override readonly name = 'OptionsInvalidError';

  constructor(
    readonly option: string,
    private readonly problem: string,
    private readonly cure: string,
  ) {
    super('AUDIT_OPTIONS_INVALID', `Audit option "${option}" ${problem}. ${cure}`);
  }

  /** The same error, told by whoever holds the options in an option of its own: `url` becomes `database.url`. */
  within(outer: string): OptionsInvalidError {
    const path = this.option === 'options' ? outer : `${outer}.${this.option}`;
    return new OptionsInvalidError(path, this.problem, this.cure);
  }
}

/** `AuditModule` was imported with options more than once in one application. */
export class AlreadyRegisteredError extends AuditError {
  override readonly name = 'AlreadyRegisteredError';

  constructor() {
    super(
      'AUDIT_ALREADY_REGISTERED',
      'AuditModule is registered twice in this application. ' +
        'Call AuditModule.forRoot() or forRootAsync() once, in the root module; it is global, so other modules need no import.',
    );
  }
}

/** The database cannot be opened, created or written. */
export class DatabaseUnusableError extends AuditError {
  override readonly name = 'DatabaseUnusableError';

  constructor(database: string, problem: string, cure: string, options?: ErrorOptions) {
    super('AUDIT_DATABASE_UNUSABLE', `The audit database "${database}" ${problem}. ${cure}`, options);
  }
}

/** The database was written by a newer version of this package. */
export class SchemaTooNewError extends AuditError {
  override readonly name = 'SchemaTooNewError';

  constructor(
    database: string,
    migrations: readonly string[],
    elsewhere = 'point the option "database" at another file',
  ) {
    super(
      'AUDIT_SCHEMA_TOO_NEW',
      `The audit database "${database}" has migrations this version does not know (${migrations.join(', ')}). ` +
        `Upgrade nestjs-audited to the version that wrote it, or ${elsewhere}.`,
    );
  }
}

/** The store did not accept or answer: down, hung, closed or full. */
export class StoreUnavailableError extends AuditError {
  override readonly name = 'StoreUnavailableError';

  constructor(problem: string, options?: ErrorOptions) {
    super('AUDIT_STORE_UNAVAILABLE', `The audit store is unavailable: ${problem}`, options);
  }
}

/**
 * The store works, but will not take these events as they are: an id is stored already, a column is too small.
 * Trying the same append again is of no use; each event alone may still be taken.
 */
export class EventRefusedError extends AuditError {
  override readonly name = 'EventRefusedError';

  constructor(problem: string, options?: ErrorOptions) {
    super('AUDIT_EVENT_REFUSED', `The audit store refused to store events: ${problem}`, options);
  }
}

/** The spool reached its bound, or its disk has no room; the events were not kept. */
export class SpoolFullError extends AuditError {
  override readonly name = 'SpoolFullError';

  constructor(problem: string, options?: ErrorOptions) {
    super(
      'AUDIT_SPOOL_FULL',
      `The audit spool is full: ${problem}. Bring the audit database back, raise "spool.maxBytes", or make room on the disk.`,
      options,
    );
  }
}

/** The spool's folder cannot be made, read or written. */
export class SpoolUnusableError extends AuditError {
  override readonly name = 'SpoolUnusableError';

  constructor(directory: string, problem: string, options?: ErrorOptions) {
    super(
      'AUDIT_SPOOL_UNUSABLE',
      `The audit spool "${directory}" ${problem}. Give the process write access to it, or set the option "spool.directory" to another folder.`,
      options,
    );
  }
}

/** The table that transactional records are written to does not exist in the transaction's database. */
export class InboxMissingError extends AuditError {
  override readonly name = 'InboxMissingError';

  constructor(problem: string, options?: ErrorOptions) {
    super(
      'AUDIT_INBOX_MISSING',
      `The audit inbox is missing: ${problem}. ` +
        'Name the DataSource in the option "dataSource", or run the migration CreateAuditInbox in it.',
      options,
    );
  }
}

/** The inbox does not answer: its database is down or hung. What is in it stays, and is moved later. */
export class InboxUnavailableError extends AuditError {
  override readonly name = 'InboxUnavailableError';

  constructor(problem: string, options?: ErrorOptions) {
    super(
      'AUDIT_INBOX_UNAVAILABLE',
      `The audit inbox is unavailable: ${problem}. What is in it stays there and is moved when its database answers again.`,
      options,
    );
  }
}

/** A bound of the recorder is reached; the event was not accepted. */
export class OverloadedError extends AuditError {
  override readonly name = 'OverloadedError';

  constructor(option: string, limit: number) {
    super(
      'AUDIT_OVERLOADED',
      `The audit queue is full (${option} = ${limit}). The store is slower than the events arrive; raise "${option}" or look at the store.`,
    );
  }
}

/** The audit trail was closed: the application is shutting down. */
export class ClosedError extends AuditError {
  override readonly name = 'ClosedError';

  constructor() {
    super('AUDIT_CLOSED', 'The audit trail is closed: the application is shutting down and accepts no more events.');
  }
}

/** The name of a chain is outside what a chain may be called. */
export class ChainInvalidError extends AuditError {
  override readonly name = 'ChainInvalidError';

  constructor(chain: unknown) {
    super(
      'AUDIT_CHAIN_INVALID',
      `The audit chain name ${JSON.stringify(chain) ?? typeof chain} is not allowed. ` +
        'Use 1 to 64 characters of A-Z, a-z, 0-9, ".", "_", ":" and "-"; derive it from an identifier, not from free text.',
    );
  }
}

/** A record is stored, but its texts can not be read any more. */
export class RecordDamagedError extends AuditError {
  override readonly name = 'RecordDamagedError';

  constructor(chain: string, position: number, options?: ErrorOptions) {
    super(
      'AUDIT_RECORD_DAMAGED',
      `The audit record at position ${position} of chain "${chain}" is damaged and cannot be read. ` +
        'Run verify() to see what is wrong with it; other filters read around it.',
      options,
    );
  }
}

/** A query has an unknown or malformed parameter. */
export class QueryInvalidError extends AuditError {
  override readonly name = 'QueryInvalidError';

  constructor(
    readonly parameter: string,
    problem: string,
    cure: string,
  ) {
    super('AUDIT_QUERY_INVALID', `Audit query parameter "${parameter}" ${problem}. ${cure}`);
  }
}

/** A read took longer than it may. */
export class QueryTooSlowError extends AuditError {
  override readonly name = 'QueryTooSlowError';

  constructor(limitMs: number) {
    super(
      'AUDIT_QUERY_TOO_SLOW',
      `The audit log was not read through within ${limitMs} ms. Ask for less: a time range, an actor, a resource or a ` +
        'type, a longer word to search for; or for a longer limit.',
    );
  }
}

/** A catalogue is declared wrongly. */
export class CatalogueInvalidError extends AuditError {
  override readonly name = 'CatalogueInvalidError';

  constructor(type: string, problem: string, cure: string) {
    super('AUDIT_CATALOGUE_INVALID', `Audit event type "${type}" ${problem}. ${cure}`);
  }
}

/** State-changing routes have no audit policy and `coverage` is `'error'`. */
export class CoverageMissingError extends AuditError {
  override readonly name = 'CoverageMissingError';

  constructor(routes: readonly string[]) {
    super(
      'AUDIT_COVERAGE_MISSING',
      `${routes.length} state-changing route(s) have no audit policy:\n  ${routes.join('\n  ')}\n` +
        'Put @Audited(...) on them, or @NotAudited("reason") where there is nothing to record.',
    );
  }
}
