import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditEvent } from '../../event/audit-event.js';
import { EventRefusedError, StoreUnavailableError } from '../../event/audit.error.js';
import type { AppendableEvent } from '../../storage/audit-store.js';
import { anAppendableEvent } from '../../testing/audit-event.fixture.js';
import { readPieces } from './spool-entry.js';
import type { SpoolReporter } from './spool-reporter.js';
import { DEFAULT_SPOOL_OPTIONS, SPOOL_TIMES, type SpoolOptions, type SpoolTimes } from './spool.options.js';
import { Spool } from './spool.js';

/** Keeps what a spool told, a word first. */
class Reports implements SpoolReporter {
  readonly told: string[] = [];
  readonly losses: string[] = [];

  torn(_file: string, bytes: number): void {
    this.told.push(`torn ${bytes}`);
  }
  damaged(_file: string, bytes: number, lost: number): void {
    this.told.push(`damaged ${bytes} lost ${lost}`);
  }
  refused(events: number): void {
    this.told.push(`refused ${events}`);
  }
  takenOver(events: number): void {
    this.told.push(`taken over ${events}`);
  }
  takenAway(events: number): void {
    this.told.push(`taken away ${events}`);
  }
  failed(what: string, error: unknown): void {
    this.told.push(`failed: ${what}: ${String(error)}`);
  }
  lossesLeft(text: string): Promise<void> {
    this.losses.push(text);
    return Promise.resolve();
  }
}

const steps = (events: readonly AppendableEvent[]): string[] =>
  events.map(({ body }) => (JSON.parse(body) as AuditEvent).action);
const named = (...actions: string[]): AppendableEvent[] => actions.map((action) => anAppendableEvent({ action }));

describe('Spool', () => {
  let root: string;
  let directory: string;
  let reports: Reports;
  let spools: Spool[];
  let moved: string[];

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'audit-spool-'));
    directory = join(root, 'a', 'spool');
    reports = new Reports();
    spools = [];
    moved = [];
  });

  afterEach(async () => {
    await Promise.all(spools.map((spool) => spool.close()));
    rmSync(root, { recursive: true, force: true });
  });

  async function opened(options: Partial<SpoolOptions> = {}, times: Partial<SpoolTimes> = {}): Promise<Spool> {
    const all = { ...DEFAULT_SPOOL_OPTIONS, directory, ...options };
    const spool = new Spool(all, reports, { ...SPOOL_TIMES, ...times });
    spools.push(spool);
    await spool.open();
    return spool;
  }

  const move = (_chain: string, events: readonly AppendableEvent[]): Promise<void> => {
    moved.push(...steps(events));
    return Promise.resolve();
  };

  /** The files below the directory, tokens left out. */
  const files = (): string[] =>
    readdirSync(directory, { recursive: true, encoding: 'utf8' })
      .map((name) => name.replace(/[0-9a-f]{32}/g, 'X'))
      .sort();
  const pathOf = (part: string): string => {
    const found = readdirSync(directory, { recursive: true, encoding: 'utf8' }).find((name) => name.includes(part));
    return join(directory, found ?? `nothing like ${part}`);
  };
  const leave = async (...actions: string[]): Promise<void> => {
    const earlier = await opened();
    await earlier.append('main', named(...actions));
    await earlier.close();
  };

  it('makes no folder before there is something to keep, and lets nobody else look into what it makes', async () => {
    const spool = await opened();
    expect(existsSync(join(root, 'a'))).toBe(false);
    await spool.append('main', [anAppendableEvent({}, { '/actor/email': 'zoe@example.com' })]);
    expect(files()).toEqual(['owner-X', 'owner-X/000000000001.spool', 'owner-X/owner.json']);
    const modes = [directory, pathOf('owner-'), pathOf('.spool'), pathOf('owner.json')].map(
      (path) => statSync(path).mode & 0o777,
    );
    expect(modes).toEqual([0o700, 0o700, 0o600, 0o600]);
  });

  it('refuses to open where it could never make its folder, naming what is in the way', async () => {
    writeFileSync(join(root, 'a'), 'a file');
    await expect(opened()).rejects.toMatchObject({
      code: 'AUDIT_SPOOL_UNUSABLE',
      message: expect.stringContaining(`"${join(root, 'a')}" is no folder`),
    });
    spools = [];
  });

  it('moves everything in the order it came, over many files, says that it waited, and leaves nothing', async () => {
    const spool = await opened({ maxSegmentBytes: 2000, replayBatchEvents: 4 });
    const actions = Array.from({ length: 40 }, (_, index) => `step ${index}`);
    const batches: { readonly chain: string; readonly size: number; readonly areSpooled: boolean }[] = [];
    await Promise.all(actions.map((action, index) => spool.append(index < 30 ? 'main' : 'b', named(action))));
    expect(spool.backlog()).toMatchObject({ events: 40, oldestAt: '2026-11-21T18:51:39.123Z', refused: 0 });
    expect(files().length).toBeGreaterThan(5);
    const isDone = await spool.replay((chain, events) => {
      const areSpooled = events.every(({ body }) => (JSON.parse(body) as AuditEvent).spooled === true);
      batches.push({ chain, size: events.length, areSpooled });
      return move(chain, events);
    });
    expect(isDone).toBe(true);
    expect(moved).toEqual(actions);
    expect(batches.every(({ size, areSpooled }) => size <= 4 && areSpooled)).toBe(true);
    expect(batches.filter(({ chain }) => chain === 'b').reduce((sum, { size }) => sum + size, 0)).toBe(10);
    expect(spool.backlog()).toEqual({ events: 0, bytes: 0, refused: 0 });
    expect(files()).toEqual(['owner-X', 'owner-X/owner.json']);
    await spool.close();
    expect(files()).toEqual([]);
  });

  it('tries a store that may hang with one event, and goes on where it stopped', async () => {
    const spool = await opened({ replayBatchEvents: 3 });
    await spool.append('main', named('1', '2', '3', '4', '5'));
    const sizes: number[] = [];
    let failures = 2;
    const failing = (chain: string, events: readonly AppendableEvent[]): Promise<void> => {
      sizes.push(events.length);
      return events.length > 1 && failures-- > 0
        ? Promise.reject(new StoreUnavailableError('down'))
        : move(chain, events);
    };
    await expect(spool.replay(failing)).rejects.toThrow('down');
    expect(spool.backlog().events).toBe(4);
    expect(spool.isEmpty).toBe(false);
    await expect(spool.replay(failing)).rejects.toThrow('down');
    expect(await spool.replay(failing)).toBe(true);
    expect(sizes).toEqual([1, 3, 1, 3, 1, 2]);
    expect(moved).toEqual(['1', '2', '3', '4', '5']);
  });

  it('keeps what came while it was replaying', async () => {
    const spool = await opened();
    await spool.append('main', named('1'));
    const isDone = await spool.replay(async (chain, events) => {
      await spool.append('main', named('2'));
      await move(chain, events);
    });
    expect(isDone).toBe(false);
    expect(await spool.replay(move)).toBe(true);
    expect(moved).toEqual(['1', '2']);
  });

  it('keeps refused events apart without blocking the others, and tries them once more at the next start', async () => {
    const refusing = (chain: string, events: readonly AppendableEvent[]): Promise<void> =>
      steps(events).some((action) => action.startsWith('bad'))
        ? Promise.reject(new EventRefusedError('a column is too small'))
        : move(chain, events);
    const spool = await opened();
    await spool.append('main', named('1', 'bad 2', '3', '4', 'bad 5', '6'));
    expect(await spool.replay(refusing)).toBe(true);
    expect(moved).toEqual(['1', '3', '4', '6']);
    expect(reports.told).toEqual(['refused 1', 'refused 1']);
    expect(spool.backlog()).toMatchObject({ events: 0, refused: 2 });
    expect(await spool.replay(refusing)).toBe(true);
    expect(reports.told).toHaveLength(2);
    await spool.close();

    const next = await opened();
    expect(next.backlog()).toMatchObject({ events: 2, refused: 0 });
    expect(await next.replay(refusing)).toBe(true);
    expect(next.backlog()).toMatchObject({ events: 0, refused: 2 });
    await next.close();
    const cured = await opened();
    expect(await cured.replay(move)).toBe(true);
    expect(moved.slice(4)).toEqual(['bad 2', 'bad 5']);
    expect(cured.backlog()).toMatchObject({ events: 0, bytes: 0, refused: 0 });
  });

  it('takes nothing over its bound, in whole or in part, and more once there is room', async () => {
    const spool = await opened({ maxBytes: 3000 });
    await spool.append('main', named('1', '2', '3'));
    const before = spool.backlog();
    await expect(spool.append('main', named('4', '5', '6', '7'))).rejects.toMatchObject({
      code: 'AUDIT_SPOOL_FULL',
      message: expect.stringContaining('spool.maxBytes = 3000'),
    });
    expect(spool.backlog()).toEqual(before);
    await spool.append('main', named('8'));
    expect(await spool.replay(move)).toBe(true);
    await spool.append('main', named('9', '10', '11', '12'));
    expect(await spool.replay(move)).toBe(true);
    expect(moved).toEqual(['1', '2', '3', '8', '9', '10', '11', '12']);
  });

  it('names a torn last entry, keeps its bytes, and moves those before it', async () => {
    await leave('1', '2');
    appendFileSync(pathOf('.spool'), 'deadbeef 100 {"chain":"ma');
    const spool = await opened();
    expect(await spool.replay(move)).toBe(true);
    expect(moved).toEqual(['1', '2']);
    expect(reports.told).toEqual(['taken over 2', 'torn 25']);
    expect(readFileSync(pathOf('damaged-'), 'utf8')).toBe('deadbeef 100 {"chain":"ma\n');
    expect(files()).toEqual(['damaged-X', 'owner-X', 'owner-X/owner.json']);
  });

  it('steps over an entry with a flipped byte, counts it as lost, and keeps it for the operator', async () => {
    await leave('1', '2', '3');
    const bytes = readFileSync(pathOf('.spool'));
    const lines = bytes.toString().split('\n');
    const flippedAt = lines[0]!.length + 1 + 30;
    bytes[flippedAt] = bytes[flippedAt]! ^ 1;
    writeFileSync(pathOf('.spool'), bytes);
    const spool = await opened();
    expect(await spool.replay(move)).toBe(true);
    expect(moved).toEqual(['1', '3']);
    expect(reports.told).toEqual(['taken over 3', `damaged ${lines[1]!.length + 1} lost 1`]);
    expect(readFileSync(pathOf('damaged-')).subarray(0, -1)).toEqual(
      bytes.subarray(lines[0]!.length + 1, lines[0]!.length + lines[1]!.length + 2),
    );
  });

  it('shares its directory with another spool of the same process, each with its own events', async () => {
    const [one, other] = [await opened(), await opened()];
    await one.append('main', named('one'));
    await other.append('main', named('other'));
    const third = await opened();
    expect(third.isEmpty).toBe(true);
    expect(await one.replay(move)).toBe(true);
    expect(moved).toEqual(['one']);
    expect(other.backlog().events).toBe(1);
  });

  it('takes over what others left, in the order they left it, and tells that it has to be replayed', async () => {
    const [one, other] = [await opened(), await opened()];
    const living = await opened({}, { lookEveryMs: 20 });
    const told = new Promise<void>((resolve) => living.whenTakenOver(resolve));
    await one.append('main', named('1'));
    await other.append('main', named('2'));
    await one.close();
    await told;
    expect(await living.replay(move)).toBe(true);
    expect(moved).toEqual(['1']);
    await other.close();
    await eventually(() => !living.isEmpty);
    expect(await living.replay(move)).toBe(true);
    expect(moved).toEqual(['1', '2']);
  });

  it('gives what is left to exactly one of many that open at the same time', async () => {
    await leave('1', '2', '3');
    const many = await Promise.all(Array.from({ length: 8 }, () => opened()));
    expect(many.map((spool) => spool.backlog().events).filter((events) => events > 0)).toEqual([3]);
    for (const spool of many) {
      expect(await spool.replay(move)).toBe(true);
    }
    expect(moved).toEqual(['1', '2', '3']);
    expect(reports.told).toEqual(['taken over 3']);
  });

  it('takes over what several left in the order in which they fell silent', async () => {
    const crowd = [await opened(), await opened(), await opened(), await opened()];
    for (const [index, spool] of crowd.entries()) {
      await spool.append('main', named(String(index)));
    }
    await Promise.all(crowd.map((spool) => spool.close()));
    for (const name of readdirSync(directory)) {
      const step = Number(steps([firstEventIn(join(directory, name, '000000000001.spool'))])[0]);
      utimesSync(join(directory, name, 'owner.json'), new Date(1000 * step), new Date(1000 * step));
    }
    const spool = await opened();
    expect(await spool.replay(move)).toBe(true);
    expect(moved).toEqual(['0', '1', '2', '3']);
  });

  it('finishes a take-over that was interrupted, however deep', async () => {
    await leave('1');
    const [first] = readdirSync(directory);
    renameSync(join(directory, first!), join(root, 'aside'));
    await leave('2');
    const [second] = readdirSync(directory);
    renameSync(join(root, 'aside'), join(directory, second!, first!.replace('left-', 'from-')));
    const spool = await opened();
    expect(await spool.replay(move)).toBe(true);
    expect(moved).toEqual(['1', '2']);
  });

  it('notices that its folder was taken over while it stood still, and writes again before it acknowledges', async () => {
    const standing = await opened();
    await standing.append('main', named('1'));
    utimesSync(pathOf('owner.json'), new Date(0), new Date(0));
    const heir = await opened();
    expect(heir.backlog().events).toBe(1);
    await standing.append('main', named('2'));
    expect(reports.told).toEqual(['taken over 1', 'taken away 1']);
    expect(standing.backlog().events).toBe(1);
    expect(await heir.replay(move)).toBe(true);
    expect(await standing.replay(move)).toBe(true);
    // The second was written twice; ids make it once in a store.
    expect(moved.slice().sort()).toEqual(['1', '2', '2']);
  });

  it('stops a replay whose files are taken away under it', async () => {
    const standing = await opened({ replayBatchEvents: 1 });
    await standing.append('main', named('1', '2'));
    let heir: Spool | undefined;
    const isDone = await standing.replay(async (chain, events) => {
      await move(chain, events);
      utimesSync(pathOf('owner.json'), new Date(0), new Date(0));
      heir ??= await opened();
    });
    expect(isDone).toBe(true);
    expect(standing.backlog().events).toBe(0);
    expect(heir?.backlog().events).toBe(2);
    expect(reports.told).toContain('taken away 0');
  });

  it('leaves a heartbeat, so that a living owner is never taken for dead', async () => {
    const spool = await opened({}, { heartbeatMs: 20 });
    await spool.append('main', named('1'));
    utimesSync(pathOf('owner.json'), new Date(0), new Date(0));
    await eventually(() => statSync(pathOf('owner.json')).mtimeMs > Date.now() - 10_000);
    expect((await opened()).isEmpty).toBe(true);
  });

  it('waits for the card of a folder that is in the making, and takes an old one without', async () => {
    mkdirSync(join(directory, `owner-${'a'.repeat(32)}`), { recursive: true });
    await (await opened()).close();
    expect(files()).toEqual(['owner-X']);
    utimesSync(join(directory, `owner-${'a'.repeat(32)}`), new Date(0), new Date(0));
    await (await opened()).close();
    expect(files()).toEqual([]);
  });

  it('takes over at once from a process of the same id that was started at another time', async () => {
    await leave('1');
    const [left] = readdirSync(directory);
    const folder = join(directory, left!.replace('left-', 'owner-'));
    renameSync(join(directory, left!), folder);
    const card = JSON.parse(readFileSync(join(folder, 'owner.json'), 'utf8')) as object;
    expect((await opened()).isEmpty).toBe(true);
    writeFileSync(join(folder, 'owner.json'), JSON.stringify({ ...card, startedAt: 'an earlier boot' }));
    expect((await opened()).backlog().events).toBe(1);
  });

  it('goes on in a new folder when somebody removed its own', async () => {
    const spool = await opened();
    await spool.append('main', named('1'));
    rmSync(directory, { recursive: true });
    await spool.append('main', named('2'));
    expect(await spool.replay(move)).toBe(true);
    expect(moved).toEqual(['2']);
    expect(reports.told).toEqual(['taken away 1']);
  });

  it('hands what was lost and not yet told to the next owner, once', async () => {
    const spool = await opened();
    await spool.keepLosses('first');
    await spool.keepLosses('second');
    await spool.close();
    const next = await opened();
    expect(reports.losses).toEqual(['second']);
    await next.close();
    expect(files()).toEqual([]);
  });

  it('leaves a file that the disk will not give back, and goes on with what is behind it', async () => {
    const spool = await opened({ maxSegmentBytes: 100 });
    await spool.append('main', named('1'));
    await spool.append('main', named('2'));
    const file = pathOf('000000000001.spool');
    rmSync(file);
    mkdirSync(file);
    expect(await spool.replay(move)).toBe(true);
    expect(moved).toEqual(['2']);
    expect(reports.told).toEqual([expect.stringMatching(/000000000001\.spool cannot be read.*EISDIR/)]);
    expect(existsSync(file)).toBe(true);
    rmSync(file, { recursive: true });
  });

  it('goes on when somebody removed a file with events, and says so', async () => {
    const spool = await opened({ maxSegmentBytes: 100 });
    await spool.append('main', named('1'));
    await spool.append('main', named('2'));
    rmSync(pathOf('000000000001.spool'));
    expect(await spool.replay(move)).toBe(true);
    expect(moved).toEqual(['2']);
    expect(reports.told).toEqual([expect.stringMatching(/000000000001\.spool was removed before its events/)]);
  });

  it('takes nothing after it was closed, and closes as often as it is asked to', async () => {
    const spool = await opened();
    await spool.close();
    await spool.close();
    await expect(spool.append('main', named('1'))).rejects.toMatchObject({ code: 'AUDIT_CLOSED' });
  });
});

function firstEventIn(file: string): AppendableEvent {
  const [first] = readPieces(readFileSync(file));
  if (first?.kind !== 'entry') {
    throw new Error(`${file} does not begin with an entry`);
  }
  return first.entry.event;
}

async function eventually(isTrue: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!isTrue()) {
    if (Date.now() > deadline) {
      throw new Error('it did not happen within 10 s');
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
