import { checkQuery, type AuditQuery } from '../audit-query.js';
import { cursorSequence, pageCursor } from './page-cursor.js';
import type { ReadOptions } from './read-options.js';

const KEY = Buffer.alloc(32, 7);
const REFUSED = expect.objectContaining({ code: 'AUDIT_QUERY_INVALID', parameter: 'cursor' }) as Error;

const cursorOf = (query: AuditQuery, options?: ReadOptions, sequence = 42) =>
  pageCursor(checkQuery(query, options), sequence, KEY);

describe('pageCursor', () => {
  it('goes on where it was made, whatever the size of the page and the order of values', () => {
    const cursor = cursorOf(
      { type: ['a', 'b'], text: 'x y', limit: 5 },
      { tenants: ['s', 't'] },
      Number.MAX_SAFE_INTEGER,
    );
    const same = checkQuery({ text: 'y x', type: ['b', 'a'], limit: 9 }, { tenants: ['t', 's'], timeLimitMs: 1 });
    expect(cursorSequence(cursor, same, KEY)).toBe(Number.MAX_SAFE_INTEGER);
  });

  it.each<[AuditQuery, ReadOptions]>([
    [{}, {}],
    [{ type: 'a' }, {}],
    [{ not: { type: 'b' } }, {}],
    [{ type: 'b', order: 'oldest' }, {}],
    [{ type: 'b', text: 'a' }, {}],
    [{ type: 'b', from: new Date(0) }, {}],
    [{ type: 'b', to: new Date() }, {}],
    [{ type: 'b', actorId: 'u' }, {}],
    [{ type: 'b' }, { tenants: ['t'] }],
    [{ type: 'b' }, { tenants: [] }],
    [{ type: 'b' }, { personal: 'masked' }],
  ])('is refused with another query: %j %j', (query, options) => {
    const cursor = cursorOf({ type: 'b' });
    expect(() => cursorSequence(cursor, checkQuery(query, options), KEY)).toThrow(REFUSED);
  });

  it('is refused when a single bit of it was changed', () => {
    const bytes = Buffer.from(cursorOf({}), 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => cursorSequence(changed.toString('base64url'), checkQuery({}), KEY)).toThrow(REFUSED);
    }
  });

  it.each(['42', '', ' ', '\0', 'x'.repeat(78), '=', "' OR 1=1 --"])('is refused when it is %j', (cursor) => {
    expect(() => cursorSequence(cursor, checkQuery({}), KEY)).toThrow(REFUSED);
  });

  it('is refused with other characters around it, and by another log', () => {
    const cursor = cursorOf({});
    for (const other of [`${cursor}=`, ` ${cursor}`, cursor.slice(0, -1), `${cursor}AAAA`]) {
      expect(() => cursorSequence(other, checkQuery({}), KEY)).toThrow(REFUSED);
    }
    expect(() => cursorSequence(cursor, checkQuery({}), Buffer.alloc(32, 8))).toThrow(REFUSED);
  });
});
