import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { setTimeout as wait } from 'node:timers/promises';
import type { DataSourceOptions } from 'typeorm';

const PROGRAM = fileURLToPath(new URL('./write-and-drain.mjs', import.meta.url));

/** What an application process does until it is killed. */
export interface InboxProcessOrder {
  readonly application: DataSourceOptions;
  /** File of the log. */
  readonly log: string;
  /** Begins the names of its invoices. */
  readonly name: string;
  readonly writers: number;
  readonly seed: number;
  /** Kills itself between a move and the removal of what was moved. */
  readonly dieAfterMoves?: number;
}

/** An application in another process, that writes and drains until it is killed. */
export class InboxProcess {
  /** Names of the invoices that it was told are committed. */
  readonly committed: string[] = [];
  private readonly child: ChildProcess;
  private readonly exited: Promise<unknown>;
  private diagnostics = '';

  constructor(order: InboxProcessOrder) {
    this.child = fork(PROGRAM, [JSON.stringify(order)], { execArgv: [], silent: true });
    this.child.stderr?.on('data', (chunk: Buffer) => (this.diagnostics += chunk.toString()));
    this.child.on('message', (invoice) => this.committed.push(invoice as string));
    this.exited = once(this.child, 'exit');
  }

  /** `kill -9` so many milliseconds after so many commits, unless it has killed itself by then. */
  async killAfter(commits: number, delayMs: number): Promise<void> {
    while (this.committed.length < commits && this.child.exitCode === null && this.child.signalCode === null) {
      await Promise.race([once(this.child, 'message'), this.exited]);
    }
    await Promise.race([wait(delayMs), this.exited]);
    this.child.kill('SIGKILL');
    await this.exited;
    if (this.child.signalCode !== 'SIGKILL') {
      throw new Error(`the process ended with ${this.child.exitCode}: ${this.diagnostics}`);
    }
  }
}
