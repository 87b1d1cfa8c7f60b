import { durabilityWarnings } from './server-settings.js';

const warningsFor = (settings: Record<string, string>): readonly string[] =>
  durabilityWarnings(new Map(Object.entries(settings)));

describe('durabilityWarnings', () => {
  it('has none for a server that flushes every commit', () => {
    expect(warningsFor({ innodb_flush_log_at_trx_commit: '1', log_bin: 'OFF', sync_binlog: '0' })).toStrictEqual([]);
    expect(warningsFor({ innodb_flush_log_at_trx_commit: '3', log_bin: 'ON', sync_binlog: '1' })).toStrictEqual([]);
  });

  it('names every setting that lets go of an acknowledged commit, its value and the cure', () => {
    const warnings = warningsFor({ innodb_flush_log_at_trx_commit: '2', log_bin: 'ON', sync_binlog: '0' });
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toMatch(
      /^innodb_flush_log_at_trx_commit = 2: .*SET GLOBAL innodb_flush_log_at_trx_commit = 1;/,
    );
    expect(warnings[1]).toMatch(/^sync_binlog = 0: .*SET GLOBAL sync_binlog = 1;/);
  });
});
