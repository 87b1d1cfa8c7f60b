/** A disk that does not answer within this time is not waited for any longer. */
export const PATIENCE_MS = 5000;
/** What an operator is told then. */
export const NO_ANSWER = `the disk did not answer within ${PATIENCE_MS} ms`;

/**
 * Waits for work, but not for ever; work that is late goes on without anybody waiting for it.
 *
 * @param work must not reject
 * @returns whether it ended within {@link PATIENCE_MS}
 */
export async function endedInTime(work: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), PATIENCE_MS);
  });
  const ended = await Promise.race([work.then(() => true), late]);
  clearTimeout(timer);
  return ended;
}
