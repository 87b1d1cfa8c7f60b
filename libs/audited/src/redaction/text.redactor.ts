import { createHash } from 'node:crypto';
import { findSecrets } from './secrets/secret-detectors.js';
import { replaceSpans, type SecretSpan } from './secrets/secret-spans.js';
import { SUSPICIOUS, Screen, screen } from './secrets/text-screen.js';
import { lengthWithin } from './utf8-cut.js';
import type { WorkBudget } from './work-budget.js';

/** Behind the kept part, so far is looked for secrets that begin in it. */
const WINDOW_LENGTH = 4096;
/** A text that is hashed is looked through so far, lest the hash betray a secret by trying. */
const HASHED_WINDOW_LENGTH = 256 * 1024;

const LONE_SURROGATES = /\p{Surrogate}/gu;

/** A text as it may be kept. */
export interface BoundedText {
  readonly text: string;
  /** A secret was replaced. */
  readonly hidden: boolean;
  /** Present when the text was cut: size of the original and, within the budget, its hash. */
  readonly cut?: TextDigest;
}

export interface TextDigest {
  /** Of UTF-8. */
  readonly bytes: number;
  /** Absent beyond the budget. */
  readonly sha256?: string;
}

/** Removes secrets from texts and cuts them, in time bounded by what is kept. */
export class TextRedactor {
  constructor(private readonly isSecretName: (name: string) => boolean) {}

  /** The whole text with its secrets replaced and lone surrogates mended. */
  hide(text: string): string {
    const { mended, spans } = this.inspect(text);
    return replaceSpans(mended, spans, mended.length);
  }

  /** The beginning of the text, at most `maxBytes` of UTF-8. Without a budget no hash is computed. */
  bound(text: string, maxBytes: number, budget: WorkBudget | undefined): BoundedText {
    const { mended, spans } = this.inspect(windowOf(text, maxBytes + WINDOW_LENGTH));
    const keptLength = lengthWithin(mended, maxBytes);
    const replaced = replaceSpans(mended, spans, keptLength);
    const hidden = (spans[0]?.start ?? keptLength) < keptLength;
    // Where secrets are short, their replacement is longer: the result is measured once more.
    const resultLength = lengthWithin(replaced, maxBytes);
    if (keptLength === text.length && resultLength === replaced.length) return { text: replaced, hidden };
    return { text: replaced.slice(0, resultLength), hidden, cut: this.describe(text, budget) };
  }

  /**
   * Size and hash of a text that is cut. The hash is that of the original; where the original holds secrets, with
   * `[redacted]` in their place. Without a budget, the size is a lower bound.
   */
  describe(text: string, budget: WorkBudget | undefined): TextDigest {
    if (budget === undefined) return { bytes: text.length };
    const bytes = Buffer.byteLength(text);
    if (!budget.takeBytes(bytes)) return { bytes };
    const { mended, spans } = this.inspect(windowOf(text, HASHED_WINDOW_LENGTH));
    const hash = createHash('sha256');
    if (spans.length === 0) hash.update(text);
    else hash.update(replaceSpans(mended, spans, mended.length)).update(text.slice(mended.length));
    return { bytes, sha256: hash.digest('hex') };
  }

  /** Mending keeps the length, so that places in the mended text are places in the original. */
  private inspect(text: string): { mended: string; spans: readonly SecretSpan[] } {
    const screened = screen(text);
    const mended = (screened & Screen.SURROGATE) === 0 ? text : text.replace(LONE_SURROGATES, '\uFFFD');
    const spans = (screened & SUSPICIOUS) === 0 ? [] : findSecrets(mended, screened, this.isSecretName);
    return { mended, spans };
  }
}

function windowOf(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}
