import type { QueryRunner } from 'typeorm';

/** The schema of a database that names none. */
export const DEFAULT_SCHEMA = 'public';

/** A name as SQL wants it, whatever is in it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The schema that a migration works in, quoted. */
export function schemaOf(runner: QueryRunner): string {
  // TypeORM 1.0 calls it dataSource, and 0.3 connection.
  const source = (runner as Partial<Pick<QueryRunner, 'dataSource'>>).dataSource ?? runner.connection;
  const { schema } = source.options as { readonly schema?: string };
  return quoted(schema ?? DEFAULT_SCHEMA);
}
