import type { AuditSeal } from 'nestjs-audited';
import { readPersonalLine, type PersonalLine } from 'nestjs-audited/custody';
import type { InputLine } from './input-lines.js';

/** Told what is wrong with a line; throws unless bad lines are skipped. */
export type TellBadLine = (line: number, problem: string) => void;

/**
 * The personal parts of a bundle, beside its records. Both files stand in one order, so that each is read once and
 * nothing is held.
 */
export class PersonalParts {
  private next: { readonly line: number; readonly part: PersonalLine } | undefined;
  private before: string | undefined;
  private hasEnded = false;

  constructor(
    private readonly lines: AsyncGenerator<InputLine, void, undefined>,
    private readonly tell: TellBadLine,
  ) {}

  /** @returns `undefined` for a record that has none: it never had one, or it was erased */
  async of({ chain, position }: AuditSeal): Promise<PersonalLine | undefined> {
    for (let next = await this.peek(); next !== undefined; next = await this.peek()) {
      const { line, part } = next;
      if (part.chain === chain && part.position === position) {
        this.next = undefined;
        this.before = chain;
        return part;
      }
      // Of a record that was passed already, or never came; anything else belongs to one that is to come.
      const isPast = part.chain === chain ? part.position < position : part.chain === this.before;
      if (!isPast) {
        break;
      }
      this.next = undefined;
      this.tell(line, 'it belongs to no record');
    }
    this.before = chain;
    return undefined;
  }

  /** Behind the last record nothing may be left: then the two files do not belong together. */
  async end(): Promise<void> {
    for (let next = await this.peek(); next !== undefined; next = await this.peek()) {
      this.next = undefined;
      this.tell(next.line, 'it belongs to no record');
    }
  }

  async close(): Promise<void> {
    await this.lines.return();
  }

  private async peek(): Promise<PersonalParts['next']> {
    while (this.next === undefined && !this.hasEnded) {
      const { done, value } = await this.lines.next();
      if (done === true) {
        this.hasEnded = true;
        break;
      }
      const part = value.problem === undefined ? readPersonalLine(value.text) : undefined;
      if (part === undefined) {
        this.tell(value.number, value.problem ?? 'it is no personal part');
      } else {
        this.next = { line: value.number, part };
      }
    }
    return this.next;
  }
}
