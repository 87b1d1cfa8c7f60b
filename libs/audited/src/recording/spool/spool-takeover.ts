import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { namesIn, removeEmptied, takenOverFolders, type OwnerFolder } from './owner-folder.js';
import { parseSegmentName, segmentName, surveySegment, type Segment } from './spool-segment.js';

/** Where the files of another owner go. */
export interface TakeoverTarget {
  readonly folder: OwnerFolder;
  readonly nextNumber: () => number;
  readonly add: (segment: Segment) => void;
}

/**
 * Empties the folders that were taken over into the one they are in, in their order; also what a take-over that was
 * interrupted left behind, however deep. What was refused becomes a file like any other: it is tried once more.
 *
 * @returns how many events came
 */
export async function emptyTakenOver(target: TakeoverTarget, path = target.folder.path): Promise<number> {
  let events = 0;
  for (const inside of await takenOverFolders(path)) {
    events += await emptyTakenOver(target, inside);
    events += await moveSegments(target, inside);
    await target.folder.takeLosses(inside);
    await removeEmptied(inside);
  }
  return events;
}

async function moveSegments({ folder, nextNumber, add }: TakeoverTarget, inside: string): Promise<number> {
  let events = 0;
  const names = await namesIn(inside);
  for (const name of names) {
    const parsed = parseSegmentName(name);
    if (parsed === undefined) {
      continue;
    }
    const file = join(inside, name);
    if (parsed.kind === 'refused' && names.includes(segmentName(parsed.number))) {
      // The replay was killed between the two; the whole file still has what this one repeats.
      await rm(file);
      continue;
    }
    const number = nextNumber();
    const segment = await surveySegment(number, file);
    const path = join(folder.path, segmentName(number));
    await rename(file, path);
    add({ ...segment, path });
    events += segment.events;
  }
  return events;
}
