import { PathScope } from './path-scope.js';
import { parsePathPattern, type PathPattern } from './path-pattern.js';
import { pointerNames } from '../redaction-findings.js';
import type { RedactionOptions } from '../redaction.options.js';
import { SecretNames, type NameJudgement } from './secret-names.js';

const MAX_CACHED_POINTERS = 256;

/** Where a value stands in the event. */
export interface PlaceJudgement {
  /** The place, or one above it, is secret by the application's own patterns. */
  readonly secretByOption: boolean;
  /** The same, built-in key names included. */
  readonly secret: boolean;
  readonly scope: PathScope;
}

/** Decides by key and place whether a value is a secret: built-in names, own names and paths, exceptions. */
export class SecretKeys {
  private readonly names: SecretNames;
  private readonly event: PathScope;
  private readonly places = new Map<string, PlaceJudgement>();
  /** Whether the application gave any pattern; without one no place can be secret by option. */
  readonly hasOptions: boolean;

  /** @throws OptionsInvalidError when a pattern is malformed */
  constructor(options: Pick<RedactionOptions, 'paths' | 'keep'>) {
    const paths = (options.paths ?? []).map((pattern, at) => parsePathPattern(pattern, `redaction.paths[${at}]`));
    const keep = (options.keep ?? []).map((pattern, at) => parsePathPattern(pattern, `redaction.keep[${at}]`));
    this.hasOptions = paths.length + keep.length > 0;
    this.names = new SecretNames(namesOf(paths), namesOf(keep));
    this.event = PathScope.ofEvent(pathsOf(paths), pathsOf(keep));
  }

  judge(key: string): NameJudgement {
    return this.names.judge(key);
  }

  /** True for names whose values are hidden at any place: what `name=value` in a text is compared with. */
  isSecretName(name: string): boolean {
    return this.names.judge(name).secret;
  }

  /** The last word on one member: the name's judgement, then the paths that end at `scope`, the member's own place. */
  isSecret(judgement: NameJudgement, scope: PathScope): boolean {
    if (scope === PathScope.NONE) return judgement.secret;
    return !scope.kept && (judgement.secret || (scope.secret && !judgement.kept));
  }

  /** Judges a JSON Pointer into the event, as the redactor is called with. */
  at(pointer: string): PlaceJudgement {
    const known = this.places.get(pointer);
    if (known !== undefined) return known;
    const place = this.judgePlace(pointer);
    if (this.places.size >= MAX_CACHED_POINTERS) this.places.clear();
    this.places.set(pointer, place);
    return place;
  }

  private judgePlace(pointer: string): PlaceJudgement {
    let scope = this.event;
    let secret = false;
    let secretByOption = false;
    for (const name of pointerNames(pointer)) {
      const judgement = this.names.judge(name);
      scope = scope.below(judgement.plainName);
      secret ||= this.isSecret(judgement, scope);
      secretByOption ||= this.isSecret({ ...judgement, secret: this.names.isOwn(judgement.plainName) }, scope);
    }
    return { secret, secretByOption, scope };
  }
}

function namesOf(patterns: readonly PathPattern[]): ReadonlySet<string> {
  return new Set(patterns.flatMap((pattern) => (pattern.kind === 'name' ? [pattern.name] : [])));
}

function pathsOf(patterns: readonly PathPattern[]): (readonly string[])[] {
  return patterns.flatMap((pattern) => (pattern.kind === 'path' ? [pattern.names] : []));
}
