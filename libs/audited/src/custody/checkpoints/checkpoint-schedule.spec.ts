import { HistoryChangedError, SigningFailedError } from '../../event/custody.error.js';
import { FailureLog } from '../../recording/accounting/failure-log.js';
import type { Checkpointer, CheckpointNeed, CheckpointRequest } from './checkpointer.js';
import { CheckpointSchedule } from './checkpoint-schedule.js';

const TIMES = { intervalMs: 60_000, everyRecords: 100, quietIntervalMs: 3_600_000, signTimeoutMs: 1000 };

/** A schedule over a checkpointer that only tells what it was asked for. */
function aSchedule(checkpoint: () => Promise<unknown> = () => Promise.resolve([])) {
  const requests: CheckpointRequest[] = [];
  const told: string[] = [];
  let closed = false;
  const state = { elapsedMs: 0, recorded: 0 };
  const failures = new FailureLog({ error: (line) => told.push(line), log: (line) => told.push(line) }, (text) => text);
  const checkpointer = {
    signs: true,
    newest: undefined,
    made: 0,
    checkpoint: (_chain: unknown, request: CheckpointRequest) => {
      requests.push(request);
      return checkpoint();
    },
    close: () => {
      closed = true;
    },
  } as unknown as Checkpointer;
  const schedule = new CheckpointSchedule({
    checkpointer,
    times: TIMES,
    failures,
    recorded: () => state.recorded,
    elapsed: () => state.elapsedMs,
  });
  const isDue = (need: Partial<CheckpointNeed>): unknown =>
    requests.at(-1)?.isDue?.({ ageMs: 0, records: 0, hasNews: () => Promise.resolve(true), ...need });
  return { schedule, requests, told, state, failures, isDue, isClosed: () => closed };
}

describe('the schedule of checkpoints', () => {
  it('asks once an interval', async () => {
    const { schedule, requests, state } = aSchedule();
    await schedule.look();
    state.elapsedMs = 59_999;
    await schedule.look();
    expect(requests).toHaveLength(0);
    state.elapsedMs = 60_000;
    await schedule.look();
    await schedule.look();
    expect(requests).toHaveLength(1);
  });

  it('asks as soon as enough records came', async () => {
    const { schedule, requests, state, isDue } = aSchedule();
    state.recorded = 99;
    await schedule.look();
    expect(requests).toHaveLength(0);
    state.recorded = 100;
    await schedule.look();
    expect(requests).toHaveLength(1);
    expect(await isDue({ ageMs: 1, records: 100 })).toBe(true);
    expect(await isDue({ ageMs: 1, records: 99 })).toBe(false);
    await schedule.look();
    expect(requests).toHaveLength(1);
  });

  it('leaves out what another process has signed in this interval, and what has no news', async () => {
    const { schedule, state, isDue } = aSchedule();
    state.elapsedMs = 60_000;
    await schedule.look();
    expect(await isDue({ ageMs: 60_000, records: 1 })).toBe(true);
    expect(await isDue({ ageMs: 30_000, records: 5000 })).toBe(false);
    expect(await isDue({ ageMs: 60_000, hasNews: () => Promise.resolve(false) })).toBe(false);
    expect(await isDue({ ageMs: 3_600_000, hasNews: () => Promise.resolve(false) })).toBe(true);
  });

  it('never has two under way', async () => {
    let end: ((value: unknown) => void) | undefined;
    const { schedule, requests, state } = aSchedule(() => new Promise((resolve) => (end = resolve)));
    state.elapsedMs = 60_000;
    const first = schedule.look();
    state.elapsedMs = 180_000;
    await schedule.look();
    expect(requests).toHaveLength(1);
    end?.([]);
    await first;
    void schedule.look();
    expect(requests).toHaveLength(2);
  });

  it('counts what fails, tells it once, and goes on', async () => {
    let problem: Error | undefined = new SigningFailedError('k', 'no answer within 10 ms');
    const { schedule, state, told, failures } = aSchedule(() =>
      problem === undefined ? Promise.resolve([]) : Promise.reject(problem),
    );
    for (let run = 1; run <= 3; run++) {
      state.elapsedMs = run * 60_000;
      await schedule.look();
    }
    expect(failures.snapshot()).toEqual({ checkpoint: 3 });
    expect(told).toEqual([
      expect.stringMatching(/A checkpoint could not be made; it is tried again .*no answer within/),
    ]);
    expect(schedule.state()).toEqual({ made: 0, problem: 'AUDIT_SIGNING_FAILED' });
    problem = new HistoryChangedError('main', 'there are 10 records, and 20 were signed');
    state.elapsedMs = 240_000;
    await schedule.look();
    expect(told[1]).toMatch(/^CRITICAL: the audit log was changed.*no longer extends what was signed/);
    problem = undefined;
    state.elapsedMs = 300_000;
    await schedule.look();
    expect(told[2]).toMatch(/works again after 4 failure/);
    expect(schedule.state()).toEqual({ made: 0 });
  });

  it('signs a last time at the end, whatever is under way', async () => {
    const { schedule, requests, isDue, isClosed } = aSchedule();
    await schedule.close(5000);
    expect(requests).toHaveLength(1);
    expect(await isDue({ ageMs: 1 })).toBe(true);
    expect(isClosed()).toBe(true);
  });

  it('does not wait for a key service at the end longer than there is time', async () => {
    const { schedule, told, isClosed } = aSchedule(() => new Promise(() => undefined));
    await schedule.close(40);
    expect(isClosed()).toBe(true);
    expect(told).toEqual([expect.stringMatching(/last checkpoint was not signed/)]);
  });

  it('does nothing where nobody signs', async () => {
    const { failures } = aSchedule();
    const checkpointer = { signs: false } as unknown as Checkpointer;
    const schedule = new CheckpointSchedule({ checkpointer, times: TIMES, failures, recorded: () => 0 });
    schedule.start();
    await schedule.close(10);
    expect(schedule.state()).toBeUndefined();
  });
});
