import type { QueryRunner } from 'typeorm';
import type { TransactionOutcome } from '../../storage/audit-inbox.js';
import { hasEndedTransaction, isTransactionAborted } from './transaction-state.js';

type TellEnd = (outcome: TransactionOutcome) => void;

interface Waiting {
  /** How deep the transaction was nested: 1 for the outermost, more for savepoints. */
  depth: number;
  readonly tell: TellEnd;
}

/** TypeORM keeps the depth to itself; both its major versions count it alike. */
type CountingRunner = QueryRunner & { readonly transactionDepth?: number };

type HookedMethod = 'commitTransaction' | 'rollbackTransaction' | 'release' | 'query';

type Call = (...values: unknown[]) => Promise<unknown>;
type End = () => Promise<void>;

/**
 * Tells how transactions of the application end. TypeORM has no event that names the transaction, so the methods that end
 * one are wrapped on the query runner itself, from the first question to the end of its transaction. So is `query`: some
 * errors of a statement end the whole transaction, and an application may go on as if nothing had happened.
 */
export class TransactionEnds {
  private readonly watches = new WeakMap<QueryRunner, RunnerWatch>();

  /** @returns takes the question back: nothing will be told */
  watch(runner: QueryRunner, tell: TellEnd): () => void {
    const watch = this.watches.get(runner) ?? new RunnerWatch(runner, () => this.watches.delete(runner));
    this.watches.set(runner, watch);
    return watch.add(tell);
  }
}

class RunnerWatch {
  private readonly waiting = new Set<Waiting>();
  /** What is known of a commit that was sent and rejected. */
  private refusedCommit: 'rolled-back' | 'unknown' | undefined;
  /** A statement failed: PostgreSQL may roll back what is committed. */
  private hasFailedStatement = false;
  private readonly unhooks: readonly (() => void)[];

  constructor(
    private readonly runner: CountingRunner,
    private readonly onIdle: () => void,
  ) {
    this.unhooks = [
      hook(runner, 'commitTransaction', (original) => this.commit(original as End)),
      hook(runner, 'rollbackTransaction', (original) => this.rollBack(original as End)),
      hook(runner, 'release', (original) => this.release(original as End)),
      hook(runner, 'query', (original, ...values) => this.query(() => original(...values))),
    ];
  }

  add(tell: TellEnd): () => void {
    const waiting = { depth: this.depth(), tell };
    this.waiting.add(waiting);
    return () => {
      this.waiting.delete(waiting);
      this.restWhenIdle();
    };
  }

  private async commit(original: End): Promise<void> {
    const depth = this.depth();
    if (depth > 1) {
      await original();
      for (const waiting of this.waiting) {
        waiting.depth = Math.min(waiting.depth, depth - 1);
      }
      return;
    }
    const willRollBack = await isTransactionAborted(this.runner, this.hasFailedStatement);
    try {
      await original();
    } catch (error) {
      if (this.runner.isTransactionActive) {
        this.refusedCommit = fateOfCommit(error);
      } else {
        // The commit went through; a subscriber failed after it.
        this.end(1, willRollBack ? 'rolled-back' : 'committed');
      }
      throw error;
    }
    this.end(1, willRollBack ? 'rolled-back' : 'committed');
  }

  private async rollBack(original: End): Promise<void> {
    const depth = this.depth();
    try {
      await original();
    } catch (error) {
      // Without a connection, and without a commit that was sent, nothing can be kept any more.
      const isOver = !this.runner.isTransactionActive || this.refusedCommit !== undefined || isConnectionLost(error);
      if (depth <= 1 && isOver) {
        this.end(1, this.refusedCommit ?? 'rolled-back');
      }
      throw error;
    }
    this.end(depth, depth > 1 ? 'rolled-back' : (this.refusedCommit ?? 'rolled-back'));
  }

  private async release(original: End): Promise<void> {
    const wasLost = this.runner.isReleased;
    try {
      await original();
    } finally {
      // SQLite's one runner is never really released: others may be within its transaction.
      if (this.runner.isReleased) {
        this.end(1, this.refusedCommit ?? (wasLost ? 'rolled-back' : 'unknown'));
      }
    }
  }

  private async query(original: () => Promise<unknown>): Promise<unknown> {
    try {
      return await original();
    } catch (error) {
      this.hasFailedStatement = true;
      if (hasEndedTransaction(this.runner, driverErrorOf(error))) {
        this.end(0, 'rolled-back');
      }
      throw error;
    }
  }

  /** Tells those who wrote at this depth or deeper. */
  private end(depth: number, outcome: TransactionOutcome): void {
    const ended = [...this.waiting].filter((waiting) => waiting.depth >= depth);
    for (const waiting of ended) {
      this.waiting.delete(waiting);
    }
    this.restWhenIdle();
    for (const { tell } of ended) {
      try {
        tell(outcome);
      } catch {
        // Whoever is told reports its own failures; a commit that went through must not look as if it had failed.
      }
    }
  }

  private restWhenIdle(): void {
    if (this.waiting.size === 0) {
      this.unhooks.forEach((unhook) => unhook());
      this.onIdle();
    }
  }

  private depth(): number {
    return this.runner.transactionDepth ?? 1;
  }
}

/** @returns puts back what was there, unless somebody wrapped the wrapper meanwhile: then it only passes calls on */
function hook(
  runner: QueryRunner,
  method: HookedMethod,
  wrap: (original: Call, ...values: unknown[]) => Promise<unknown>,
): () => void {
  const own = Object.getOwnPropertyDescriptor(runner, method);
  const original = (runner[method] as Call).bind(runner);
  let isHooked = true;
  const wrapped: Call = (...values) => (isHooked ? wrap(original, ...values) : original(...values));
  Object.defineProperty(runner, method, { value: wrapped, configurable: true, writable: true, enumerable: false });
  return () => {
    isHooked = false;
    if (runner[method] !== wrapped) {
      return;
    }
    if (own === undefined) {
      Reflect.deleteProperty(runner, method);
    } else {
      Object.defineProperty(runner, method, own);
    }
  };
}

/** What a rejected commit means. `undefined`: it was never sent. */
function fateOfCommit(error: unknown): 'rolled-back' | 'unknown' | undefined {
  const driverError = driverErrorOf(error);
  return driverError === undefined ? undefined : hasAnswered(driverError) ? 'rolled-back' : 'unknown';
}

function isConnectionLost(error: unknown): boolean {
  const driverError = driverErrorOf(error);
  return driverError !== undefined && !hasAnswered(driverError);
}

/** What the driver said, where TypeORM's error is about a statement that was sent. */
function driverErrorOf(error: unknown): object | undefined {
  const driverError: unknown =
    typeof error === 'object' && error !== null && 'driverError' in error ? error.driverError : undefined;
  return typeof driverError === 'object' && driverError !== null ? driverError : undefined;
}

/**
 * Whether it was the database that refused, and not a connection that broke. Classes 08 (connection) and 57 (shutdown) of
 * SQLSTATE are answers of a server that may have committed. Every SQLSTATE has a digit, `EPIPE` has none.
 */
function hasAnswered(driverError: object): boolean {
  const { code, sqlState, fatal } = driverError as { code?: unknown; sqlState?: unknown; fatal?: unknown };
  if (typeof code === 'string' && code.startsWith('SQLITE_')) {
    return true;
  }
  const state = sqlState ?? code;
  return fatal !== true && typeof state === 'string' && /^(?!08|57)(?=.*\d)[0-9A-Z]{5}$/.test(state);
}
