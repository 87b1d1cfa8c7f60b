import {
  AuditError,
  DatabaseUnusableError,
  EventRefusedError,
  StoreUnavailableError,
} from '../../event/audit.error.js';

/** Name of the unique key, as the migration gives it and the server's message repeats it. */
const POSITION_KEY = 'audit_records_chain_position';

/** Numbers of the server's errors: the same on MySQL and MariaDB, unless one of them is named. */
const DUPLICATE_KEY = 1062;
const DEADLOCK = 1213;
const LOCK_WAIT_TIMEOUT = 1205;
/** MariaDB, when a row changed since the snapshot was taken. */
const ROW_CHANGED = 1020;
const PACKET_TOO_LARGE = 1153;
const UNKNOWN_DATABASE = 1049;
const DEFINER_MISSING = 1449;
const TRIGGERS_NEED_TRUST = 1419;
const ACCESS_DENIED: ReadonlySet<number> = new Set([1044, 1045, 1698]);
const RIGHT_DENIED: ReadonlySet<number> = new Set([1142, 1143, 1227, 1370]);
const READ_ONLY: ReadonlySet<number> = new Set([1290, 1792, 1836]);
const DISK_FULL: ReadonlySet<number> = new Set([1021, 1114]);
const TOO_MANY_CONNECTIONS: ReadonlySet<number> = new Set([1040, 1203, 1226]);
/** The server shuts down (1053), an administrator ended the session (1927, 3169), it was idle for too long (4031). */
const CONNECTION_ENDED: ReadonlySet<number> = new Set([1053, 1927, 3169, 4031]);
const SCHEMA_UNLIKE: ReadonlySet<number> = new Set([1054, 1146]);

/**
 * What the server refuses for what it is told to store: a text too long for its column (1406), characters that the
 * column can not hold (1366), values out of range or cut (1264, 1265, 1292), a missing value (1048), a row or a packet
 * too large (1118, 1153), a CHECK that somebody added (3819; 4025 on MariaDB).
 */
const REFUSED_VALUES: ReadonlySet<number> = new Set([
  1048,
  1118,
  PACKET_TOO_LARGE,
  1264,
  1265,
  1292,
  1366,
  1406,
  3819,
  4025,
]);

/** The server's number for an error; `undefined` for what did not come from it. */
export function errorNumber(error: unknown): number | undefined {
  const { errno, code } = (error ?? {}) as { readonly errno?: unknown; readonly code?: unknown };
  // Errors of the socket have a negative number of the operating system.
  return typeof errno === 'number' && errno >= 1000 && typeof code === 'string' ? errno : undefined;
}

/** Another transaction was in the way; the same one may succeed at once. */
export function isConflict(error: unknown): boolean {
  return [DEADLOCK, LOCK_WAIT_TIMEOUT, ROW_CHANGED].includes(errorNumber(error) ?? 0);
}

/** An id that is stored already; not a position, which is no fault of an event. */
export function isKnownId(error: unknown): boolean {
  return errorNumber(error) === DUPLICATE_KEY && !reasonOf(error).includes(POSITION_KEY);
}

/** The connection is gone, whatever became of the server. */
export function isConnectionLoss(error: unknown): boolean {
  const number = errorNumber(error);
  const isFatal = (error as { readonly fatal?: unknown } | null)?.fatal === true;
  return number === undefined ? isFatal : CONNECTION_ENDED.has(number);
}

/** What the caller of an open store is told. */
export function callFailure(place: string, error: unknown): AuditError {
  if (error instanceof AuditError) {
    return error;
  }
  const number = errorNumber(error) ?? 0;
  const reason = `${reasonOf(error)}; MySQL ${place}`;
  const because = { cause: error };
  if (number === DUPLICATE_KEY) {
    return duplicateFailure(reason, because);
  }
  if (REFUSED_VALUES.has(number)) {
    return new EventRefusedError(`${reason}. ${refusalCure(number)}`, because);
  }
  if (READ_ONLY.has(number)) {
    return new StoreUnavailableError(`the server is read-only (${reason}). Point it at the primary server`, because);
  }
  if (DISK_FULL.has(number)) {
    return new StoreUnavailableError(`the server has no room (${reason}). Make room on its disk`, because);
  }
  if (TOO_MANY_CONNECTIONS.has(number)) {
    return new StoreUnavailableError(
      `the server takes no more connections (${reason}). Raise max_connections, or lower "poolSize"`,
      because,
    );
  }
  if (number === DEFINER_MISSING) {
    return new StoreUnavailableError(
      `the account that made the triggers is gone (${reason}). Create it again, or drop and create the triggers`,
      because,
    );
  }
  return new StoreUnavailableError(reason, because);
}

/** Who wanted to open what, as messages name it. */
export interface OpeningAccount {
  /** Database and server, for people. */
  readonly place: string;
  /** Name of the database, for SQL. */
  readonly database: string;
  /** `'user'@'host'`, for SQL. */
  readonly account: string;
}

/**
 * What is told when the store can not be opened: unusable when somebody must change something, unavailable when waiting
 * may help.
 */
export function openFailure({ place, database, account }: OpeningAccount, error: unknown): AuditError {
  if (error instanceof AuditError) {
    return error;
  }
  const number = errorNumber(error) ?? 0;
  const reason = reasonOf(error);
  const unusable = (problem: string, cure: string): AuditError =>
    new DatabaseUnusableError(place, `${problem} (${reason})`, cure, { cause: error });
  if (number === UNKNOWN_DATABASE) {
    return unusable(
      'does not exist',
      `Create it: CREATE DATABASE ${quoted(database)} CHARACTER SET utf8mb4; or correct the option "database".`,
    );
  }
  if (ACCESS_DENIED.has(number)) {
    return unusable(
      'refuses the account',
      `Check "username" and "password", and let the account in: ${grantAll(database, accountIn(reason) ?? account)}`,
    );
  }
  if (RIGHT_DENIED.has(number)) {
    return unusable('does not let the account do its work', rightCure(database, reason, account));
  }
  if (number === TRIGGERS_NEED_TRUST) {
    return unusable(
      'can not have its append-only triggers made by this account while the binary log is on',
      'Run SET GLOBAL log_bin_trust_function_creators = 1; or let an administrator open the store once.',
    );
  }
  if (READ_ONLY.has(number)) {
    return unusable('is on a server that only reads', 'Point the store at the primary server, not at a replica.');
  }
  if (SCHEMA_UNLIKE.has(number)) {
    return unusable(
      'has not the tables that its migrations made',
      'Restore it from a backup, or point the option "database" at an empty one.',
    );
  }
  return callFailure(place, error);
}

/** The error in the server's words, without a dot at the end. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const { code, errors } = (error ?? {}) as { readonly code?: unknown; readonly errors?: unknown };
  // Node tries every address of a host; the message of the whole is empty.
  const whole = text === '' && Array.isArray(errors) ? errors.map(reasonOf).join(', ') : text;
  return (whole === '' ? String(code) : whole).replace(/\.$/, '');
}

function duplicateFailure(reason: string, because: ErrorOptions): AuditError {
  // The other unique key is the position: the records go on behind the head, and no event is to blame for that.
  return reason.includes(POSITION_KEY)
    ? new StoreUnavailableError(`the head of a chain is behind its records (${reason}). Run verify()`, because)
    : new EventRefusedError(`an event with this id is stored already (${reason})`, because);
}

function refusalCure(number: number): string {
  return number === PACKET_TOO_LARGE
    ? 'Raise max_allowed_packet of the server.'
    : 'The tables are not as the migrations made them: make the column as large as it was.';
}

function rightCure(database: string, reason: string, account: string): string {
  const right = /^([A-Z ]+?) command denied/.exec(reason)?.[1];
  if (right === undefined || ['CREATE', 'TRIGGER', 'ALTER', 'INDEX'].includes(right)) {
    return `To bring the schema up to date: ${grantAll(database, account)} Or let an account that may do so open the store once.`;
  }
  return `Run: GRANT SELECT, INSERT, UPDATE ON ${quoted(database)}.* TO ${account};`;
}

function grantAll(database: string, account: string): string {
  return `GRANT SELECT, INSERT, UPDATE, CREATE, TRIGGER ON ${quoted(database)}.* TO ${account};`;
}

/** `'user'@'host'` as the server's message has it. */
function accountIn(reason: string): string | undefined {
  return /'[^']*'@'[^']*'/.exec(reason)?.[0];
}

/** A name as SQL wants it. */
export function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}
