/** Server and load of the HTTP benchmarks, each in a process of its own. */
import { fork } from 'node:child_process';
import { join } from 'node:path';

const here = import.meta.dirname;
const START_TIMEOUT_MS = 60_000;
const PATH = '/orders/o-4711';

/** Starts one variant; `{ child, port }` once it listens. */
export function startServer(adapter, variant, folder, postgresUrl) {
  const child = fork(join(here, 'http-server.mjs'), [adapter, variant, folder, ...(postgresUrl ? [postgresUrl] : [])], {
    // A spool of default place stays in the folder that is removed afterwards.
    cwd: folder,
    env: { ...process.env, NODE_ENV: 'production' },
  });
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`server ${adapter} ${variant} did not listen within ${START_TIMEOUT_MS} ms`));
    }, START_TIMEOUT_MS);
    child.once('message', ({ port }) => {
      clearTimeout(timer);
      resolve({ child, port });
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`server ${adapter} ${variant} ended with code ${code}`));
    });
  });
}

/** What the server's process occupies, in bytes, by its own account. */
export function memoryOf({ child }) {
  return new Promise((resolve, reject) => {
    const ended = (code) => reject(new Error(`the server ended with code ${code}`));
    child.once('exit', ended);
    child.once('message', ({ memory }) => {
      child.off('exit', ended);
      resolve(memory);
    });
    child.send({}, (error) => {
      if (error) {
        reject(error);
      }
    });
  });
}

/**
 * As many requests as the connections carry, or a fixed number a second.
 *
 * @returns `{ requests, seconds, errors, p50Ms, p99Ms }`
 */
export function load(port, connections, seconds, requestsPerSecond) {
  const child = fork(join(here, 'http-load.mjs'));
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`load ended with code ${code}`)));
    child.once('message', (answer) => {
      resolve(answer);
      child.kill('SIGKILL');
    });
    child.send({ port, path: PATH, connections, seconds, requestsPerSecond });
  });
}
