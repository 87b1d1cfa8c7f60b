import type { AuditEvent } from '../../event/audit-event.js';
import { anEvent } from '../../testing/audit-event.fixture.js';
import type { CustodyStatement, PruneStatement, StatementDetails } from './custody-statement.js';
import { KeyRing } from './key-ring.js';
import { generateKeyPair, signerFromPem } from './note-signer.js';
import { checkStatement, readStatement, signStatement, statementText } from './statement-note.js';

const ORIGIN = 'a.example/main';
const AT = '2026-11-22T02:00:00.000Z';
const HASH = 'ab'.repeat(32);
const pair = generateKeyPair();
const signer = signerFromPem(pair.privatePem);
const ring = new KeyRing([{ publicKey: pair.publicKey, notAfter: '2026-12-31T00:00:00.000Z' }]);
const base = { origin: ORIGIN, chain: 'main', at: AT };
const prune: PruneStatement = { ...base, kind: 'prune', from: 1, through: 9, hash: HASH };
const STATEMENTS: readonly CustodyStatement[] = [
  prune,
  { ...prune, archive: { name: 'audit-1-9', sha256: HASH } },
  { ...base, kind: 'erasure', positions: '1-5,9', events: ['e-1'] },
  { ...base, kind: 'erasure', positions: '' },
  { ...base, kind: 'reanchor', cause: 'restore', faults: [{ kind: 'truncated', from: 7, through: 9 }] },
];

const eventOf = (details: StatementDetails | undefined, type = `audit.${details?.statement.kind}`): AuditEvent =>
  anEvent({ type, ...(details === undefined ? {} : { details: details as never }) });
const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth));
const reread = (details: StatementDetails): StatementDetails | undefined =>
  readStatement(JSON.parse(JSON.stringify(eventOf(details))) as AuditEvent);

const many = Array.from({ length: 1001 }, () => ({ kind: 'edited' as const, from: 1, through: 1 }));

describe('a statement', () => {
  it('is signed as origin, kind and canonical JSON', () => {
    expect(statementText(prune)).toBe(
      `a.example/main\naudited/prune/v1\n{"at":"${AT}","chain":"main","from":1,"hash":"${HASH}","kind":"prune","origin":"a.example/main","through":9}\n`,
    );
  });

  it.each(STATEMENTS.map((statement) => [statement.kind, statement] as const))(
    'of the kind %s is read from its record and accepted',
    async (_kind, statement) => {
      const details = await signStatement(statement, [signer]);
      expect(details.signatures).toHaveLength(1);
      expect(reread(details)).toStrictEqual(details);
      expect(checkStatement(reread(details)!, ring)).toBe('accepted');
      expect(checkStatement(reread(details)!, ring, ORIGIN)).toBe('accepted');
    },
  );

  it('without signers has no signatures, and counts only where nobody gave trusted keys', async () => {
    const { origin: _origin, ...unnamed } = prune;
    const details = await signStatement(unnamed, []);
    expect(details).toStrictEqual({ statement: unnamed });
    expect(checkStatement(details, undefined)).toBe('accepted');
    expect(checkStatement(details, ring)).toBe('The prune statement is not signed.');
    await expect(signStatement(unnamed, [signer])).rejects.toMatchObject({ code: 'AUDIT_CUSTODY_INPUT' });
  });

  it('that was changed after it was signed is not accepted', async () => {
    const { signatures = [] } = await signStatement(prune, [signer]);
    expect(checkStatement({ statement: { ...prune, through: 10 }, signatures }, ring)).toContain('changed or forged');
    expect(checkStatement({ statement: { ...prune, note: 'x' } as never, signatures }, ring)).toContain('forged');
    expect(checkStatement({ statement: prune, signatures: [] }, ring)).toContain('not signed');
    expect(checkStatement({ statement: prune, signatures: ['nonsense'] }, ring)).toContain('malformed');
    expect(checkStatement({ statement: prune, signatures: [`${signatures[0]}\n\n${signatures[0]}`] }, ring)).not.toBe(
      'accepted',
    );
  });

  it('of a stranger, of an expired key, of another log or of another chain is not accepted', async () => {
    const stranger = signerFromPem(generateKeyPair().privatePem);
    expect(checkStatement(await signStatement(prune, [stranger]), ring)).toContain('No trusted key');
    const late = await signStatement({ ...prune, at: '2027-01-01T00:00:00.000Z' }, [signer]);
    expect(checkStatement(late, ring)).toContain('none of its keys was valid');
    const elsewhere = await signStatement({ ...prune, chain: 'tenant-1' }, [signer]);
    expect(checkStatement(elsewhere, ring)).toContain('another log or chain');
    expect(checkStatement(await signStatement(prune, [signer]), ring, 'b.example/main')).toContain(
      'another log or chain',
    );
  });

  it('keeps members that a later version added, because they are signed', async () => {
    const details = await signStatement({ ...prune, later: { more: 1 } } as CustodyStatement, [signer]);
    expect(checkStatement(reread(details)!, ring)).toBe('accepted');
  });

  it.each([
    ['another type of event', eventOf({ statement: prune }, 'audit.hold_placed')],
    ['another kind than its type', eventOf({ statement: prune }, 'audit.erasure')],
    ['no details', eventOf(undefined, 'audit.prune')],
    ['a prototype as its type', eventOf({ statement: prune }, 'constructor')],
    ['signatures that are no texts', eventOf({ statement: prune, signatures: [1] as never })],
    ['positions that are none', eventOf({ statement: { ...base, kind: 'erasure', positions: '5-1' } })],
    ['a range the wrong way round', eventOf({ statement: { ...prune, from: 10 } })],
    ['a hash that is none', eventOf({ statement: { ...prune, hash: 'x' } })],
    ['an archive that is none', eventOf({ statement: { ...prune, archive: { name: 'x', sha256: 'x' } } })],
    ['half of a surrogate pair', eventOf({ statement: { ...prune, later: '\ud800' } as never })],
    ['too many brackets', eventOf({ statement: { ...prune, later: nested(100_000) } as never })],
    [
      'more faults than anybody explains',
      eventOf({ statement: { ...base, kind: 'reanchor', cause: 'x', faults: many } }),
    ],
    ['faults that are none', eventOf({ statement: { ...base, kind: 'reanchor', cause: 'x', faults: [{}] as never } })],
  ])('is not read from a record with %s', (_what, event) => {
    expect(readStatement(event)).toBeUndefined();
  });
});
