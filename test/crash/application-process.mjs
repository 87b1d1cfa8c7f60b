import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('application.mjs', import.meta.url));
const START_TIMEOUT_MS = 60_000;
const MAX_DIAGNOSTICS_CHARACTERS = 20_000;

/** The application in a process of its own, to be loaded, asked, ended and killed. */
export class ApplicationProcess {
  /** What the application said on its console, the end of it. */
  diagnostics = '';
  #child;
  #exited;
  #listening;

  /** @param {import('./application.mjs').ApplicationSettings} settings */
  constructor(settings) {
    this.#child = fork(PROGRAM, [JSON.stringify(settings)], { execArgv: [], silent: true });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.on('data', (chunk) => {
        this.diagnostics = (this.diagnostics + chunk).slice(-MAX_DIAGNOSTICS_CHARACTERS);
      });
    }
    this.#exited = once(this.#child, 'exit').then(([code, signal]) => ({ code, signal }));
    this.#listening = this.#portTold();
    // Whoever kills the process while it starts asks for no port.
    this.#listening.catch(() => undefined);
  }

  get pid() {
    return this.#child.pid;
  }

  get hasEnded() {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Where the application listens, as soon as it does. */
  async url() {
    return `http://127.0.0.1:${await this.#listening}`;
  }

  /**
   * Memory now, and the longest time that the event loop did nothing else since the last question; `undefined` when the
   * process ends meanwhile.
   */
  vitals() {
    return this.#ask('vitals');
  }

  /** Bytes on the heap that are still needed. Takes the application's time: not to be asked while that is measured. */
  async keptBytes() {
    return (await this.#ask('kept'))?.heapBytes;
  }

  /** As `kill -9`. */
  async kill() {
    this.#child.kill('SIGKILL');
    return this.#exited;
  }

  /** Asks the process to end; resolves when it has, with how long that took. Kills it when the time is over. */
  async terminate(timeoutMs) {
    const askedAt = performance.now();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), timeoutMs);
    this.#child.kill('SIGTERM');
    const { code, signal } = await this.#exited;
    clearTimeout(timer);
    return { code, signal, tookMs: Math.round(performance.now() - askedAt) };
  }

  async #ask(question) {
    const told = this.#answered(question);
    // Without a callback a channel that was just closed would throw from somewhere else.
    this.#child.send({ ask: question }, () => undefined);
    const answer = await Promise.race([told, this.#exited]);
    return answer[question];
  }

  /** Questions may cross: each waits for its own answer. */
  #answered(question) {
    return new Promise((resolve) => {
      const listen = (answer) => {
        if (Object.hasOwn(answer, question)) {
          this.#child.off('message', listen);
          resolve(answer);
        }
      };
      this.#child.on('message', listen);
    });
  }

  async #portTold() {
    const told = once(this.#child, 'message', { signal: AbortSignal.timeout(START_TIMEOUT_MS) });
    const first = await Promise.race([told, this.#exited]);
    if (!Array.isArray(first)) {
      told.catch(() => undefined);
      throw new Error(`The application ended before it listened: ${JSON.stringify(first)}\n${this.diagnostics}`);
    }
    return first[0].port;
  }
}
