import type { AuditDraft, DraftChange } from '../../event/audit-draft.js';
import type { AuditChange } from '../../event/audit-event.js';
import { canonicalJson } from '../../event/canonical-json.js';
import type { JsonValue } from '../../event/json-value.js';
import { TRUNCATED } from '../../redaction/marks.js';
import { noteRedacted, noteTruncated } from '../../redaction/redaction-findings.js';
import type { Redactor, RedactionFindings } from '../../redaction/redactor.js';
import { firstItems, noteCutList } from './bounded-list.js';

/** A list may claim any length; further than this it is not even looked at. */
const MAX_GIVEN_CHANGES = 1000;

type Side = 'before' | 'after';

/** All values of one side, normalised and redacted together, so that the whole of it is bounded. */
interface ComposedSide {
  readonly values: readonly (JsonValue | undefined)[];
  readonly found: RedactionFindings;
  readonly isGiven: (index: number) => boolean;
  /** False where a value is not told in full: equal texts there do not mean equal values. */
  readonly isExact: (index: number) => boolean;
}

/** Turns given changes, and the difference of two states, into normalised and redacted changes. */
export class ChangeComposer {
  constructor(private readonly redactor: Redactor) {}

  compose(draft: AuditDraft, findings: RedactionFindings): readonly AuditChange[] | undefined {
    const { changes: given, before, after } = draft;
    if (given === undefined && before === undefined && after === undefined) {
      return undefined;
    }
    const all = [...this.givenChanges(given, findings), ...differences(before, after)];
    if (all.length === 0) {
      return undefined;
    }
    const fields = all.map(({ field }) => this.redactor.line(field, '', findings) ?? '');
    const was = this.side('before', fields, all);
    const is = this.side('after', fields, all);
    const changes: AuditChange[] = [];
    const places = new Map<number, number>();
    for (let index = 0; index < Math.max(was.values.length, is.values.length); index++) {
      if (!(was.isExact(index) && is.isExact(index) && areEqual(was.values[index], is.values[index]))) {
        places.set(index, changes.length);
        changes.push({ field: fields[index] ?? '', ...shownAt(index, 'before', was), ...shownAt(index, 'after', is) });
      }
    }
    tell(was.found, 'before', places, findings);
    tell(is.found, 'after', places, findings);
    return changes.length === 0 ? undefined : changes;
  }

  private givenChanges(given: unknown, findings: RedactionFindings): readonly DraftChange[] {
    if (!Array.isArray(given)) {
      return [];
    }
    if (given.length > MAX_GIVEN_CHANGES) {
      noteCutList(given as unknown[], '/changes', this.redactor, findings);
    }
    return firstItems(given as unknown[], MAX_GIVEN_CHANGES).filter((change) => isObject(change)) as DraftChange[];
  }

  /** Each value is shown to the redactor under its field's name, so that a changed password is one. */
  private side(side: Side, fields: readonly string[], changes: readonly DraftChange[]): ComposedSide {
    const found: RedactionFindings = { truncated: [], redacted: [] };
    const given = changes.map((change) => change[side]);
    const shown = given.map((value, index) => (value === undefined ? {} : { [fields[index] ?? '']: value }));
    const kept = this.redactor.value(shown, '/changes', found);
    const values = Array.isArray(kept) ? (kept as readonly JsonValue[]).map(valueOf) : [];
    return { values, found, isGiven: (index) => given[index] !== undefined, isExact: exactness(found) };
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

/** The only member of what stood for one change; a mark stands for itself. */
function valueOf(item: JsonValue): JsonValue | undefined {
  return typeof item === 'object' && item !== null ? (Object.values(item)[0] as JsonValue | undefined) : item;
}

function areEqual(one: JsonValue | undefined, other: JsonValue | undefined): boolean {
  return one !== undefined && other !== undefined && canonicalJson(one) === canonicalJson(other);
}

/** An absent side means "created" or "removed", so a value that had no room leaves a mark. */
function shownAt(index: number, name: Side, side: ComposedSide): Partial<AuditChange> {
  const value = index < side.values.length ? side.values[index] : side.isGiven(index) ? TRUNCATED : undefined;
  return value === undefined ? {} : { [name]: value };
}

/** Place of a change in the redactor's list, and what follows its field. */
const PLACE = /^\/changes\/(\d+)(?:\/[^/]*(.*))?$/;

function exactness({ truncated, redacted }: RedactionFindings): (index: number) => boolean {
  const inexact = new Set<number>();
  for (const path of [...redacted, ...truncated.map((cut) => cut.path)]) {
    const place = PLACE.exec(path)?.[1];
    if (place === undefined) {
      // The list as a whole was cut, or there were too many findings to name: nothing is certain any more.
      return () => false;
    }
    inexact.add(Number(place));
  }
  return (index) => !inexact.has(index);
}

/** Passes the findings of one side on, with the places that the changes have in the event. */
function tell(
  found: RedactionFindings,
  side: Side,
  places: ReadonlyMap<number, number>,
  findings: RedactionFindings,
): void {
  const inEvent = (path: string): string => {
    const [, place, rest = ''] = PLACE.exec(path) ?? [];
    return place === undefined ? path : `/changes/${places.get(Number(place)) ?? place}/${side}${rest}`;
  };
  for (const path of found.redacted) {
    noteRedacted(findings, inEvent(path));
  }
  for (const cut of found.truncated) {
    noteTruncated(findings, { ...cut, path: inEvent(cut.path) });
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

/** Methods are no state. */
function membersOf(state: unknown): Readonly<Record<string, unknown>> {
  if (state === undefined || state === null) {
    return {};
  }
  if (typeof state !== 'object') {
    return { value: state };
  }
  return Object.fromEntries(Object.entries(state).filter(([, value]) => typeof value !== 'function'));
}
