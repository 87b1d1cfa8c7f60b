import type { Bind, ServerDialect } from '../server/server-dialect.js';
import { quoted } from './postgres-names.js';

/** Columns that hold what a caller sent are indexed by their first characters; see the migration. */
const INDEXED_BY_BEGINNING: ReadonlySet<string> = new Set([
  'type',
  'actor_id',
  'resource_type',
  'resource_id',
  'correlation_id',
]);

const UNKEEPABLE = /[\0\u2400]/;
const EVERY_UNKEEPABLE = /[\0\u2400]/g;

/** PostgreSQL's way to ask for records. */
export class PostgresDialect implements ServerDialect {
  private readonly schema: string;

  constructor(schema: string) {
    this.schema = quoted(schema);
  }

  placeholder(place: number): string {
    return `$${place}`;
  }

  table(name: 'audit_records' | 'audit_heads'): string {
    return `${this.schema}.${name}`;
  }

  equals(column: string, value: string, bind: Bind): string {
    const placeholder = `${bind(value)}::text`;
    const isValue = `${column} = ${placeholder}`;
    return INDEXED_BY_BEGINNING.has(column)
      ? `left(${column}, 256) = left(${placeholder}, 256) AND ${isValue}`
      : isValue;
  }

  /**
   * PostgreSQL keeps every character but NUL. In a column it is written as `␀0`, and `␀` as `␀␀`, so that different texts
   * stay different. The body needs none of this: canonical JSON escapes NUL.
   */
  columnText(text: string): string {
    return UNKEEPABLE.test(text)
      ? text.replace(EVERY_UNKEEPABLE, (character) => (character === '\0' ? '\u24000' : '\u2400\u2400'))
      : text;
  }
}
