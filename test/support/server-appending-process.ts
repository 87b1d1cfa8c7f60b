import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Acknowledgement } from './appending-process.js';

const PROGRAM = fileURLToPath(new URL('./append-to-server.mjs', import.meta.url));

/** Which store the process appends with, and how much. */
export interface AppendingOrder {
  readonly store: 'postgres' | 'mysql';
  readonly url: string;
  /** Appends under way at the same time. */
  readonly concurrency: number;
  /** Appends in all; 0 for no end. */
  readonly appends: number;
}

/** Another process that appends one to three events at a time to chain `main` of a log on a server. */
export class ServerAppendingProcess {
  readonly acknowledged: Acknowledgement[] = [];
  private readonly child: ChildProcess;
  private readonly exited: Promise<unknown>;
  private readonly opened: Promise<unknown>;
  private diagnostics = '';

  constructor({ store, url, concurrency, appends }: AppendingOrder) {
    const programArguments = [store, url, String(concurrency), String(appends)];
    this.child = fork(PROGRAM, programArguments, { execArgv: [], silent: true });
    this.child.stderr?.on('data', (chunk: Buffer) => (this.diagnostics += chunk.toString()));
    this.exited = once(this.child, 'exit');
    this.opened = once(this.child, 'message');
    this.child.on('message', (message) => {
      if (message !== 'open') {
        this.acknowledged.push(message as Acknowledgement);
      }
    });
  }

  /** Resolves when the store is open: the process waits for `go`, so that all begin together. */
  async isOpen(): Promise<void> {
    await Promise.race([this.opened, this.exited]);
    this.requireAlive();
  }

  go(): void {
    this.child.send('go');
  }

  /** Resolves when the process ended by itself. */
  async finished(): Promise<void> {
    await this.exited;
    if (this.child.exitCode !== 0) {
      throw new Error(`the appending process ended with ${this.child.exitCode}: ${this.diagnostics}`);
    }
  }

  /** `kill -9` at the moment the given number of appends is acknowledged; others are under way then. */
  async killAfter(acknowledgements: number): Promise<void> {
    while (this.acknowledged.length < acknowledgements) {
      await Promise.race([once(this.child, 'message'), this.exited]);
      this.requireAlive();
    }
    this.child.kill('SIGKILL');
    await this.exited;
  }

  private requireAlive(): void {
    if (this.child.exitCode !== null) {
      throw new Error(`the appending process ended early: ${this.diagnostics}`);
    }
  }
}
