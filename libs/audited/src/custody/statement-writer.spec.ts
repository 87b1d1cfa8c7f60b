import type { AuditDraft } from '../event/audit-draft.js';
import { StatementAlteredError } from '../event/custody.error.js';
import type { JsonObject } from '../event/json-value.js';
import { KeyRing } from '../integrity/notes/key-ring.js';
import { generateKeyPair, signerFromPem } from '../integrity/notes/note-signer.js';
import { checkStatement, readStatement } from '../integrity/notes/statement-note.js';
import { draftComposer } from '../testing/composed-draft.fixture.js';
import { FixedClock } from '../testing/fixed.clock.js';
import { MemoryCustody } from '../testing/memory.custody-store.js';
import { CustodyRecords } from './custody-records.js';
import { StatementWriter, type StatementDraft } from './statement-writer.js';

const FACTS = { kind: 'prune', chain: 'main', from: 1, through: 9, hash: 'ab'.repeat(32) } as const;
const DRAFT: StatementDraft = {
  type: 'audit.prune',
  action: 'Pruned positions 1 to 9',
  act: { by: { kind: 'user', id: 'ops' }, reason: 'policy 3', ticket: 'T-1' },
  details: { statement: 'not this one', records: 9 },
};
const clock = new FixedClock();
const signer = signerFromPem(generateKeyPair().privatePem);

function aWriter(signers = [signer], compose = draftComposer(clock)) {
  const log = new MemoryCustody();
  const records = new CustodyRecords({ store: log, compose });
  return { log, records, writer: new StatementWriter({ records, signers, logName: 'audit.example.com', clock }) };
}

describe('the statement writer', () => {
  it('signs what was done, and writes it into the chain that it was done to', async () => {
    const { log, writer } = aWriter();
    const { position, statement } = await writer.write(FACTS, DRAFT);
    const event = JSON.parse(log.rows('main')[position - 1]?.body ?? '');
    expect(statement).toEqual({ ...FACTS, origin: 'audit.example.com/main', at: '2026-11-21T18:51:39.123Z' });
    expect(event).toMatchObject({
      type: 'audit.prune',
      actor: { id: 'ops' },
      reason: 'policy 3',
      details: { records: 9 },
    });
    const details = readStatement(event);
    expect(details?.statement).toEqual(statement);
    expect(details !== undefined && checkStatement(details, new KeyRing([signer]))).toBe('accepted');
    const stranger = new KeyRing([{ publicKey: generateKeyPair().publicKey }]);
    expect(details !== undefined && checkStatement(details, stranger)).not.toBe('accepted');
  });

  it('says at which end of the chain it was made', async () => {
    const { log, records } = aWriter();
    const writer = new StatementWriter({ records, signers: [], clock, heads: () => log.heads() });
    expect((await writer.write(FACTS, DRAFT)).statement.after).toBeUndefined();
    const [first] = log.rows('main');
    const { statement, event } = await writer.write(FACTS, DRAFT);
    expect(statement.after).toEqual({ position: 1, hash: first?.seal.hash });
    expect(readStatement(event)?.statement).toEqual(statement);
    const damaged = [{ chain: 'main', position: 2, hash: 'x' }];
    const other = new StatementWriter({ records, signers: [], clock, heads: () => Promise.resolve(damaged) });
    expect((await other.write(FACTS, DRAFT)).statement.after).toBeUndefined();
  });

  it('writes without signature and origin where there is no key', async () => {
    const { writer } = aWriter([]);
    const { event, statement } = await writer.write(FACTS, DRAFT);
    expect(statement).toEqual({ ...FACTS, at: '2026-11-21T18:51:39.123Z' });
    expect(event.details).toEqual({ records: 9, statement });
  });

  it('writes nothing when a key does not sign', async () => {
    const { log, writer } = aWriter([{ publicKey: signer.publicKey, sign: () => Promise.reject(new Error('down')) }]);
    await expect(writer.write(FACTS, DRAFT)).rejects.toThrow('down');
    expect(log.rows('main')).toEqual([]);
  });

  it('tells when the record does not hold the statement to the letter', async () => {
    const compose = draftComposer(clock);
    const { writer } = aWriter([signer], (draft: AuditDraft, facts: JsonObject = {}) =>
      compose(draft, { ...facts, statement: { ...(facts['statement'] as JsonObject), through: 90 } }),
    );
    await expect(writer.write(FACTS, DRAFT)).rejects.toThrow(StatementAlteredError);
  });
});
