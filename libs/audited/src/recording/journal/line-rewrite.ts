import { randomBytes } from 'node:crypto';
import { lstat, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { canonicalJson } from '../../event/canonical-json.js';
import type { AuditEvent } from '../../event/audit-event.js';
import type { JsonObject } from '../../event/json-value.js';
import { journalLine } from './journal-line.js';
import { linesForward, openToRead, type RawLine } from './reading/raw-lines.js';
import { readLine, type EventLine } from './reading/read-line.js';

/** For each line how its event is to stand in the journal from now on; `undefined` leaves it as it is. */
export type RewriteEvents = (lines: readonly EventLine[]) => Promise<readonly (AuditEvent | undefined)[]>;

/** What became of a file. */
export interface RewrittenFile {
  /** Lines that were changed, or would have been. */
  readonly changed: number;
  /** Lines that are no events; they are copied as they are. */
  readonly damaged: number;
}

/** Shipping agents look for `<prefix>-*.jsonl`: this is none. */
const REPLACEMENT = /^\..+\.jsonl\.[0-9a-f]{16}\.rewriting$/;
/** A replacement that was not touched for so long is left over from a kill. */
const LEFT_OVER_MS = 600_000;
const COPY_BYTES = 1024 * 1024;
/** Somebody else rewrote the file at the same time: so often it is done again. */
const MAX_ATTEMPTS = 5;

/**
 * Replaces lines of a file that nobody writes any more. The file is replaced as a whole, durable when this resolves; a
 * kill leaves the old one. Everything but the changed lines stays byte for byte.
 *
 * @param isDry only counts
 */
export async function rewriteLines(path: string, rewrite: RewriteEvents, isDry: boolean): Promise<RewrittenFile> {
  for (let attempt = 1; ; attempt++) {
    const source = await openToRead(path);
    if (source === undefined) {
      return { changed: 0, damaged: 0 };
    }
    const copy = new LineCopy(source, path, isDry);
    try {
      const found = await copy.run(rewrite);
      if (isDry || found.changed === 0 || (await copy.takePlace())) {
        return found;
      }
      if (attempt === MAX_ATTEMPTS) {
        throw new Error(`the journal file ${path} is replaced again and again by others`);
      }
    } finally {
      await copy.close();
    }
  }
}

/** Removes replacements that a killed process left in a folder. */
export async function removeLeftOver(directory: string): Promise<void> {
  for (const name of (await readdir(directory)).filter((one) => REPLACEMENT.test(one))) {
    const path = join(directory, name);
    if (Date.now() - (await stat(path)).mtimeMs > LEFT_OVER_MS) {
      await rm(path, { force: true });
    }
  }
}

/** One attempt: the source, and the replacement once there is a line to change. */
class LineCopy {
  private target: FileHandle | undefined;
  private copiedTo = 0;
  private readonly targetPath: string;

  constructor(
    private readonly source: FileHandle,
    private readonly path: string,
    private readonly isDry: boolean,
  ) {
    const name = path.slice(dirname(path).length + 1);
    this.targetPath = join(dirname(path), `.${name}.${randomBytes(8).toString('hex')}.rewriting`);
  }

  async run(rewrite: RewriteEvents): Promise<RewrittenFile> {
    let changed = 0;
    let damaged = 0;
    for await (const lines of linesForward(this.source, false)) {
      const read = lines.map((raw) => ({ raw, line: readLine(this.path, raw) }));
      const whole = read.flatMap(({ raw, line }) => ('event' in line ? [{ raw, ...line }] : []));
      damaged += read.length - whole.length;
      const rewritten = whole.length === 0 ? [] : await rewrite(whole);
      for (const [index, { raw, text }] of whole.entries()) {
        const event = rewritten[index];
        const next = event === undefined ? text : journalLine({ body: canonicalJson(event as unknown as JsonObject) });
        if (next !== text) {
          changed++;
          await this.replace(raw, next);
        }
      }
    }
    return { changed, damaged };
  }

  /** @returns false when the file is another one by now */
  async takePlace(): Promise<boolean> {
    const { target } = this;
    const before = await this.source.stat({ bigint: true });
    if (target === undefined) {
      return true;
    }
    await this.copyUntil(Number(before.size));
    await target.chmod(Number(before.mode) & 0o777);
    await target.sync();
    const now = await lstat(this.path, { bigint: true });
    if (now.ino !== before.ino || now.dev !== before.dev) {
      return false;
    }
    await rename(this.targetPath, this.path);
    await syncName(this.path);
    return true;
  }

  async close(): Promise<void> {
    await this.source.close();
    await this.target?.close();
    // Not there any more when it took the place.
    await rm(this.targetPath, { force: true });
  }

  private async replace({ offsetBytes, lengthBytes }: RawLine, next: string): Promise<void> {
    if (this.isDry) {
      return;
    }
    this.target ??= await open(this.targetPath, 'wx', 0o600);
    await this.copyUntil(offsetBytes);
    await this.target.appendFile(next);
    this.copiedTo = offsetBytes + lengthBytes;
  }

  private async copyUntil(end: number): Promise<void> {
    while (this.copiedTo < end) {
      const buffer = Buffer.allocUnsafe(Math.min(COPY_BYTES, end - this.copiedTo));
      const { bytesRead } = await this.source.read(buffer, 0, buffer.length, this.copiedTo);
      if (bytesRead === 0) {
        throw new Error(`the journal file ${this.path} became shorter while it was read`);
      }
      await this.target?.appendFile(buffer.subarray(0, bytesRead));
      this.copiedTo += bytesRead;
    }
  }
}

async function syncName(path: string): Promise<void> {
  if (process.platform === 'win32') {
    return;
  }
  const folder = await open(dirname(path), 'r');
  await folder.sync().finally(() => folder.close());
}
