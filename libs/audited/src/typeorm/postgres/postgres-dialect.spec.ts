import fc from 'fast-check';
import { SqlConditions } from '../server/server-dialect.js';
import { PostgresDialect } from './postgres-dialect.js';

const dialect = new PostgresDialect('audit');

describe('the text of a column', () => {
  const character = fc.constantFrom('a', '0', '\0', '\u2400', '\ufffd', '𝒳');
  const text = fc.array(character, { maxLength: 6 }).map((characters) => characters.join(''));

  it('holds no NUL, and two different texts are never the same', () => {
    fc.assert(
      fc.property(text, text, (one, other) => {
        expect(dialect.columnText(one)).not.toContain('\0');
        expect(dialect.columnText(one) === dialect.columnText(other)).toBe(one === other);
      }),
      { numRuns: 2000 },
    );
  });

  it('is the text itself wherever PostgreSQL keeps it', () => {
    for (const kept of ['', 'u-1', ' a ', 'Straße', '\u0001\n', '𝒳']) {
      expect(dialect.columnText(kept)).toBe(kept);
    }
  });
});

describe('the conditions of a query', () => {
  it('hand every value beside the statement, and ask the index where there is one', () => {
    const conditions = new SqlConditions(dialect);
    conditions.equals('chain', "main' --");
    conditions.equals('actor_id', 'a\0');
    conditions.compare('sequence', '<', 7);
    expect(conditions.where).toBe('WHERE chain = $1::text AND left(actor_id, 256) = $2::text AND sequence < $3');
    expect(conditions.values).toEqual(["main' --", 'a\u24000', 7]);
  });

  it('compare the whole of a text that the index does not hold the whole of', () => {
    const conditions = new SqlConditions(dialect);
    conditions.equals('type', 'x'.repeat(256));
    expect(conditions.where).toBe('WHERE left(type, 256) = left($1::text, 256) AND type = $1::text');
  });

  it('are none when nothing is asked', () => {
    expect(new SqlConditions(dialect).where).toBe('');
  });

  it('name tables with their schema', () => {
    expect(dialect.table('audit_records')).toBe('"audit".audit_records');
  });
});
