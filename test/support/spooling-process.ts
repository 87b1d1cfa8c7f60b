import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('./spool-process.mjs', import.meta.url));
const DEADLINE_MS = 60_000;

/** How the store looks from within the process. */
export type StoreState = 'down' | 'hung' | 'works';

/** What a spooling process is to do; see the program. */
export interface SpoolingTask {
  readonly database: string;
  readonly directory: string;
  readonly state: StoreState;
  readonly callers?: number;
  /** Two events each; 0 for none, -1 for no end. */
  readonly writes?: number;
  readonly spool?: Readonly<Record<string, unknown>>;
  readonly times?: Readonly<Record<string, number>>;
  readonly tellMoves?: boolean;
  /** Characters that make each event larger. */
  readonly fillerBytes?: number;
}

interface Message {
  readonly place?: 'store' | 'spool';
  readonly ids?: readonly string[];
  readonly refused?: string;
  readonly losses?: { readonly events: number } | null;
  readonly moved?: number;
  readonly line?: string;
  readonly ready?: true;
  readonly back?: true;
}

/** Another process that writes through spool and store. */
export class SpoolingProcess {
  /** Ids of the events that were told to be durable. */
  readonly acknowledged: string[] = [];
  /** Ids of the events that were refused. */
  readonly refused: string[] = [];
  readonly refusals = new Set<string>();
  readonly lines: string[] = [];
  /** Events on the books as lost when it ended. */
  lost: number | undefined;
  spooled = 0;
  moved = 0;
  ready = false;
  /** How often the store took events again. */
  back = 0;
  private readonly child: ChildProcess;
  private readonly exited: Promise<unknown>;
  private diagnostics = '';
  /** Lets whoever waits look again. */
  private stir: () => void = () => undefined;

  constructor(task: SpoolingTask) {
    this.child = fork(PROGRAM, [JSON.stringify(task)], { execArgv: [], silent: true });
    this.child.stderr?.on('data', (chunk: Buffer) => (this.diagnostics += chunk.toString()));
    this.child.on('message', (message: Message) => this.hear(message));
    this.exited = once(this.child, 'exit');
  }

  /** Waits until it is so; fails when the process ends first, or after a minute. */
  async until(isTrue: () => boolean): Promise<void> {
    const deadline = Date.now() + DEADLINE_MS;
    while (!isTrue()) {
      if (this.child.exitCode !== null || this.child.signalCode !== null || Date.now() > deadline) {
        throw new Error(
          `it did not happen (exit ${this.child.exitCode}): ${this.diagnostics} ${this.lines.join('\n')}`,
        );
      }
      await new Promise<void>((resolve) => {
        this.stir = resolve;
        setTimeout(resolve, 100);
      });
    }
  }

  setState(state: StoreState): void {
    this.child.send({ state });
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.child.kill(signal);
  }

  /** `kill -9`. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  /** Lets it finish what it accepted, and waits for its end. */
  async close(): Promise<void> {
    this.child.send('close');
    await this.exited;
    if (this.child.exitCode !== 0) {
      throw new Error(`the process ended with ${this.child.exitCode}: ${this.diagnostics}`);
    }
  }

  private hear({ place, ids = [], refused, losses, moved, line, ready, back }: Message): void {
    if (refused === undefined) {
      this.acknowledged.push(...ids);
    } else {
      this.refused.push(...ids);
      this.refusals.add(refused);
    }
    this.spooled += place === 'spool' ? ids.length : 0;
    this.moved = moved ?? this.moved;
    this.ready ||= ready === true;
    this.back += back === true ? 1 : 0;
    this.lost = losses === undefined ? this.lost : (losses?.events ?? 0);
    if (line !== undefined) {
      this.lines.push(line);
    }
    this.stir();
  }
}
