import { writeSync } from 'node:fs';

const OUT = 1;
const ERRORS = 2;
/** Whoever read has gone (`audited verify | head`), or there never was anybody. */
const NOBODY_READS: ReadonlySet<string> = new Set(['EPIPE', 'EBADF']);
/** A pipe that is full is tried again so soon. */
const PAUSE_MS = 5;

/** Writes bytes to a file descriptor and says how many; `writeSync` of node:fs, or one for tests. */
export type Write = (descriptor: number, bytes: Uint8Array, from: number) => number;

/**
 * Where a command writes: results to standard output, everything else to standard error, so that a pipe gets results
 * only.
 */
export class Terminal {
  private readonly gone = new Set<number>();

  constructor(
    /** Whether the result is one JSON document instead of sentences. */
    readonly isJson: boolean,
    /** Whether progress is kept to itself. */
    readonly isQuiet: boolean,
    private readonly writer: Write = writeSync,
  ) {}

  /** A line of a result that people read; nothing in JSON mode. */
  say(line = ''): void {
    if (!this.isJson) {
      this.write(OUT, `${line}\n`);
    }
  }

  /** The whole result for programs; nothing otherwise. */
  json(result: unknown): void {
    if (this.isJson) {
      this.print(`${JSON.stringify(result, undefined, 2)}\n`);
    }
  }

  /** A text that is the result in any case: help, or a document. */
  print(text: string): void {
    this.write(OUT, text);
  }

  /** Something that is no result: a warning, a hint. */
  note(line: string): void {
    if (!this.isQuiet) {
      this.write(ERRORS, `${line}\n`);
    }
  }

  /** Why a command failed. */
  fail(line: string): void {
    this.write(ERRORS, `${line}\n`);
  }

  /** Synchronously: a process that is about to end must not lose what it said into a pipe. */
  private write(descriptor: number, text: string): void {
    if (this.gone.has(descriptor)) {
      return;
    }
    const bytes = Buffer.from(printable(text));
    for (let written = 0; written < bytes.length;) {
      try {
        written += this.writer(descriptor, bytes, written);
      } catch (error) {
        const { code = '' } = error as NodeJS.ErrnoException;
        if (code === 'EAGAIN') {
          pause();
          continue;
        }
        this.gone.add(descriptor);
        if (descriptor === ERRORS || NOBODY_READS.has(code)) {
          // The exit code still says how it ended.
          return;
        }
        throw new Error(`the result could not be written to standard output (${code})`, { cause: error });
      }
    }
  }
}

/** What is in a record may come from an attacker: no control character reaches the terminal, and no change of direction. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (character) =>
    // The command's own layout.
    character === '\n' || character === '\t'
      ? character
      : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
}
