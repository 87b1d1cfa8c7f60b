import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

const LINE_FEED = 0x0a;
const STEP_BYTES = 64 * 1024;

/**
 * Takes away the half line that a killed process left at the end of a file. Its batch was not acknowledged, because that
 * takes a flush of the whole of it, so it is sent again.
 *
 * @returns how many bytes went
 */
export async function cutTornLine(path: string): Promise<number> {
  const file = await open(path, constants.O_RDWR | (constants.O_NOFOLLOW ?? 0));
  try {
    const { size } = await file.stat();
    const end = await endOfLines(file, size);
    // It grew meanwhile: somebody writes in it, and knows best.
    if (end === size || (await file.stat()).size !== size) {
      return 0;
    }
    await file.truncate(end);
    await file.datasync();
    return size - end;
  } finally {
    await file.close();
  }
}

/** Where the last whole line ends; 0 when there is none. */
async function endOfLines(file: FileHandle, size: number): Promise<number> {
  // The last byte alone first: nearly every file ends as it should.
  for (let end = size, step = 1; end > 0; step = STEP_BYTES) {
    const start = Math.max(0, end - step);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start);
    const at = buffer.subarray(0, bytesRead).lastIndexOf(LINE_FEED);
    if (at >= 0) {
      return start + at + 1;
    }
    end = start;
  }
  return 0;
}
