import { DatabaseUnusableError } from '../../event/audit.error.js';
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
  const warnings: string[] = [];
  const flush = settings.get('innodb_flush_log_at_trx_commit');
  if (flush !== '1') {
    warnings.push(
      `innodb_flush_log_at_trx_commit = ${flush}: acknowledged records are lost when the server's machine fails. ` +
        'Run SET GLOBAL innodb_flush_log_at_trx_commit = 1; and set it in the configuration.',
    );
  }
  const sync = settings.get('sync_binlog');
  if (isOn(settings.get('log_bin')) && sync !== '1') {
    warnings.push(
      `sync_binlog = ${sync} while the binary log is on: after a crash, replicas may lack acknowledged records. ` +
        'Run SET GLOBAL sync_binlog = 1; and set it in the configuration.',
    );
  }
  return warnings;
}

/** Refuses what no append could work with. */
export function requireUsable(database: string, settings: ServerSettings): void {
  if (isOn(settings.get('log_bin')) && settings.get('binlog_format') === 'STATEMENT') {
    throw new DatabaseUnusableError(
      database,
      'writes its binary log by statement, which InnoDB refuses under READ COMMITTED',
      "Run SET GLOBAL binlog_format = 'ROW'; (or 'MIXED') and set it in the configuration.",
    );
  }
}

function isOn(value: string | undefined): boolean {
  return value === 'ON' || value === '1';
}
