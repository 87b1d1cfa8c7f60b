import type { JsonValue } from '../event/json-value.js';
import { MEMBER_PUNCTUATION_BYTES, jsonBytes, numberBytes } from './json-bytes.js';
import { CIRCULAR, isNeverSecret, REDACTED, TRUNCATED, UNREADABLE } from './marks.js';
import { PathScope } from './names/path-scope.js';
import {
  hasRoomForTruncation,
  noteRedacted,
  noteTruncated,
  pointerTo,
  type RedactionFindings,
} from './redaction-findings.js';
import type { RedactionRules } from './redaction-rules.js';
import { isNumericCard, jsonNumber, scalarText } from './scalar-text.js';
import type { NameJudgement } from './names/secret-names.js';
import { digestSubtree } from './subtree-digest.js';
import { isHarmless, screen } from './secrets/text-screen.js';
import { isPlain, keysOf, lengthOf, readMember, viewOf, type View } from './value-view.js';
import { WorkBudget } from './work-budget.js';

const MARK_BYTES = TRUNCATED.length + 2;
const BRACKETS_BYTES = 2;
const BYTES_PER_UNIT = 3;

type Output = JsonValue[] | Record<string, JsonValue>;

/** An object or array on its way into the output. */
class Branch {
  /** Some name was changed, so names may clash. */
  renamed = 0;

  constructor(
    /** The value as found, for finding cycles. */
    readonly input: object,
    /** What of it is walked. */
    readonly view: object,
    readonly output: Output,
    readonly parent: Branch | undefined,
    readonly name: string,
    readonly depth: number,
    readonly scope: PathScope,
  ) {}
}

/**
 * Copies one value into plain JSON: normalised, redacted, bounded. Level by level, so that no nesting exhausts the
 * stack, and so that a huge first member does not crowd out its small siblings. One instance per value.
 */
export class ValueWalk {
  private readonly queue: Branch[] = [];
  /** Separate purses: digests of what was cut must not cost the rest its place. */
  private readonly hashing = new WorkBudget();
  private readonly reading = new WorkBudget();
  private remainingBytes: number;
  /** Size of the value that was admitted last; infinite when it does not fit. */
  private admittedBytes = 0;
  private result: JsonValue = null;

  constructor(
    private readonly rules: RedactionRules,
    private readonly pointer: string,
    private readonly findings: RedactionFindings,
  ) {
    this.remainingBytes = rules.limits.maxValueBytes;
  }

  run(input: unknown, scope: PathScope): JsonValue {
    this.result = this.admit(input, undefined, '', scope);
    if (this.admittedBytes > this.remainingBytes) {
      this.noteCut(input, scope, undefined, '');
      return TRUNCATED;
    }
    this.remainingBytes -= this.admittedBytes;
    for (let at = 0; at < this.queue.length; at += 1) {
      const branch = this.queue[at] as Branch;
      // The room for its mark was set aside when it was admitted.
      this.remainingBytes += MARK_BYTES - BRACKETS_BYTES;
      const complete = Array.isArray(branch.output) ? this.fillArray(branch) : this.fillObject(branch);
      if (!complete) this.cutShort(branch);
    }
    return this.result;
  }

  /** False when members had to be left out. */
  private fillObject(branch: Branch): boolean {
    const { view, scope } = branch;
    const { secrets, limits } = this.rules;
    const output = branch.output as Record<string, JsonValue>;
    if (this.reading.isSpent) return false;
    const keys = keysOf(view);
    if (keys === undefined) {
      this.replace(branch, UNREADABLE);
      return true;
    }
    const kept = Math.min(keys.length, limits.maxKeys);
    this.reading.takeNodes(keys.length);
    for (let at = 0; at < kept; at += 1) {
      const key = keys[at] as string;
      const raw = readMember(view, key);
      if (raw === undefined || typeof raw === 'function') continue;
      const judgement = secrets.judge(key);
      let name = key;
      let nameBytes = judgement.bytes;
      if (!judgement.presentable || branch.renamed > 0) {
        name = this.presentableName(branch, output, key, judgement);
        nameBytes = jsonBytes(name) + MEMBER_PUNCTUATION_BYTES;
      }
      const place = scope === PathScope.NONE ? scope : scope.below(judgement.plainName);
      this.remainingBytes -= nameBytes;
      const value = secrets.isSecret(judgement, place)
        ? this.hide(raw, branch, name, place)
        : this.admit(raw, branch, name, place);
      if (!this.place(value, raw, branch, name, place)) {
        this.remainingBytes += nameBytes;
        return false;
      }
    }
    return kept === keys.length;
  }

  private fillArray(branch: Branch): boolean {
    const { view, scope } = branch;
    const length = lengthOf(view) ?? 0;
    const kept = Math.min(length, this.rules.limits.maxItems);
    for (let at = 0; at < kept; at += 1) {
      const raw = readMember(view, at);
      const name = String(at);
      const place = scope === PathScope.NONE ? scope : scope.below(name);
      this.remainingBytes -= 1;
      const value =
        place.secret && !place.kept ? this.hide(raw, branch, name, place) : this.admit(raw, branch, name, place);
      if (!this.place(value, raw, branch, name, place)) {
        this.remainingBytes += 1;
        return false;
      }
    }
    return kept === length;
  }

  /** Puts an admitted value into the output, or its mark when it is too big; false when there is no room for that. */
  private place(value: JsonValue, raw: unknown, branch: Branch, name: string, scope: PathScope): boolean {
    if (this.admittedBytes <= this.remainingBytes) {
      this.remainingBytes -= this.admittedBytes;
      setMember(branch.output, name, value);
      return true;
    }
    if (this.remainingBytes < MARK_BYTES) return false;
    this.remainingBytes -= MARK_BYTES;
    setMember(branch.output, name, TRUNCATED);
    this.noteCut(raw, scope, branch, name);
    return true;
  }

  private hide(raw: unknown, branch: Branch, name: string, scope: PathScope): JsonValue {
    if (isNeverSecret(raw)) return this.admit(raw, branch, name, scope);
    this.admittedBytes = REDACTED.length + 2;
    if (this.admittedBytes <= this.remainingBytes) noteRedacted(this.findings, this.pointerOf(branch, name));
    return REDACTED;
  }

  private admit(raw: unknown, parent: Branch | undefined, name: string, scope: PathScope): JsonValue {
    switch (typeof raw) {
      case 'string':
        return this.admitText(raw, parent, name);
      case 'number':
        return this.admitNumber(raw, parent, name);
      case 'boolean':
        this.admittedBytes = raw ? 4 : 5;
        return raw;
      case 'bigint':
      case 'symbol':
      case 'function':
        return this.admitText(scalarText(raw), parent, name);
      case 'undefined':
        this.admittedBytes = 4;
        return null;
      default:
        return raw === null || raw === undefined
          ? this.admit(undefined, parent, name, scope)
          : this.admitObject(raw, parent, name, scope);
    }
  }

  private admitNumber(raw: number, parent: Branch | undefined, name: string): JsonValue {
    const value = jsonNumber(raw);
    if (typeof value === 'string') return this.admitText(value, parent, name);
    if (isNumericCard(value)) {
      noteRedacted(this.findings, this.pointerOf(parent, name));
      this.admittedBytes = REDACTED.length + 2;
      return REDACTED;
    }
    this.admittedBytes = numberBytes(value);
    return value;
  }

  private admitText(text: string, parent: Branch | undefined, name: string): JsonValue {
    const { maxStringBytes } = this.rules.limits;
    if (text.length * BYTES_PER_UNIT <= maxStringBytes) {
      const screened = screen(text);
      if (isHarmless(screened)) {
        this.admittedBytes = screened === 0 ? text.length + 2 : jsonBytes(text);
        return text;
      }
    }
    // Not worth a look: it has no room whatever is in it.
    if (Math.min(text.length, maxStringBytes) > this.remainingBytes) {
      this.admittedBytes = Infinity;
      return TRUNCATED;
    }
    const hashes = hasRoomForTruncation(this.findings) ? this.hashing : undefined;
    const bounded = this.rules.texts.bound(text, maxStringBytes, hashes);
    this.admittedBytes = jsonBytes(bounded.text);
    if (this.admittedBytes <= this.remainingBytes && (bounded.hidden || bounded.cut !== undefined)) {
      const path = this.pointerOf(parent, name);
      if (bounded.hidden) noteRedacted(this.findings, path);
      if (bounded.cut !== undefined) noteTruncated(this.findings, { path, ...bounded.cut });
    }
    return bounded.text;
  }

  private admitObject(input: object, parent: Branch | undefined, name: string, scope: PathScope): JsonValue {
    if (isAncestor(parent, input)) return this.admitText(CIRCULAR, parent, name);
    const view: View = isPlain(input) ? input : viewOf(input, this.reading);
    if (typeof view !== 'object' || view === null) return this.admit(view, parent, name, scope);
    const depth = parent === undefined ? 1 : parent.depth + 1;
    this.admittedBytes = MARK_BYTES;
    if (depth > this.rules.limits.maxDepth) {
      if (this.admittedBytes <= this.remainingBytes) this.noteCut(input, scope, parent, name);
      return TRUNCATED;
    }
    const output: Output = lengthOf(view) === undefined ? {} : [];
    if (this.admittedBytes <= this.remainingBytes) {
      this.queue.push(new Branch(input, view, output, parent, name, depth, scope));
    }
    return output;
  }

  /** A name as it may be shown: its secrets hidden, not too long, and not twice in one object. */
  private presentableName(branch: Branch, output: object, key: string, judgement: NameJudgement): string {
    let name = key;
    if (!judgement.presentable) {
      const { text, hidden, cut } = this.rules.texts.bound(key, this.rules.limits.maxLineBytes, this.hashing);
      name = cut === undefined ? text : `${text}…`;
      branch.renamed += 1;
      const path = this.pointerOf(branch, name);
      if (hidden) noteRedacted(this.findings, path);
      if (cut !== undefined) noteTruncated(this.findings, { path, ...cut });
    }
    let unused = name;
    while (Object.hasOwn(output, unused)) unused = `${name}~${(branch.renamed += 1)}`;
    return unused;
  }

  private cutShort(branch: Branch): void {
    const { output, parent, name } = branch;
    if (Object.keys(output).length === 0) this.replace(branch, TRUNCATED);
    this.noteCut(branch.input, branch.scope, parent, name);
  }

  private noteCut(raw: unknown, scope: PathScope, parent: Branch | undefined, name: string): void {
    const path = this.pointerOf(parent, name);
    if (!hasRoomForTruncation(this.findings)) {
      noteTruncated(this.findings, { path, bytes: typeof raw === 'string' ? raw.length : 0 });
    } else if (typeof raw === 'string') {
      noteTruncated(this.findings, { path, ...this.rules.texts.describe(raw, this.hashing) });
    } else {
      noteTruncated(this.findings, { path, ...digestSubtree(raw, scope, this.rules, this.hashing) });
    }
  }

  private replace(branch: Branch, mark: string): void {
    this.remainingBytes -= mark.length + 2 - BRACKETS_BYTES;
    if (branch.parent === undefined) this.result = mark;
    else setMember(branch.parent.output, branch.name, mark);
  }

  private pointerOf(parent: Branch | undefined, name: string): string {
    return parent === undefined ? this.pointer : pointerTo(this.pointerOf(parent.parent, parent.name), name);
  }
}

function isAncestor(branch: Branch | undefined, input: object): boolean {
  for (let above = branch; above !== undefined; above = above.parent) if (above.input === input) return true;
  return false;
}

/** A member called `__proto__` stays a member and never becomes a prototype. */
function setMember(output: Output, name: string, value: JsonValue): void {
  if (Array.isArray(output)) output[Number(name)] = value;
  else if (name !== '__proto__') output[name] = value;
  else Object.defineProperty(output, name, { value, enumerable: true, configurable: true, writable: true });
}
