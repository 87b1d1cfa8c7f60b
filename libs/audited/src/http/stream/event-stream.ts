import type { AuditRecord } from '../../event/audit-record.js';
import type { JsonObject } from '../../event/json-value.js';
import type { SendingProgress } from '../export/export-progress.js';
import { problemOf } from '../problems/problem-of.js';

/** How long a client waits before it connects again, in milliseconds. */
const RETRY_MS = 3000;

/** What a live tail sent, and how it ended. */
export class TailProgress implements SendingProgress {
  sent = 0;
  ended: 'client' | 'server' | 'problem' = 'client';

  facts(): JsonObject {
    return { sent: this.sent, ended: this.ended };
  }
}

/**
 * Records as server-sent events (WHATWG HTML, section 9.2), with a comment from time to time that shows that the connection
 * lives. The next record is asked for when the text before was taken. What goes wrong is an event of its own, `problem`,
 * and the end; a client then connects again and goes on behind the last id it got.
 */
export async function* eventStream(
  records: AsyncGenerator<AuditRecord, void, undefined>,
  heartbeatMs: number,
  progress: TailProgress,
): AsyncGenerator<string, void, undefined> {
  // Leaves at once, and the head with it: the client knows that it is connected.
  yield `retry: ${RETRY_MS}\n: connected\n\n`;
  let next = records.next();
  try {
    for (;;) {
      const result = await withinBeat(next, heartbeatMs);
      if (result === undefined) {
        yield ': alive\n\n';
        continue;
      }
      if (result.done === true) {
        progress.ended = 'server';
        return;
      }
      progress.sent++;
      yield messageOf(result.value);
      next = records.next();
    }
  } catch (error) {
    progress.ended = 'problem';
    yield `event: problem\ndata: ${JSON.stringify(problemOf(error).problem)}\n\n`;
  } finally {
    next.catch(() => undefined);
    void records.return().catch(() => undefined);
  }
}

/** JSON has no line ends, so a record is one line of data whatever it holds. */
function messageOf(record: AuditRecord): string {
  return `id: ${record.event.id}\nevent: audit\ndata: ${JSON.stringify(record)}\n\n`;
}

/** @returns `undefined` when nothing came within the time of a heartbeat */
async function withinBeat<Result>(next: Promise<Result>, heartbeatMs: number): Promise<Result | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const beat = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), heartbeatMs);
  });
  try {
    return await Promise.race([next, beat]);
  } finally {
    clearTimeout(timer);
  }
}
