import { AuditError, DatabaseUnusableError } from '../../event/audit.error.js';
import type { StoreAccess } from '../store.options.js';
import { callFailure, errorNumber, isPassing, isReadOnly, isRightMissing, reasonOf } from './mysql-errors.js';

const UNKNOWN_DATABASE = 1049;
const TRIGGERS_NEED_TRUST = 1419;
const TLS_REQUIRED = 3159;
const ACCESS_DENIED: ReadonlySet<number> = new Set([1044, 1045, 1698]);
const SCHEMA_UNLIKE: ReadonlySet<number> = new Set([1054, 1146]);
/** Codes of the driver and of certificates that no waiting will change. */
const TLS = /CERT|SIGNATURE|ERR_TLS|ERR_SSL|HANDSHAKE_NO_SSL|HANDSHAKE_SSL/;

/** Who wanted to open what, as messages name it. */
export interface OpeningAccount {
  /** Database and server, for people. */
  readonly place: string;
  /** Name of the database, for SQL. */
  readonly database: string;
  /** `'user'@'host'`, for SQL. */
  readonly account: string;
  /** What it was opened for. @default `write` */
  readonly access?: StoreAccess;
}

/**
 * What is told when the store can not be opened: unusable when somebody must change something, unavailable when waiting
 * may help.
 */
export function openFailure(opening: OpeningAccount, error: unknown): AuditError {
  const { place, database, account, access } = opening;
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
  if (isRightMissing(error) && access === 'read') {
    const cure = `Run: GRANT SELECT ON ${quoted(database)}.* TO ${account};`;
    return unusable('does not let the account read the log', cure);
  }
  if (isRightMissing(error)) {
    return unusable('does not let the account do its work', rightCure(database, reason, account));
  }
  if (number === TRIGGERS_NEED_TRUST) {
    return unusable(
      'can not have its append-only triggers made by this account while the binary log is on',
      'Run SET GLOBAL log_bin_trust_function_creators = 1; or let an administrator open the store once.',
    );
  }
  if (isReadOnly(error)) {
    return unusable('is on a server that only reads', 'Point the store at the primary server, not at a replica.');
  }
  if (SCHEMA_UNLIKE.has(number)) {
    return unusable(
      'has not the tables that its migrations made',
      'Restore it from a backup, or point the option "database" at an empty one.',
    );
  }
  if (number === TLS_REQUIRED || TLS.test(String((error as { readonly code?: unknown } | null)?.code))) {
    return unusable(
      'can not be reached like this',
      'Set the option "ssl" to what the server offers and your trust needs.',
    );
  }
  if (!isPassing(error)) {
    return unusable(
      'can not be set up',
      'Give the log an empty database, on a server that is not older than it may be.',
    );
  }
  return callFailure(place, error);
}

function rightCure(database: string, reason: string, account: string): string {
  const right = /^([A-Z ]+?) command denied/.exec(reason)?.[1];
  if (right === undefined || ['CREATE', 'TRIGGER', 'ALTER', 'INDEX'].includes(right)) {
    return `To bring the schema up to date: ${grantAll(database, account)} Or let an account that may do so open the store once.`;
  }
  return `Run: GRANT SELECT, INSERT, UPDATE ON ${quoted(database)}.* TO ${account};`;
}

function grantAll(database: string, account: string): string {
  return `GRANT SELECT, INSERT, UPDATE, CREATE, ALTER, TRIGGER ON ${quoted(database)}.* TO ${account};`;
}

/** `'user'@'host'` as the server's message has it. */
function accountIn(reason: string): string | undefined {
  return /'[^']*'@'[^']*'/.exec(reason)?.[0];
}

/** A name as SQL wants it. */
export function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}
