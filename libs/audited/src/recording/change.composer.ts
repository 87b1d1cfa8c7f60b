import type { AuditDraft, DraftChange } from '../event/audit-draft.js';
import type { AuditChange } from '../event/audit-event.js';
import { canonicalJson } from '../event/canonical-json.js';
import type { JsonObject, JsonValue } from '../event/json-value.js';
import type { Redactor, RedactionFindings } from '../redaction/redactor.js';

/** More changed fields than this in one event are not listed. */
const MAX_CHANGES = 256;

/** Turns given changes, and the difference of two states, into normalised and redacted changes. */
export class ChangeComposer {
  constructor(private readonly redactor: Redactor) {}

  compose(draft: AuditDraft, findings: RedactionFindings): readonly AuditChange[] | undefined {
    const given: readonly DraftChange[] = Array.isArray(draft.changes) ? (draft.changes as DraftChange[]) : [];
    if (given.length === 0 && draft.before === undefined && draft.after === undefined) {
      return undefined;
    }
    const all = [...given, ...differences(draft.before, draft.after)].slice(0, MAX_CHANGES);
    const changes = all.flatMap((change) => this.change(change, findings));
    if (changes.length === 0) {
      return undefined;
    }
    return changes.map(({ change, found }, index) => {
      const inEvent = (path: string): string => `/changes/${index}${path}`;
      findings.redacted.push(...found.redacted.map(inEvent));
      findings.truncated.push(...found.truncated.map((cut) => ({ ...cut, path: inEvent(cut.path) })));
      return change;
    });
  }

  private change(
    { field, before, after }: DraftChange,
    findings: RedactionFindings,
  ): readonly { change: AuditChange; found: RedactionFindings }[] {
    const name = this.redactor.line(field, '', findings) ?? '';
    const found: RedactionFindings = { truncated: [], redacted: [] };
    const was = this.side(name, before, '/before', found);
    const is = this.side(name, after, '/after', found);
    // A hidden value that changed is still a change; two readable ones that came out equal are none.
    if (found.redacted.length === 0 && was !== undefined && is !== undefined && canonicalJson(was) === canonicalJson(is)) {
      return [];
    }
    const sides = { ...(was === undefined ? {} : { before: was }), ...(is === undefined ? {} : { after: is }) };
    return [{ change: { field: name, ...sides }, found }];
  }

  /** The value is shown to the redactor under its field's name, so that a changed password is one. */
  private side(field: string, value: unknown, pointer: string, findings: RedactionFindings): JsonValue | undefined {
    if (value === undefined) {
      return undefined;
    }
    const found: RedactionFindings = { truncated: [], redacted: [] };
    const kept = this.redactor.value({ [field]: value }, '', found);
    const inChange = (path: string): string => `${pointer}${path.replace(/^\/[^/]*/, '')}`;
    findings.redacted.push(...found.redacted.map(inChange));
    findings.truncated.push(...found.truncated.map((cut) => ({ ...cut, path: inChange(cut.path) })));
    return Object.values(kept as JsonObject)[0];
  }
}

/** The fields that may differ between two states; the same value in both is no change. */
function differences(before: unknown, after: unknown): readonly DraftChange[] {
  try {
    const was = membersOf(before);
    const is = membersOf(after);
    return [...new Set([...Object.keys(was), ...Object.keys(is)])]
      .filter((field) => !Object.is(was[field], is[field]))
      .map((field) => ({ field, before: was[field], after: is[field] }));
  } catch (error) {
    // A state with throwing getters cannot be compared; that it was given is kept.
    return [{ field: 'unreadable', after: error }];
  }
}

function membersOf(state: unknown): Readonly<Record<string, unknown>> {
  if (state === undefined || state === null) {
    return {};
  }
  return typeof state === 'object' ? { ...state } : { value: state };
}
