import { existsSync, readFileSync } from 'node:fs';

/** The complete lines of a file that another process appends to; none while there is no file. */
export function writtenLines(file: string): readonly string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
}
