import { join } from 'node:path';

/**
 * Where the worker's file stands. The package is built twice, as ES modules and as CommonJS; this
 * module is CommonJS in both, because `__dirname` is the one way to ask that works in each.
 */
export const SQLITE_WORKER_PATH: string = join(__dirname, 'sqlite.worker.js');

/** The same for the worker that only helps to verify. */
export const SQLITE_SIFT_WORKER_PATH: string = join(__dirname, 'sqlite-sift.worker.js');
