import {
  AuditError,
  DatabaseUnusableError,
  EventRefusedError,
  StoreUnavailableError,
} from '../../event/audit.error.js';
import type { StoreAccess } from '../store.options.js';
import { quoted } from './postgres-names.js';

/** Data that does not fit, a constraint, a limit of the program (an index entry that is too large). */
const REFUSED = /^(22|23|54)/;
/** The severity would say it too, but in the language of the server. */
const ENDS_CONNECTION = /^(08|28|25P03|57P|58|XX)/;
const SQLSTATE = /^[0-9A-Z]{5}$/;

/** What an operator understands better than the server's own words. */
const CAUSES: Readonly<Record<string, string>> = {
  '25006': 'the database is read-only',
  '53100': 'its disk is full',
  '53300': 'it has no connection left',
  '55P03': 'the head of the chain stayed locked for longer than the limit',
  '57014': 'the statement took longer than its limit',
  '57P01': 'an administrator ended the connection',
  '57P03': 'it is starting up or shutting down',
};

/** Codes of sockets and certificates that no waiting will change. */
const TLS = /CERT|SIGNATURE|ERR_TLS|ERR_SSL/;

/** @returns the SQLSTATE of an error that the server reported, or the code of a socket error */
export function codeOf(error: unknown): string | undefined {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' ? code : undefined;
}

/** True when the server answered with an error and the connection still works. */
export function isServerError(error: unknown): boolean {
  const { severity } = (error ?? {}) as { readonly severity?: unknown };
  const code = codeOf(error);
  return typeof severity === 'string' && code !== undefined && SQLSTATE.test(code) && !ENDS_CONNECTION.test(code);
}

/** The error of a statement as the store's callers know it. */
export function storeFailure(place: string, error: unknown): Error {
  if (error instanceof AuditError) {
    return error;
  }
  const code = codeOf(error);
  if (code !== undefined && SQLSTATE.test(code) && REFUSED.test(code)) {
    return new EventRefusedError(`${reasonOf(error)} (PostgreSQL ${place}, ${code})`, { cause: error });
  }
  const cause = code === undefined ? undefined : CAUSES[code];
  const shown = cause === undefined ? reasonOf(error) : `${cause} (${reasonOf(error)})`;
  return new StoreUnavailableError(`PostgreSQL ${place}: ${shown}`, { cause: error });
}

/** The error of opening: what waiting does not cure is told apart, with the cure. */
export function openingFailure(place: string, { username, schema, access }: Login, error: unknown): Error {
  if (error instanceof AuditError) {
    return error;
  }
  const unusable = (problem: string, cure: string): Error =>
    new DatabaseUnusableError(place, `${problem} (${reasonOf(error)})`, cure, { cause: error });
  const code = codeOf(error) ?? '';
  const message = reasonOf(error);
  if (code.startsWith('28') || /password must be a string/.test(message)) {
    return unusable(
      `refused the login of role "${username}"`,
      'Check the user name and the password in the connection options, and the pg_hba.conf of the server.',
    );
  }
  if (code === '3D000') {
    return unusable('does not exist', 'Create it with CREATE DATABASE, or name another one in the connection options.');
  }
  if (code === '42501' && access === 'read') {
    return unusable(
      `does not let role "${username}" read the audit log in schema "${schema}"`,
      `Run as the owner: GRANT USAGE ON SCHEMA ${quoted(schema)} TO ${quoted(username)}; ` +
        `GRANT SELECT ON ALL TABLES IN SCHEMA ${quoted(schema)} TO ${quoted(username)};`,
    );
  }
  if (code === '42501') {
    return unusable(
      `does not let role "${username}" set up the audit log in schema "${schema}"`,
      /for database/.test(message)
        ? `Run as an administrator: CREATE SCHEMA ${quoted(schema)} AUTHORIZATION ${quoted(username)};`
        : `Run as an administrator: GRANT USAGE, CREATE ON SCHEMA ${quoted(schema)} TO ${quoted(username)}; ` +
            'or open the log once with a role that may create it.',
    );
  }
  if (code === '25006') {
    return unusable('is read-only', 'Connect to the primary server, with a role and database that may write.');
  }
  if (TLS.test(code) || /SSL/.test(message)) {
    return unusable(
      'cannot be reached over TLS',
      'Set the option "ssl" to what the server offers and your trust needs.',
    );
  }
  if (/has not been found installed/.test(message)) {
    return unusable('needs a driver', 'Run: npm install pg');
  }
  if (code !== '' && SQLSTATE.test(code) && !/^(08|53|57|40|55|58)/.test(code)) {
    return unusable(
      'cannot be set up',
      'Make sure that the schema holds nothing but an audit log of this package, or name another one in "schema".',
    );
  }
  return storeFailure(place, error);
}

interface Login {
  readonly username: string;
  readonly schema: string;
  readonly access?: StoreAccess;
}

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') {
    // Node tries every address of a host name and reports each.
    return error.errors.map(reasonOf).join('; ');
  }
  return error instanceof Error ? error.message : String(error);
}
