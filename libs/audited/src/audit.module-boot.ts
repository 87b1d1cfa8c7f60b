/** Something that was opened at boot and holds connections, timers or locks. */
export interface Opened {
  close(timeoutMs: number): Promise<unknown>;
}

/** There is nothing to drain before the boot has ended. */
const CLOSE_LIMIT_MS = 2000;

/**
 * What the boot opens next. When that fails, what was opened before is closed in its turn: Nest ends no application that
 * never began, and a test or a supervisor may boot the next one in the same process.
 */
export async function openedAfter<Next>(next: Promise<Next>, before: readonly (Opened | undefined)[]): Promise<Next> {
  try {
    return await next;
  } catch (error) {
    for (const opened of before) {
      await opened?.close(CLOSE_LIMIT_MS).catch(() => {
        // Why the boot ends is what the operator has to know.
      });
    }
    throw error;
  }
}
