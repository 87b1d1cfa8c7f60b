const LIMIT_MS = 15_000;
const STEP_MS = 20;

/** Tries a check again until it passes, and gives what it returned. @throws what it threw last, after 15 seconds */
export async function eventually<Result>(check: () => Result | Promise<Result>): Promise<Result> {
  const deadline = performance.now() + LIMIT_MS;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > deadline) {
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, STEP_MS));
    }
  }
}
