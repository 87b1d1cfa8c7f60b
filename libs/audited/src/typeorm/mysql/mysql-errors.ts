import { AuditError, EventRefusedError, StoreUnavailableError } from '../../event/audit.error.js';

/** Name of the unique key, as the migration gives it and the server's message repeats it. */
const POSITION_KEY = 'audit_records_chain_position';

/** Numbers of the server's errors: the same on MySQL and MariaDB, unless one of them is named. */
const DUPLICATE_KEY = 1062;
const DEADLOCK = 1213;
const LOCK_WAIT_TIMEOUT = 1205;
/** MariaDB, when a row changed since the snapshot was taken. */
const ROW_CHANGED = 1020;
const PACKET_TOO_LARGE = 1153;
/** The server shuts down (1053), an administrator ended the session (1927, 3169), it was idle for too long (4031). */
const CONNECTION_ENDED: ReadonlySet<number> = new Set([1053, 1927, 3169, 4031]);

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

/** A right on a table, a column, or of the whole account is missing. */
const RIGHT_DENIED: ReadonlySet<number> = new Set([1142, 1143, 1227, 1370]);
/** The server, or the transaction, does not write. */
const READ_ONLY: readonly number[] = [1290, 1792, 1836];
/** What an operator understands better than the server's own words, with the cure. */
const CAUSES: readonly (readonly [numbers: readonly number[], cause: string])[] = [
  [READ_ONLY, 'the server only reads; point the store at the primary server'],
  [[1021, 1030, 1114], 'the server has no room; make some on its disk'],
  [[1040, 1203, 1226], 'the server takes no more connections; raise its limit, or lower "poolSize"'],
  [[DEADLOCK, LOCK_WAIT_TIMEOUT], 'the head of the chain stayed locked by another program'],
  [[1449], 'the account that made the triggers is gone; create it again'],
  [[1969, 3024], 'it took longer than "readTimeoutMs"'],
];

/** The server's number for an error; `undefined` for what did not come from it. */
export function errorNumber(error: unknown): number | undefined {
  const { errno, code } = (error ?? {}) as { readonly errno?: unknown; readonly code?: unknown };
  // Errors of the socket have a negative number of the operating system.
  return typeof errno === 'number' && errno >= 1000 && typeof code === 'string' ? errno : undefined;
}

/** Chosen at once to give way to another transaction; the same one may succeed at once. */
export function gaveWay(error: unknown): boolean {
  return [DEADLOCK, ROW_CHANGED].includes(errorNumber(error) ?? 0);
}

/** Another transaction was in the way, or was waited for as long as may be; the same one may succeed at once. */
export function isConflict(error: unknown): boolean {
  return [DEADLOCK, LOCK_WAIT_TIMEOUT, ROW_CHANGED].includes(errorNumber(error) ?? 0);
}

/** An id that is stored already; not a position, which is no fault of an event. */
export function isKnownId(error: unknown): boolean {
  return errorNumber(error) === DUPLICATE_KEY && !isTakenPosition(error);
}

/** The account may log in, but not do this. */
export function isRightMissing(error: unknown): boolean {
  return RIGHT_DENIED.has(errorNumber(error) ?? 0);
}

/** The records go on behind the head. */
function isTakenPosition(error: unknown): boolean {
  return errorNumber(error) === DUPLICATE_KEY && reasonOf(error).endsWith(`${POSITION_KEY}'`);
}

/** The server at the other end was the primary, and is no more; another connection may lead to the one that is now. */
export function isReadOnly(error: unknown): boolean {
  return READ_ONLY.includes(errorNumber(error) ?? 0);
}

/** The connection is gone, whatever became of the server. */
export function isConnectionLoss(error: unknown): boolean {
  const number = errorNumber(error);
  const isFatal = (error as { readonly fatal?: unknown } | null)?.fatal === true;
  return number === undefined ? isFatal : CONNECTION_ENDED.has(number);
}

/** The server's own trouble, which waiting may cure; not what somebody must set up otherwise. */
export function isPassing(error: unknown): boolean {
  const number = errorNumber(error);
  return number === undefined || CONNECTION_ENDED.has(number) || causeOf(number) !== undefined;
}

/** What the caller of an open store is told. */
export function callFailure(place: string, error: unknown): AuditError {
  if (error instanceof AuditError) {
    return error;
  }
  const number = errorNumber(error) ?? 0;
  const reason = `${reasonOf(error)}, MySQL ${place}`;
  const because = { cause: error };
  if (isTakenPosition(error)) {
    // No event is to blame, so none is refused.
    return new StoreUnavailableError(`the head of a chain is behind its records (${reason}). Run verify()`, because);
  }
  if (isKnownId(error)) {
    return new EventRefusedError(`an event with this id is stored already (${reason})`, because);
  }
  if (number === PACKET_TOO_LARGE) {
    return new EventRefusedError(`${reason}. Raise max_allowed_packet of the server.`, because);
  }
  if (REFUSED_VALUES.has(number)) {
    return new EventRefusedError(`${reason}. Make the column as large as the migrations made it.`, because);
  }
  const cause = causeOf(number);
  return new StoreUnavailableError(cause === undefined ? reason : `${cause} (${reason})`, because);
}

function causeOf(number: number): string | undefined {
  return CAUSES.find(([numbers]) => numbers.includes(number))?.[1];
}

/** The error in the server's words, without a dot at the end. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const { code, errors } = (error ?? {}) as { readonly code?: unknown; readonly errors?: unknown };
  // Node tries every address of a host; the message of the whole is empty.
  const whole = text === '' && Array.isArray(errors) ? errors.map(reasonOf).join(', ') : text;
  return (whole === '' ? String(code) : whole).replace(/\.$/, '');
}
