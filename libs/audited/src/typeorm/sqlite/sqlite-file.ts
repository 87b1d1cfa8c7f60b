import { accessSync, closeSync, constants, existsSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Database } from 'better-sqlite3';
import { DatabaseUnusableError, SchemaTooNewError } from '../../event/audit.error.js';

/** An open database, by the driver's own handle. */
export interface SqliteConnection {
  readonly handle: Database;
  readonly close: () => Promise<void>;
}

/** SQLite's name for a database that lives in memory and ends with its connection. */
export const IN_MEMORY = ':memory:';

/** SQLite's name for a database in a temporary file; it cannot be made durable, and is refused for that. */
const NAMELESS = '';

/** Makes the folder of a log and its file. @throws DatabaseUnusableError with a cure */
export function prepareFolder(file: string): void {
  if (file === IN_MEMORY) {
    return;
  }
  const folder = dirname(resolve(file));
  try {
    makeFolder(folder);
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new DatabaseUnusableError(
      file,
      `cannot be created in the folder "${folder}" (${reasonOf(error)})`,
      'Give the process write access to the folder, or set the option "database" to a file in another one.',
      { cause: error },
    );
  }
  refuseFolder(file);
  if (file !== NAMELESS) {
    makePrivateFile(file);
  }
}

/** @throws DatabaseUnusableError */
export function refuseFolder(file: string): void {
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === true) {
    throw new DatabaseUnusableError(file, 'is a folder', 'Set the option "database" to the path of a file.');
  }
}

/** A log holds personal data: a new file is for its owner only, and SQLite gives its other files the same mode. */
function makePrivateFile(file: string): void {
  try {
    closeSync(openSync(file, 'ax', 0o600));
  } catch (error) {
    if (!existsSync(file)) {
      throw unusable(file, error);
    }
    // It is there already, with the mode its owner gave it.
  }
}

/**
 * Makes a folder and its missing parents. Not by `recursive`: where a file system answers ENOENT below
 * an existing folder (`/proc`), that option tries for ever.
 */
function makeFolder(folder: string): void {
  const parent = dirname(folder);
  if (!existsSync(folder)) {
    if (parent !== folder) {
      makeFolder(parent);
    }
    try {
      mkdirSync(folder);
    } catch (error) {
      // Another process may have made it just now.
      if (!existsSync(folder)) {
        throw error;
      }
    }
  }
}

/** What kept a file from being opened, with a cure. */
export function unusable(file: string, error: unknown): Error {
  if (error instanceof DatabaseUnusableError || error instanceof SchemaTooNewError) {
    return error;
  }
  if (/has not been found installed|Cannot find (package|module) 'better-sqlite3'/.test(reasonOf(error))) {
    return new DatabaseUnusableError(file, 'needs a driver', 'Run: npm install better-sqlite3', { cause: error });
  }
  return new DatabaseUnusableError(
    file,
    `cannot be opened (${reasonOf(error)})`,
    'Make sure it is an audit database of this package, that the process may write it, and that the disk has room.',
    { cause: error },
  );
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
