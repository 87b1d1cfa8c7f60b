import { escape } from 'mysql2';
import { anAppendableEvent } from '../../testing/audit-event.fixture.js';
import { GENESIS_HASH } from '../../event/audit-record.js';
import { Sealer } from '../../integrity/sealer.js';
import { prepareEvents, sealBatch } from '../server/sealed-batch.js';
import { insertStatements } from './insert-statements.js';

const PACKET_BYTES = 16 * 2 ** 20;

function statementsFor(sizes: readonly number[], maxPacketBytes = PACKET_BYTES): readonly string[] {
  const events = sizes.map((size) => anAppendableEvent({ details: { text: 'ü'.repeat(size / 2) } }));
  const prepared = prepareEvents(events, (text) => text);
  const batch = sealBatch({ chain: 'main', position: 6, hash: GENESIS_HASH }, prepared, new Sealer());
  return insertStatements(batch, maxPacketBytes, (value) => escape(value));
}

const rowsIn = (statement: string): number => statement.split("('main',").length - 1;

describe('insertStatements', () => {
  it('makes one statement of a batch that fits', () => {
    const statements = statementsFor(Array.from({ length: 500 }, () => 1000));
    expect(statements.map(rowsIn)).toStrictEqual([500]);
    expect(statements[0]).toMatch(new RegExp(`VALUES \\('main',7,'${GENESIS_HASH}','[0-9a-f]{64}','`));
  });

  it('writes the macs of a keyed batch beside its events, and no such column otherwise', () => {
    const events = prepareEvents([anAppendableEvent(), anAppendableEvent()], (text) => text);
    const keyed = new Sealer({ current: 'k1', keys: [{ id: 'k1', secret: Buffer.alloc(32, 'key') }] });
    const batch = sealBatch({ chain: 'main', position: 0, hash: GENESIS_HASH }, events, keyed);
    const [statement = ''] = insertStatements(batch, PACKET_BYTES, (value) => escape(value));
    expect(statement).toMatch(/, mac\) VALUES /);
    expect(batch.macs?.map((mac) => statement.includes(`,'${mac}')`))).toStrictEqual([true, true]);
    expect(statementsFor([100])[0]).not.toContain('mac');
  });

  it('makes no statement that is larger than the server takes, and loses no row', () => {
    const maxPacketBytes = 2 ** 20;
    const statements = statementsFor(
      Array.from({ length: 40 }, (_, index) => (index + 1) * 4000),
      maxPacketBytes,
    );
    expect(statements.length).toBeGreaterThan(2);
    expect(statements.reduce((sum, statement) => sum + rowsIn(statement), 0)).toBe(40);
    expect(Math.max(...statements.map((statement) => Buffer.byteLength(statement)))).toBeLessThan(maxPacketBytes);
  });

  it('counts bytes, and what escaping adds to them', () => {
    // 700 000 bytes of two-byte characters fit; as many quotes are twice as many bytes in SQL.
    expect(() => statementsFor([700_000], 2 ** 20)).not.toThrow();
    const quotes = prepareEvents([anAppendableEvent({ action: "'".repeat(700_000) })], (text) => text);
    const batch = sealBatch({ chain: 'main', position: 0, hash: GENESIS_HASH }, quotes, new Sealer());
    expect(() => insertStatements(batch, 2 ** 20, (value) => escape(value))).toThrow(/max_allowed_packet/);
  });

  it('refuses an event that alone is too large, naming it, the limit and the cure', () => {
    expect(() => statementsFor([100, 3_000_000], 2 ** 21)).toThrow(
      /the event "[0-9a-f-]{36}" takes 30\d{5} bytes, and max_allowed_packet of the server is 2097152.*SET GLOBAL max_allowed_packet = 3145728;/,
    );
  });
});
