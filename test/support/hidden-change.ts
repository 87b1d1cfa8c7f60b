import type { Database } from 'better-sqlite3';

/** One change by somebody with write access to the file. `at` picks the place, from 0 to 1. */
export interface HiddenChange {
  readonly name: string;
  /** @returns false when there is no such place in this log: nothing was changed then */
  readonly apply: (database: Database, at: number) => boolean;
}

interface Place {
  readonly sequence: number;
  readonly chain: string;
  readonly position: number;
}

/** Only what is covered by a checkpoint: what came after the last one is held by the chain alone. */
const COVERED = `FROM audit_records AS record WHERE position <=
  (SELECT max(size) FROM audit_checkpoints WHERE audit_checkpoints.chain = record.chain)`;

function pick(database: Database, at: number, condition = 'true'): Place | undefined {
  const places = database
    .prepare<[], Place>(`SELECT sequence, chain, position ${COVERED} AND ${condition} ORDER BY chain, position`)
    .all();
  return places[Math.min(Math.floor(at * places.length), places.length - 1)];
}

function change(name: string, sql: string, condition?: string): HiddenChange {
  return {
    name,
    apply: (database, at) => {
      const place = pick(database, at, condition);
      return place !== undefined && database.prepare(sql).run({ ...place }).changes > 0;
    },
  };
}

const HERE = 'WHERE sequence = @sequence';

/** Every kind of change that must not stay hidden. */
export const HIDDEN_CHANGES: readonly HiddenChange[] = [
  change('edit a fact', `UPDATE audit_records SET body = replace(body, '"success"', '"failure"') ${HERE}`),
  change('edit a hash', `UPDATE audit_records SET hash = '${'ab'.repeat(32)}' ${HERE}`),
  change('edit a link', `UPDATE audit_records SET previous_hash = '${'cd'.repeat(32)}' ${HERE}`),
  change('edit a search column', `UPDATE audit_records SET actor_id = 'somebody else' ${HERE}`),
  change('edit the time in its column', `UPDATE audit_records SET occurred_at = '2001-01-01T00:00:00.000Z' ${HERE}`),
  change('delete a record', `DELETE FROM audit_records ${HERE}`),
  change('move a record', `UPDATE audit_records SET position = position + 100000 ${HERE}`),
  change('move a record to another chain', `UPDATE audit_records SET chain = 'elsewhere' ${HERE}`),
  change(
    'edit a mac',
    `UPDATE audit_records SET mac = replace(mac, substr(mac, -4), 'zzzz') ${HERE}`,
    'mac IS NOT NULL',
  ),
  change('remove a mac', `UPDATE audit_records SET mac = NULL ${HERE}`, 'mac IS NOT NULL'),
  change(
    'hide a person',
    `UPDATE audit_records SET personal = NULL, salt = NULL, actor_email = NULL, actor_ip = NULL ${HERE}`,
    'personal IS NOT NULL',
  ),
  change(
    'put another person in',
    `UPDATE audit_records SET personal = '{"/actor/email":"mallory@example.com","/actor/ip":"192.0.2.9"}',
      actor_email = 'mallory@example.com' ${HERE}`,
    'personal IS NOT NULL',
  ),
  change('exchange a salt', `UPDATE audit_records SET salt = '${'0f'.repeat(16)}' ${HERE}`, 'salt IS NOT NULL'),
  {
    name: 'cut the end off',
    apply: (database, at) => {
      const place = pick(database, at);
      if (place === undefined || place.position === 1) {
        return false;
      }
      const { chain, position } = place;
      database.prepare('DELETE FROM audit_records WHERE chain = ? AND position >= ?').run(chain, position);
      const last = database
        .prepare<[string], { position: number; hash: string }>(
          'SELECT position, hash FROM audit_records WHERE chain = ? ORDER BY position DESC LIMIT 1',
        )
        .get(chain);
      database
        .prepare('UPDATE audit_heads SET position = ?, hash = ? WHERE chain = ?')
        .run(last?.position ?? 0, last?.hash ?? '', chain);
      // Also what would tell, as far as it is in this database.
      database.prepare('DELETE FROM audit_checkpoints WHERE chain = ? AND size >= ?').run(chain, position);
      return true;
    },
  },
  {
    name: 'cut the beginning off',
    apply: (database, at) => {
      const place = pick(database, at);
      const deleted = database
        .prepare('DELETE FROM audit_records WHERE chain = ? AND position <= ?')
        .run(place?.chain, place?.position);
      return deleted.changes > 0;
    },
  },
  {
    name: 'swap two records',
    apply: (database, at) => {
      const place = pick(database, at);
      const next = database
        .prepare<[string, number], Place>(
          'SELECT sequence, chain, position FROM audit_records WHERE chain = ? AND position = ?',
        )
        .get(place?.chain ?? '', (place?.position ?? 0) + 1);
      if (place === undefined || next === undefined) {
        return false;
      }
      const move = database.prepare('UPDATE audit_records SET position = ? WHERE sequence = ?');
      move.run(-1, place.sequence);
      move.run(place.position, next.sequence);
      move.run(next.position, place.sequence);
      return true;
    },
  },
  change(
    'exchange a checkpoint',
    `UPDATE audit_checkpoints SET note = replace(note, char(10) || size || char(10), char(10) || (size + 1) || char(10))
      WHERE chain = @chain AND size = (SELECT max(size) FROM audit_checkpoints WHERE chain = @chain)`,
  ),
];
