import { SECRET_ENDINGS, SECRET_LAST_WORDS, SECRET_NAMES } from './default-paths.js';
import { MEMBER_PUNCTUATION_BYTES, jsonBytes } from '../json-bytes.js';
import { lastWord, plainKeyName } from './key-name.js';
import { isHarmless, screen } from '../secrets/text-screen.js';

const ENDINGS = new Set(SECRET_ENDINGS);
const LAST_WORDS = new Set(SECRET_LAST_WORDS);
const NAMES = new Set([...SECRET_ENDINGS, ...SECRET_LAST_WORDS, ...SECRET_NAMES]);
const LONGEST_ENDING = Math.max(...SECRET_ENDINGS.map((name) => name.length));
const SHORTEST_ENDING = Math.min(...SECRET_ENDINGS.map((name) => name.length));

const MAX_CACHED_NAMES = 2048;
/** Longer names come from attackers, not from programmers; they are judged each time and never kept. */
const MAX_CACHED_LENGTH = 64;

/** What is known about a key name before looking at where it stands. */
export interface NameJudgement {
  /** Its value is hidden, unless a path of `keep` says otherwise. */
  readonly secret: boolean;
  /** The name is listed in `keep`: no pattern hides its value. */
  readonly kept: boolean;
  /** As {@link plainKeyName} gives it. */
  readonly plainName: string;
  /** The name can be shown as it is: short, well-formed and no secret itself. */
  readonly presentable: boolean;
  /** Bytes of `"name":,` in JSON, when presentable. */
  readonly bytes: number;
}

/** Tells secrets by the names of their keys. Each name is judged once; the memory of that is bounded. */
export class SecretNames {
  private readonly judged = new Map<string, NameJudgement>();

  /**
   * @param own plain names that the application added
   * @param kept plain names that the application excepts
   */
  constructor(
    private readonly own: ReadonlySet<string>,
    private readonly kept: ReadonlySet<string>,
  ) {}

  judge(key: string): NameJudgement {
    const known = this.judged.get(key);
    if (known !== undefined) return known;
    const plainName = plainKeyName(key);
    const kept = this.kept.has(plainName);
    const secret = !kept && (this.own.has(plainName) || isDefaultSecret(key, plainName));
    const presentable = key.length <= MAX_CACHED_LENGTH && isHarmless(screen(key));
    const bytes = presentable ? jsonBytes(key) + MEMBER_PUNCTUATION_BYTES : 0;
    const judgement: NameJudgement = { secret, kept, plainName, presentable, bytes };
    if (key.length <= MAX_CACHED_LENGTH) {
      // Starting over costs a few microseconds; a flood of random keys can do no more harm than that.
      if (this.judged.size >= MAX_CACHED_NAMES) this.judged.clear();
      this.judged.set(key, judgement);
    }
    return judgement;
  }

  /** True when the application itself listed the name, built-in names aside. */
  isOwn(plainName: string): boolean {
    return this.own.has(plainName) && !this.kept.has(plainName);
  }
}

function isDefaultSecret(key: string, plainName: string): boolean {
  // `password2` is as secret as `password`.
  const unnumbered = plainName.replace(/\d+$/, '');
  if (NAMES.has(plainName) || NAMES.has(unnumbered)) return true;
  for (let length = SHORTEST_ENDING; length <= LONGEST_ENDING && length < unnumbered.length; length += 1) {
    if (ENDINGS.has(unnumbered.slice(-length))) return true;
  }
  const word = lastWord(key);
  return LAST_WORDS.has(word) || LAST_WORDS.has(word.replace(/\d+$/, ''));
}
