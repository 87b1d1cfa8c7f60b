import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import type { BundleFile } from './bundle-file.js';

const gzip = promisify<zlib.InputType, Buffer>(zlib.gzip);

/** Text that is packed at a time: a member of the gzip file (RFC 1952, section 2.2, allows many). */
const MEMBER_CHARACTERS = 1024 * 1024;

/**
 * Packs lines into a file, about a mebibyte at a time and outside the event loop. Holds two such pieces at most: one
 * that is gathered, and one that is packed and written meanwhile.
 */
export class GzipLines {
  private lines: string[] = [];
  private gathered = 0;
  private members = 0;
  private written: Promise<void> = Promise.resolve();

  constructor(private readonly file: BundleFile) {}

  /** True when {@link GzipLines.flush} must be waited for before more is added. */
  get isFull(): boolean {
    return this.gathered >= MEMBER_CHARACTERS;
  }

  /** @param line without line feed */
  add(line: string): void {
    this.lines.push(line);
    this.gathered += line.length + 1;
  }

  /** Resolves when what was flushed before is in the file; the present piece is on its way then. */
  async flush(): Promise<void> {
    await this.written;
    const text = this.lines.length === 0 ? '' : `${this.lines.join('\n')}\n`;
    this.lines = [];
    this.gathered = 0;
    this.members++;
    this.written = this.pack(text);
    // Whoever flushes next, or finishes, is told; without this line a failure in between would end the process.
    this.written.catch(() => undefined);
  }

  /** Resolves when every line is in the file. */
  async finish(): Promise<void> {
    // A file without any member would be no gzip file.
    if (this.lines.length > 0 || this.members === 0) {
      await this.flush();
    }
    await this.written;
  }

  /** Waits for what is under way and closes the file, after a failure. */
  async abandon(): Promise<void> {
    await this.written.catch(() => undefined);
    await this.file.abandon();
  }

  private async pack(text: string): Promise<void> {
    await this.file.write(await gzip(text));
  }
}
