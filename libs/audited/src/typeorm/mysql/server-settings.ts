import { DatabaseUnusableError } from '../../event/audit.error.js';
import { flavourOf } from './mysql-flavour.js';
import type { MysqlSession } from './mysql-session.js';

/** Settings of a server that a store depends on. Names as in SHOW VARIABLES; those that a server does not know are absent. */
export type ServerSettings = ReadonlyMap<string, string>;

const NAMES = [
  'version',
  'max_allowed_packet',
  'log_bin',
  'binlog_format',
  'sync_binlog',
  'innodb_flush_log_at_trx_commit',
];

/** Asks for what the server has: unknown names are no error this way, and the servers do not know the same ones. */
export async function readServerSettings(session: MysqlSession): Promise<ServerSettings> {
  const rows = await session.rows<{ Variable_name: string; Value: string }>(
    `SHOW VARIABLES WHERE Variable_name IN (${NAMES.map((name) => `'${name}'`).join(', ')})`,
  );
  return new Map(rows.map(({ Variable_name: name, Value: value }) => [name, value]));
}

/** What makes an acknowledged commit less than durable on this server; empty when nothing does. */
export function durabilityWarnings(settings: ServerSettings): readonly string[] {
  const flush = settings.get('innodb_flush_log_at_trx_commit') ?? '1';
  const sync = settings.get('sync_binlog') ?? '1';
  const warnings: string[] = [];
  // MariaDB's 3 flushes even more often.
  if (flush !== '1' && flush !== '3') {
    warnings.push(weakness('innodb_flush_log_at_trx_commit', flush));
  }
  // With a binary log, it decides after a crash which transactions were committed.
  if (isOn(settings.get('log_bin')) && sync !== '1') {
    warnings.push(weakness('sync_binlog', sync));
  }
  return warnings;
}

/**
 * Refuses a server that no append could work with.
 *
 * @throws DatabaseUnusableError
 */
export async function requireUsable(place: string, session: MysqlSession, settings: ServerSettings): Promise<void> {
  if (isOn(settings.get('log_bin')) && settings.get('binlog_format') === 'STATEMENT') {
    throw new DatabaseUnusableError(
      place,
      'is on a server that writes its binary log by statement, which InnoDB refuses under READ COMMITTED',
      "Run SET GLOBAL binlog_format = 'ROW'; (or 'MIXED') and set it in the configuration.",
    );
  }
  const { version, exactCollation } = flavourOf(settings.get('version') ?? '');
  const collations = await session.rows(`SHOW COLLATION WHERE Collation = '${exactCollation}'`);
  if (collations.length === 0) {
    throw new DatabaseUnusableError(
      place,
      `is on a server without the collation ${exactCollation} (version ${version})`,
      'Use MariaDB 10.6 or later, or MySQL 8.0.17 or later.',
    );
  }
}

function weakness(name: string, value: string): string {
  return (
    `${name} = ${value}: acknowledged records can be lost when the machine of the server fails. ` +
    `Run SET GLOBAL ${name} = 1; and set it in the server's configuration.`
  );
}

function isOn(value: string | undefined): boolean {
  return value === 'ON' || value === '1';
}
