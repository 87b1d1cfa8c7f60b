import { readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { AuditEvent } from '../../event/audit-event.js';
import { isMissing, syncFolder } from './durable-folder.js';
import { writeDurably } from './owner-folder.js';
import { encodeEntry, readPieces, type SpoolEntry } from './spool-entry.js';

/** How the name of a file ends that is to take the place of another; one that is left over counts for nothing. */
export const REPLACEMENT_SUFFIX = '.new';

/** A file of the spool whose events lost their personal parts. */
export interface StrippedSegment {
  /** How many events lost theirs. */
  readonly stripped: number;
  /** Of the file as it is now. */
  readonly bytes: number;
  readonly events: number;
}

/** The entries of a spool file that have a personal part; none when the file is gone, stored and removed meanwhile. */
export async function personalEntries(path: string): Promise<readonly SpoolEntry[]> {
  const bytes = await readIfThere(path);
  const pieces = bytes === undefined ? [] : [...readPieces(bytes)];
  return pieces.flatMap((piece) =>
    piece.kind === 'entry' && piece.entry.event.personal !== undefined ? [piece.entry] : [],
  );
}

/**
 * Takes personal part and salt of some events out of a spool file that nobody writes or reads at the moment. The file is
 * replaced as a whole, so a kill leaves the one or the other; everything else in it stays byte for byte, damage too.
 *
 * @returns `undefined` when there was nothing to take, or the file is gone
 */
export async function stripSegment(path: string, eventIds: ReadonlySet<string>): Promise<StrippedSegment | undefined> {
  const bytes = await readIfThere(path);
  if (bytes === undefined) {
    return undefined;
  }
  const parts: Buffer[] = [];
  let copiedTo = 0;
  let stripped = 0;
  let events = 0;
  for (const piece of readPieces(bytes)) {
    if (piece.kind !== 'entry') {
      continue;
    }
    events++;
    const { chain, event } = piece.entry;
    if (event.personal !== undefined && eventIds.has((JSON.parse(event.body) as AuditEvent).id)) {
      const line = encodeEntry({ chain, event: { body: event.body } });
      // Without its newline: the one that follows the entry, or the damage in its place, is copied.
      parts.push(bytes.subarray(copiedTo, piece.start), line.subarray(0, line.length - 1));
      copiedTo = piece.end;
      stripped++;
    }
  }
  if (stripped === 0) {
    return undefined;
  }
  const content = Buffer.concat([...parts, bytes.subarray(copiedTo)]);
  return (await replaceFile(path, content)) ? { stripped, bytes: content.length, events } : undefined;
}

/** @returns false when the folder was taken over meanwhile */
async function replaceFile(path: string, content: Buffer): Promise<boolean> {
  const replacement = `${path}${REPLACEMENT_SUFFIX}`;
  try {
    await writeDurably(replacement, content);
    await rename(replacement, path);
    await syncFolder(dirname(path));
    return true;
  } catch (error) {
    if (isMissing(error)) {
      return false;
    }
    await rm(replacement, { force: true }).catch(() => {
      // What went wrong first is what is told; the left-over is removed with its folder.
    });
    throw error;
  }
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (isMissing(error)) {
      return undefined;
    }
    throw error;
  }
}
