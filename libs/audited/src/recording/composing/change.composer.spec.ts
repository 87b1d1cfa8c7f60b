import type { AuditDraft } from '../../event/audit-draft.js';
import type { AuditChange } from '../../event/audit-event.js';
import { Redactor, type RedactionFindings } from '../../redaction/redactor.js';
import { ChangeComposer } from './change.composer.js';

const changes = new ChangeComposer(new Redactor());

function compose(draft: object): { listed: readonly AuditChange[] | undefined; findings: RedactionFindings } {
  const findings: RedactionFindings = { truncated: [], redacted: [] };
  return { listed: changes.compose(draft as AuditDraft, findings), findings };
}

describe('ChangeComposer', () => {
  it('has nothing to say when nothing was given or nothing differs', () => {
    expect(compose({}).listed).toBeUndefined();
    expect(compose({ changes: [] }).listed).toBeUndefined();
    expect(compose({ before: { a: 1, b: { c: [1] } }, after: { a: 1, b: { c: [1] } } }).listed).toBeUndefined();
  });

  it('lists what differs between two states; created and removed fields have one side', () => {
    const before = { version: 1, gone: true, same: 'x', nested: { a: 1 } };
    const after = { version: 2, same: 'x', nested: { a: 2 }, fresh: null };
    expect(compose({ before, after }).listed).toEqual([
      { field: 'version', before: 1, after: 2 },
      { field: 'gone', before: true },
      { field: 'nested', before: { a: 1 }, after: { a: 2 } },
      { field: 'fresh', after: null },
    ]);
  });

  it('compares states that are no objects, and a state with nothing', () => {
    expect(compose({ before: 'off', after: 'on' }).listed).toEqual([{ field: 'value', before: 'off', after: 'on' }]);
    expect(compose({ after: { a: 1 } }).listed).toEqual([{ field: 'a', after: 1 }]);
    expect(compose({ before: null, after: { a: 1 } }).listed).toEqual([{ field: 'a', after: 1 }]);
  });

  it('does not take methods for state', () => {
    expect(compose({ before: { save: () => 1 }, after: { save: () => 2 } }).listed).toBeUndefined();
  });

  it('puts given changes before found ones', () => {
    const given = [{ field: 'owner', before: 'a', after: 'b' }];
    expect(compose({ changes: given, before: { n: 1 }, after: { n: 2 } }).listed?.map(({ field }) => field)).toEqual([
      'owner',
      'n',
    ]);
  });

  it('hides both sides of a changed secret, keeps the change, and names the places', () => {
    const { listed, findings } = compose({
      before: { plan: 'free', password: 'old-secret' },
      after: { plan: 'paid', password: 'new-secret' },
    });
    expect(listed).toEqual([
      { field: 'plan', before: 'free', after: 'paid' },
      { field: 'password', before: '[redacted]', after: '[redacted]' },
    ]);
    expect(findings.redacted).toEqual(['/changes/1/before', '/changes/1/after']);
  });

  it('names a place within a side by its pointer in the event, also behind a change that was none', () => {
    const same = { a: 1 };
    const { listed, findings } = compose({
      before: { equal: { ...same }, account: { pin: 1, token: 'abc-def-ghi' } },
      after: { equal: { ...same }, account: { pin: 1, token: 'xyz-uvw-rst' } },
    });
    expect(listed).toHaveLength(1);
    expect(findings.redacted).toContain('/changes/0/before/token');
    expect(findings.redacted).toContain('/changes/0/after/token');
  });

  it('does not miss a change behind the place where a long text is cut', () => {
    const long = 'x'.repeat(20_000);
    const { listed, findings } = compose({ before: { text: `${long}1` }, after: { text: `${long}2` } });
    expect(listed?.map(({ field }) => field)).toEqual(['text']);
    const [before, after] = findings.truncated;
    expect([before?.path, after?.path]).toEqual(['/changes/0/before', '/changes/0/after']);
    expect([before?.bytes, after?.bytes]).toEqual([20_001, 20_001]);
    expect(before?.sha256).not.toBe(after?.sha256);
  });

  it('bounds all changes together, and leaves a mark where a value had no room', () => {
    const before = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`f${index}`, 'b'.repeat(4000)]));
    const after = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`f${index}`, 'a'.repeat(4000)]));
    const { listed = [], findings } = compose({ before, after });
    expect(listed).toHaveLength(200);
    expect(JSON.stringify(listed).length).toBeLessThan(200_000);
    expect(listed.at(-1)).toMatchObject({ field: 'f199', before: '[truncated]', after: '[truncated]' });
    expect(findings.truncated.length).toBeGreaterThan(0);
  });

  it('lists a bounded number of changes and says that there were more', () => {
    const after = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`f${index}`, index]));
    const { listed, findings } = compose({ before: {}, after });
    expect(listed).toHaveLength(256);
    expect(findings.truncated.map(({ path }) => path)).toContain('/changes');
  });

  it('keeps a field called __proto__ an ordinary field', () => {
    const { listed } = compose({ changes: [{ field: '__proto__', before: 1, after: 2 }] });
    expect(listed).toEqual([{ field: '__proto__', before: 1, after: 2 }]);
  });

  it('ignores what is no change', () => {
    expect(compose({ changes: [null, 'x', 7, { field: 'a', after: 1 }] }).listed).toEqual([{ field: 'a', after: 1 }]);
    expect(compose({ changes: 'all' }).listed).toBeUndefined();
  });

  it('says that a state could not be read', () => {
    const unreadable = Object.defineProperty({}, 'a', {
      enumerable: true,
      get: () => {
        throw new Error('gotcha');
      },
    });
    expect(compose({ before: unreadable, after: { a: 1 } }).listed?.map(({ field }) => field)).toEqual(['unreadable']);
  });
});
