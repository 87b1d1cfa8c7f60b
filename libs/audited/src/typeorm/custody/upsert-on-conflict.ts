/** An upsert of counts as SQLite and PostgreSQL write it: what is inserted is added to what is there. */
export function addOnConflict(insert: string, table: string, key: readonly string[]): string {
  return `${insert} ON CONFLICT (${key.join(', ')}) DO UPDATE SET count = ${table}.count + excluded.count`;
}

/** An upsert as SQLite and PostgreSQL write it. */
export function upsertOnConflict(insert: string, key: readonly string[], replaced: readonly string[]): string {
  const assignments = replaced.map((column) => `${column} = excluded.${column}`).join(', ');
  return `${insert} ON CONFLICT (${key.join(', ')}) DO ${assignments === '' ? 'NOTHING' : `UPDATE SET ${assignments}`}`;
}
