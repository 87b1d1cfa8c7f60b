/** An upsert as SQLite and PostgreSQL write it. */
export function upsertOnConflict(insert: string, key: readonly string[], replaced: readonly string[]): string {
  const assignments = replaced.map((column) => `${column} = excluded.${column}`).join(', ');
  return `${insert} ON CONFLICT (${key.join(', ')}) DO ${assignments === '' ? 'NOTHING' : `UPDATE SET ${assignments}`}`;
}
