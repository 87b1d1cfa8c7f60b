import { writeSync } from 'node:fs';

const OUT = 1;
const ERRORS = 2;

/**
 * Where a command writes: results to standard output, everything else to standard error, so that a pipe gets results
 * only.
 */
export class Terminal {
  constructor(
    /** Whether the result is one JSON document instead of sentences. */
    readonly isJson: boolean,
    /** Whether progress is kept to itself. */
    readonly isQuiet: boolean,
  ) {}

  /** A line of a result that people read; nothing in JSON mode. */
  say(line = ''): void {
    if (!this.isJson) {
      write(OUT, line);
    }
  }

  /** The whole result for programs; nothing otherwise. */
  json(result: unknown): void {
    if (this.isJson) {
      write(OUT, JSON.stringify(result, undefined, 2));
    }
  }

  /** Something that is no result: a warning, a hint. */
  note(line: string): void {
    if (!this.isQuiet) {
      write(ERRORS, line);
    }
  }

  /** Why a command failed. */
  fail(line: string): void {
    write(ERRORS, line);
  }
}

/** Synchronously: a process that is about to end must not lose what it said into a pipe. */
function write(descriptor: number, line: string): void {
  const bytes = Buffer.from(`${printable(line)}\n`);
  for (let written = 0; written < bytes.length;) {
    try {
      written += writeSync(descriptor, bytes, written);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') {
        return; // Whoever read has gone: `audited verify | head`.
      }
      if (code !== 'EAGAIN') {
        throw error;
      }
    }
  }
}

/** What is in a record may come from an attacker: no control character reaches the terminal, and no change of direction. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, (character) =>
    // The command's own layout.
    character === '\n' || character === '\t'
      ? character
      : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
