import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What the process was told to be durable. */
export interface Acknowledgement {
  readonly firstPosition: number;
  readonly ids: readonly string[];
}

const PROGRAM = fileURLToPath(new URL('./append-until-killed.mjs', import.meta.url));

/** Another process that appends two events at a time to a log file. */
export class AppendingProcess {
  readonly acknowledged: Acknowledgement[] = [];
  private readonly child: ChildProcess;
  private readonly exited: Promise<unknown>;
  private diagnostics = '';

  /** @param appends in all; 0 for no end */
  constructor(file: string, { concurrency, appends }: { concurrency: number; appends: number }) {
    this.child = fork(PROGRAM, [file, String(concurrency), String(appends)], { execArgv: [], silent: true });
    this.child.stderr?.on('data', (chunk: Buffer) => (this.diagnostics += chunk.toString()));
    this.child.on('message', (message) => {
      if (message !== 'open') {
        this.acknowledged.push(message as Acknowledgement);
      }
    });
    this.exited = once(this.child, 'exit');
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
      if (this.child.exitCode !== null) {
        throw new Error(`the appending process ended early: ${this.diagnostics}`);
      }
    }
    this.child.kill('SIGKILL');
    await this.exited;
  }
}
