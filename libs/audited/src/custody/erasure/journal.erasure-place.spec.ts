import type { AuditEvent } from '../../event/audit-event.js';
import type { AuditRecord } from '../../event/audit-record.js';
import { journalLine } from '../../recording/journal/journal-line.js';
import type { RewriteEvents } from '../../recording/journal/line-rewrite.js';
import type { AppendableEvent } from '../../storage/audit-store.js';
import type { ErasureSelection } from '../../storage/custody-store.js';
import { erasureMatcher } from '../../storage/erasure-match.js';
import { anAppendableEvent } from '../../testing/audit-event.fixture.js';
import { MemoryCustody } from '../../testing/memory.custody-store.js';
import type { ErasureScope, PlaceErasure } from './erasure-place.js';
import { JournalErasurePlace } from './journal.erasure-place.js';

const ANN = { '/actor/email': 'ann@example.com', '/details/phone': '4711' };
const of = (personal: Record<string, string>, facts: Partial<AuditEvent> = {}): AppendableEvent =>
  anAppendableEvent({ actor: { kind: 'user', id: 'u-ann' }, details: { amount: 7 }, ...facts }, personal);
const idOf = ({ body }: AppendableEvent): string => (JSON.parse(body) as AuditEvent).id;

interface Result extends PlaceErasure {
  readonly lines: readonly AuditEvent[];
}

/** Erases from a journal of these events. */
async function erased(
  journal: readonly AppendableEvent[],
  {
    log = new MemoryCustody(),
    selection = { actorId: 'u-ann' } as ErasureSelection,
    scope = {} as Partial<ErasureScope>,
    personalPointers = (): readonly string[] => [],
  } = {},
): Promise<Result> {
  let lines = journal.map((event) => journalLine(event));
  const place = new JournalErasurePlace({
    rewrite: async (rewrite: RewriteEvents) => {
      const read = lines.map((text) => ({ text, event: JSON.parse(text) as AuditEvent }));
      const next = await rewrite(read);
      lines = lines.map((line, index) => {
        const event = next[index];
        return event === undefined ? line : JSON.stringify(event);
      });
      return { events: next.filter((event) => event !== undefined).length, files: 1, leftovers: [] };
    },
    recordOf: (id): Promise<AuditRecord | undefined> => log.get(id),
    personalPointers,
  });
  const result = await place.erase(selection, {
    startedAt: '2026-11-22T00:00:00.000Z',
    othersAreStopped: false,
    isMeant: erasureMatcher(selection),
    isHeld: () => false,
    waiting: new Map(),
    ...scope,
  });
  return { ...result, lines: lines.map((line) => JSON.parse(line) as AuditEvent) };
}

describe('JournalErasurePlace', () => {
  it('makes a line what the log still has of the event', async () => {
    const log = new MemoryCustody();
    const events = [of(ANN), of({ '/actor/email': 'bob@example.com' }, { actor: { kind: 'user', id: 'u-bob' } })];
    await log.append('main', events);
    await log.erase('main', [1]);
    const { lines, events: count, eventIds, leftovers, remarks } = await erased(events, { log });
    expect(lines[0]).toEqual((await log.get(lines[0]?.id ?? ''))?.event);
    expect(lines[0]?.details).toEqual({ amount: 7 });
    expect(lines[1]?.actor.email).toBe('bob@example.com');
    expect({ count, eventIds, leftovers }).toEqual({ count: 1, eventIds: [lines[0]?.id], leftovers: [] });
    expect(remarks).toEqual([expect.stringContaining('an agent that follows them may read them again')]);
  });

  it('leaves what the log still has as a whole: a hold keeps it', async () => {
    const log = new MemoryCustody();
    const events = [of(ANN)];
    await log.append('main', events);
    expect((await erased(events, { log })).lines[0]?.actor.email).toBe('ann@example.com');
  });

  it('takes out of events that wait exactly what was personal in them', async () => {
    const waiting = of(ANN);
    const scope = { waiting: new Map([[idOf(waiting), Object.keys(ANN)]]) };
    const { lines, leftovers } = await erased([waiting], { scope });
    expect(lines[0]).toMatchObject({ details: { amount: 7 } });
    expect(JSON.stringify(lines)).not.toMatch(/ann@example|4711/);
    expect(leftovers).toEqual([]);
  });

  it('takes what is known to be personal out of events that the log does not have, and says so', async () => {
    const pruned = of({ ...ANN, '/details/note': 'of her own' });
    const { lines, leftovers } = await erased([pruned], { personalPointers: () => ['/details/phone'] });
    expect(lines[0]?.actor).toEqual({ kind: 'user', id: 'u-ann' });
    expect(lines[0]?.details).toEqual({ amount: 7, note: 'of her own' });
    expect(leftovers).toEqual([expect.stringMatching(/^The journal has 1 event\(s\) that the log does not have/)]);
  });

  it('finds an address wherever it stands in an event that the log does not have', async () => {
    const pruned = of({ '/details/to': 'Ann@example.com', '/actor/name': 'Bob' });
    const { lines } = await erased([pruned], { selection: { email: 'ann@example.com' } });
    expect(lines[0]?.details).toEqual({ amount: 7 });
  });

  it.each([
    ['was recorded after the call', of(ANN, { recordedAt: '2026-11-22T00:00:00.001Z' }), {}],
    ['is held', of(ANN), { isHeld: () => true }],
    ['has no personal part', anAppendableEvent({ actor: { kind: 'user', id: 'u-ann', email: 'x@y' } }), {}],
  ])('leaves an event alone that %s', async (_why, event, scope) => {
    const { lines } = await erased([event], { scope });
    expect(lines[0]?.actor.email).toBeDefined();
  });

  it('does not guess which chain an event was for', async () => {
    const { lines, leftovers } = await erased([of(ANN)], { selection: { query: { chain: 'main' } } });
    expect(lines[0]?.actor.email).toBe('ann@example.com');
    expect(leftovers).toHaveLength(1);
  });
});
