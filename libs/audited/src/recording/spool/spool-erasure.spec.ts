import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditEvent } from '../../event/audit-event.js';
import { EventRefusedError, StoreUnavailableError } from '../../event/audit.error.js';
import type { AppendableEvent } from '../../storage/audit-store.js';
import type { WaitingEvent } from '../../storage/waiting-events.js';
import { anAppendableEvent } from '../../testing/audit-event.fixture.js';
import { DEFAULT_SPOOL_OPTIONS, SPOOL_TIMES, type SpoolOptions } from './spool.options.js';
import { Spool } from './spool.js';

const SILENT = {
  torn: () => undefined,
  damaged: () => undefined,
  refused: () => undefined,
  takenOver: () => undefined,
  takenAway: () => undefined,
  failed: () => undefined,
  lossesLeft: () => Promise.resolve(),
};

const eventOf = ({ body }: AppendableEvent): AuditEvent => JSON.parse(body) as AuditEvent;
const of = (email: string, action = email.replace('@example.com', '')): AppendableEvent =>
  anAppendableEvent({ action }, { '/actor/email': email });
const isAnn = ({ event }: WaitingEvent): boolean => event.personal?.includes('ann@example.com') === true;

describe('SpoolErasure', () => {
  let directory: string;
  let spools: Spool[];
  let moved: AppendableEvent[];

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'audit-spool-erasure-'));
    spools = [];
    moved = [];
  });

  afterEach(async () => {
    await Promise.all(spools.map((spool) => spool.close()));
    rmSync(directory, { recursive: true, force: true });
  });

  async function opened(options: Partial<SpoolOptions> = {}): Promise<Spool> {
    const spool = new Spool({ ...DEFAULT_SPOOL_OPTIONS, directory, ...options }, SILENT, SPOOL_TIMES);
    spools.push(spool);
    await spool.open();
    return spool;
  }

  async function found(spool: Spool): Promise<{ ids: Set<string>; leftovers: readonly string[] }> {
    const ids = new Set<string>();
    const leftovers = await spool.waiting.find({
      isMeant: isAnn,
      found: ({ event }) => ids.add(eventOf(event).id),
    });
    return { ids, leftovers };
  }

  const move = (_chain: string, events: readonly AppendableEvent[]): Promise<void> => {
    moved.push(...events);
    return Promise.resolve();
  };

  const files = (): string[] =>
    readdirSync(directory, { recursive: true, encoding: 'utf8' })
      .map((name) => join(directory, name))
      .filter((path) => !path.endsWith('owner.json') && /\.[a-z]+$/.test(path));
  const bytes = (): string =>
    files()
      .map((path) => readFileSync(path, 'utf8'))
      .join('');

  it('takes personal part and salt out of waiting events, and moves everything in its order afterwards', async () => {
    const spool = await opened();
    await spool.append('main', [of('bob@example.com'), of('ann@example.com', 'one')]);
    await spool.append('other', [of('ann@example.com', 'two'), anAppendableEvent({ action: 'none' })]);
    const { ids } = await found(spool);
    expect(ids.size).toBe(2);
    await expect(spool.waiting.strip(ids)).resolves.toBe(2);
    expect(bytes()).not.toContain('ann@example.com');
    expect(spool.backlog()).toMatchObject({ events: 4, bytes: Buffer.byteLength(bytes()) });
    await expect(spool.replay(move)).resolves.toBe(true);
    expect(moved.map((event) => eventOf(event).action)).toEqual(['bob', 'one', 'two', 'none']);
    expect(moved.map(({ personal }) => personal !== undefined)).toEqual([true, false, false, false]);
    // The commitment stays: the record says that there was a personal part.
    expect(moved.slice(1, 3).map((event) => eventOf(event).personal)).toEqual([
      expect.stringMatching(/^[0-9a-f]{64}$/),
      expect.stringMatching(/^[0-9a-f]{64}$/),
    ]);
  });

  it('finds nothing the second time', async () => {
    const spool = await opened();
    await spool.append('main', [of('ann@example.com')]);
    await spool.waiting.strip((await found(spool)).ids);
    expect((await found(spool)).ids.size).toBe(0);
    await expect(spool.waiting.strip(new Set(['gone']))).resolves.toBe(0);
  });

  it('waits for what is on its way to the store, and lets nothing go while it works', async () => {
    const spool = await opened({ replayBatchEvents: 1 });
    await spool.append('main', [of('ann@example.com', 'first'), of('ann@example.com', 'second')]);
    let arrive: () => void = () => undefined;
    const onItsWay = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    const replay = spool.replay(async (chain, events) => {
      await onItsWay;
      await move(chain, events);
    });
    const { ids } = await found(spool);
    const strip = spool.waiting.strip(ids);
    await new Promise(setImmediate);
    expect(bytes()).toContain('ann@example.com');
    arrive();
    await strip;
    const before = moved.length;
    expect(before).toBeGreaterThan(0);
    expect(bytes()).not.toContain('ann@example.com');
    await replay;
    while (!(await spool.replay(move))) {
      // The next attempt.
    }
    // What was sent before may be sent again; the store knows it by its id.
    expect(moved.slice(before).filter(({ personal }) => personal !== undefined)).toEqual([]);
    expect(new Set(moved.map((event) => eventOf(event).action))).toEqual(new Set(['first', 'second']));
    expect(spool.isEmpty).toBe(true);
  });

  it('keeps taking events while it works', async () => {
    const spool = await opened();
    await spool.append('main', [of('ann@example.com')]);
    const { ids } = await found(spool);
    const [, stripped] = await Promise.all([
      spool.append('main', [of('carl@example.com')]),
      spool.waiting.strip(ids),
      spool.append('main', [of('dora@example.com')]),
    ]);
    expect(stripped).toBe(1);
    await spool.replay(move);
    expect(moved.map((event) => eventOf(event).action)).toEqual(['ann', 'carl', 'dora']);
  });

  it('reaches events that the store refused', async () => {
    const spool = await opened();
    await spool.append('main', [of('ann@example.com')]);
    await spool.replay(() => Promise.reject(new EventRefusedError('too long')));
    expect(spool.backlog().refused).toBe(1);
    const { ids } = await found(spool);
    await expect(spool.waiting.strip(ids)).resolves.toBe(1);
    expect(bytes()).not.toContain('ann@example.com');
    expect(spool.backlog().bytes).toBe(Buffer.byteLength(bytes()));
  });

  it('reaches what a process that ended has left', async () => {
    const dead = await opened();
    await dead.append('main', [of('ann@example.com')]);
    await dead.close();
    const spool = await opened();
    await spool.waiting.strip((await found(spool)).ids);
    expect(bytes()).not.toContain('ann@example.com');
  });

  it('names what a living process keeps, and leaves it alone', async () => {
    const other = await opened();
    await other.append('main', [of('ann@example.com'), of('bob@example.com')]);
    const spool = await opened();
    const { ids, leftovers } = await found(spool);
    expect(ids.size).toBe(0);
    expect(leftovers).toEqual([
      expect.stringMatching(
        new RegExp(
          `^1 event\\(s\\) wait in the spool folder owner-[0-9a-f]{32}, which belongs to process ${process.pid}`,
        ),
      ),
    ]);
    expect(leftovers.join()).not.toContain('ann@');
  });

  it('keeps damaged bytes as they are, and goes on behind them', async () => {
    const spool = await opened();
    await spool.append('main', [of('bob@example.com')]);
    const [file = ''] = files();
    appendFileSync(file, 'no entry\n');
    await spool.append('main', [of('ann@example.com')]);
    await spool.waiting.strip((await found(spool)).ids);
    expect(bytes()).toContain('\nno entry\n');
    expect(bytes()).not.toContain('ann@example.com');
    await spool.replay(move);
    expect(moved).toHaveLength(2);
    expect((await found(spool)).leftovers).toEqual([expect.stringContaining('bytes that it could not read')]);
  });

  it('is not disturbed by what a kill left of a replacement', async () => {
    const dead = await opened();
    await dead.append('main', [of('ann@example.com')]);
    const [file = ''] = files();
    writeFileSync(`${file}.new`, 'half');
    await dead.close();
    const spool = await opened();
    await spool.waiting.strip((await found(spool)).ids);
    expect(bytes()).not.toContain('ann@example.com');
    expect(readdirSync(directory, { recursive: true }).some((name) => String(name).endsWith('.new'))).toBe(false);
    await spool.replay(move);
    expect(moved).toHaveLength(1);
    expect(existsSync(file)).toBe(false);
  });

  it('goes on while the store is down', async () => {
    const spool = await opened();
    await spool.append('main', [of('ann@example.com')]);
    const [, , failure] = await Promise.all([
      (async () => spool.waiting.strip((await found(spool)).ids))(),
      spool.append('main', [of('bob@example.com')]),
      spool.replay(() => Promise.reject(new StoreUnavailableError('down'))).catch(String),
    ]);
    expect(failure).toContain('down');
    expect(bytes()).not.toContain('ann@example.com');
  });
});
