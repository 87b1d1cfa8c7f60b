import { AsyncLocalStorage } from 'node:async_hooks';
import type { AuditScope } from './audit-scope.js';

/**
 * Which action is running. One per module instance, so two applications in one process do not see
 * each other's actions.
 */
export class AuditContext {
  private readonly storage = new AsyncLocalStorage<AuditScope>();
  private asked = false;

  /**
   * @param needed whether anybody can ask for the running action. When nobody can, scopes are not
   * carried at all: AsyncLocalStorage costs every promise of the process.
   */
  constructor(private needed: () => boolean = () => true) {}

  run<Result>(scope: AuditScope, work: () => Result): Result {
    return this.storage.run(scope, work);
  }

  /** Whether whoever begins an action has to {@link run} it within its scope. */
  isNeeded(): boolean {
    return this.asked || this.needed();
  }

  /** The running action, or `undefined` outside of any. Asking makes every later action be carried. */
  current(): AuditScope | undefined {
    this.asked = true;
    return this.storage.getStore();
  }

  /** Decides, once it can be known, whether scopes have to be carried. */
  decideNeed(needed: boolean): void {
    this.needed = () => needed;
  }
}
