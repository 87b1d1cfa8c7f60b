import { createHash } from 'node:crypto';
import { PathScope } from './names/path-scope.js';
import type { RedactionRules } from './redaction-rules.js';
import { isNumericCard, jsonNumber, scalarText } from './scalar-text.js';
import { CIRCULAR, REDACTED, UNREADABLE, isNeverSecret } from './marks.js';
import { isPlain, keysOf, lengthOf, readMember, viewOf, type View } from './value-view.js';
import type { WorkBudget } from './work-budget.js';

/** Size of a cut subtree; its hash unless the budget ended first, and then the size is what was counted. */
export interface SubtreeDigest {
  readonly bytes: number;
  readonly sha256?: string;
}

/**
 * Size and SHA-256 of the canonical JSON (RFC 8785) of a whole subtree: normalised as the kept part is, without its
 * limits, and with every secret replaced, so that nobody can find a short secret by trying values against the hash.
 * Any nesting: the stack is on the heap.
 */
export function digestSubtree(
  raw: unknown,
  scope: PathScope,
  rules: RedactionRules,
  budget: WorkBudget,
): SubtreeDigest {
  const walk = new DigestWalk(rules, budget);
  return walk.run(raw, scope);
}

/** An object or array that is being written. */
interface Frame {
  readonly input: object;
  readonly view: object;
  /** Absent for arrays. */
  readonly members: readonly Member[] | undefined;
  readonly length: number;
  readonly scope: PathScope;
  at: number;
  isEmpty: boolean;
}

interface Member {
  readonly key: string;
  /** The key with its own secrets replaced. */
  readonly shown: string;
}

const FLUSH_LENGTH = 64 * 1024;
/** Searching a character for secrets takes about as long as hashing so many. */
const SEARCH_COST = 8;
/** Looking what an object stands for takes about as long as walking so many plain members. */
const VIEW_COST = 20;

class DigestWalk {
  private readonly hash = createHash('sha256');
  private readonly stack: Frame[] = [];
  private readonly open = new Set<object>();
  private pending = '';
  private bytes = 0;

  constructor(
    private readonly rules: RedactionRules,
    private readonly budget: WorkBudget,
  ) {}

  run(raw: unknown, scope: PathScope): SubtreeDigest {
    let within = this.write(raw, scope);
    for (let frame = this.stack.at(-1); within && frame !== undefined; frame = this.stack.at(-1))
      within = this.step(frame);
    this.flush();
    return within ? { bytes: this.bytes, sha256: this.hash.digest('hex') } : { bytes: this.bytes };
  }

  /** Writes the next member or item; false when the budget is spent. */
  private step(frame: Frame): boolean {
    if (frame.at >= frame.length) {
      this.emit(frame.members === undefined ? ']' : '}');
      this.open.delete(frame.input);
      this.stack.pop();
      return true;
    }
    const at = frame.at;
    frame.at += 1;
    if (frame.members === undefined) return this.budget.takeNodes(1) && this.writeItem(frame, at);
    const member = frame.members[at];
    return member === undefined || this.writeMember(frame, member);
  }

  private writeItem(frame: Frame, at: number): boolean {
    if (at > 0) this.emit(',');
    const place = frame.scope === PathScope.NONE ? frame.scope : frame.scope.below(String(at));
    return this.writeUnlessSecret(readMember(frame.view, at), place, place.secret && !place.kept);
  }

  private writeMember(frame: Frame, { key, shown }: Member): boolean {
    const raw = readMember(frame.view, key);
    if (raw === undefined || typeof raw === 'function') return true;
    const judgement = this.rules.secrets.judge(key);
    const place = frame.scope.below(judgement.plainName);
    this.emit(`${frame.isEmpty ? '' : ','}${JSON.stringify(shown)}:`);
    frame.isEmpty = false;
    return this.writeUnlessSecret(raw, place, this.rules.secrets.isSecret(judgement, place));
  }

  private writeUnlessSecret(raw: unknown, scope: PathScope, secret: boolean): boolean {
    return secret && !isNeverSecret(raw) ? this.emit(JSON.stringify(REDACTED)) : this.write(raw, scope);
  }

  private write(raw: unknown, scope: PathScope): boolean {
    switch (typeof raw) {
      case 'string':
        return this.writeText(raw);
      case 'number': {
        const value = jsonNumber(raw);
        if (typeof value === 'string') return this.writeText(value);
        return this.emit(isNumericCard(value) ? JSON.stringify(REDACTED) : String(value));
      }
      case 'boolean':
        return this.emit(String(raw));
      case 'bigint':
      case 'symbol':
      case 'function':
        return this.writeText(scalarText(raw));
      default:
        return raw === undefined || raw === null ? this.emit('null') : this.writeObject(raw, scope);
    }
  }

  private writeText(text: string): boolean {
    return this.budget.takeBytes(text.length * SEARCH_COST) && this.emit(JSON.stringify(this.rules.texts.hide(text)));
  }

  private writeObject(input: object, scope: PathScope): boolean {
    if (this.open.has(input)) return this.writeText(CIRCULAR);
    const plain = isPlain(input);
    if (!plain && !this.budget.takeNodes(VIEW_COST)) return false;
    const view: View = plain ? input : viewOf(input, this.budget);
    if (typeof view !== 'object' || view === null) return this.write(view, scope);
    const length = lengthOf(view);
    const members = length === undefined ? this.membersOf(view) : undefined;
    if (length === undefined && members === undefined) return this.budget.isSpent ? false : this.writeText(UNREADABLE);
    this.open.add(input);
    this.stack.push({ input, view, members, length: length ?? members?.length ?? 0, scope, at: 0, isEmpty: true });
    return this.emit(length === undefined ? '{' : '[');
  }

  /** In the order of RFC 8785: by UTF-16 units, which is how JavaScript compares texts. */
  private membersOf(view: object): readonly Member[] | undefined {
    const keys = keysOf(view);
    if (keys === undefined || !this.budget.takeNodes(keys.length)) return undefined;
    const members = keys.map((key) => ({
      key,
      shown: this.rules.secrets.judge(key).presentable ? key : this.rules.texts.hide(key),
    }));
    return members.sort((left, right) => (left.shown < right.shown ? -1 : left.shown > right.shown ? 1 : 0));
  }

  private emit(piece: string): true {
    this.pending += piece;
    if (this.pending.length >= FLUSH_LENGTH) this.flush();
    return true;
  }

  private flush(): void {
    this.bytes += Buffer.byteLength(this.pending);
    this.hash.update(this.pending);
    this.pending = '';
  }
}
