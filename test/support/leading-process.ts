import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eventually } from './eventually.js';

const PROGRAM = fileURLToPath(new URL('./lead-destination.mjs', import.meta.url));

/** What the process tells of itself, in the order in which it happened. */
export type LeadingNews =
  | { readonly kind: 'open' }
  | { readonly kind: 'lease'; readonly fence: number }
  | { readonly kind: 'settlement'; readonly fence: number; readonly position: number; readonly isSettled: boolean }
  /** It had lost its lease before it settled. */
  | { readonly kind: 'late'; readonly fence: number; readonly isSettled: boolean };

/** Another process that wants to lead the destination `siem` of a log, and settles while it does. */
export class LeadingProcess {
  readonly news: LeadingNews[] = [];
  private readonly child: ChildProcess;
  private readonly exited: Promise<unknown>;
  private diagnostics = '';

  constructor(store: 'sqlite' | 'postgres', place: string, name: string) {
    this.child = fork(PROGRAM, [store, place, name], { execArgv: [], silent: true });
    this.child.stderr?.on('data', (chunk: Buffer) => (this.diagnostics += chunk.toString()));
    this.child.on('message', (message) => this.news.push(message as LeadingNews));
    this.exited = once(this.child, 'exit');
  }

  /** What it told of one kind. */
  told<Kind extends LeadingNews['kind']>(kind: Kind): readonly Extract<LeadingNews, { kind: Kind }>[] {
    return this.news.filter((news): news is Extract<LeadingNews, { kind: Kind }> => news.kind === kind);
  }

  /** Resolves when it told this so often. */
  async hasTold(kind: LeadingNews['kind'], times: number): Promise<void> {
    await eventually(() => {
      if (this.child.exitCode !== null) {
        throw new Error(`the leading process ended early: ${this.diagnostics}`);
      }
      if (this.told(kind).length < times) {
        throw new Error(`${this.told(kind).length} of ${times} times "${kind}"`);
      }
    });
  }

  /** `kill -9` while it leads: right after it told that a settlement was accepted, more of which follow. */
  async killWhileLeading(): Promise<void> {
    let news;
    do {
      [news] = (await once(this.child, 'message')) as [LeadingNews];
    } while (news.kind !== 'settlement' || !news.isSettled);
    this.child.kill('SIGKILL');
    await this.exited;
  }

  async stop(): Promise<void> {
    this.child.send('stop');
    await this.exited;
    if (this.child.exitCode !== 0) {
      throw new Error(`the leading process ended with ${this.child.exitCode}: ${this.diagnostics}`);
    }
  }

  /** For a test that failed. */
  async end(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill('SIGKILL');
      await this.exited;
    }
  }
}
