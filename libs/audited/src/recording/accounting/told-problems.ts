import type { AuditErrorCode } from '../../event/audit.error.js';

const STORE_IS_DOWN: AuditErrorCode = 'AUDIT_STORE_UNAVAILABLE';
/** So many different ones in one outage are no news any more. */
const MAX_PROBLEMS = 20;

/**
 * What the operator was told of in one outage. The first problem is told by whoever met it; the second is often the one
 * that somebody has to solve: the database is back, but gives no rights.
 */
export class ToldProblems {
  private readonly problems = new Set<string>();

  /** @returns true when it is worth telling; from now on it is none */
  isNews(error: unknown): boolean {
    const problem = problemOf(error);
    if (this.problems.has(problem) || this.problems.size >= MAX_PROBLEMS) {
      return false;
    }
    this.problems.add(problem);
    return true;
  }

  /** Somebody else told that the store is down. */
  storeIsDown(): void {
    this.problems.add(STORE_IS_DOWN);
  }

  /** The outage is over. */
  forget(): void {
    this.problems.clear();
  }
}

/** A store that is down is one problem, however it says so; any other is told apart by its words. */
function problemOf(error: unknown): string {
  const code = String((error as { readonly code?: unknown } | null | undefined)?.code);
  return code === STORE_IS_DOWN || !(error instanceof Error) ? code : `${code} ${error.message}`;
}
