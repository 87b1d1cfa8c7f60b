import type { AuditDraft } from '../../event/audit-draft.js';
import { VirtualDeliveryTimer } from '../../testing/virtual.delivery-timer.js';
import type { NewDeadLetter } from '../delivery-ledger.js';
import { DeliveryRecorder } from './delivery-recorder.js';

function recording() {
  const timer = new VirtualDeliveryTimer();
  const drafts: AuditDraft[] = [];
  const sentences: string[] = [];
  const recorder = new DeliveryRecorder({
    record: (draft) => drafts.push(draft),
    announce: (sentence) => sentences.push(sentence),
    report: () => undefined,
    solved: () => undefined,
    timer,
  });
  const counts = () => drafts.map(({ details }) => (details as { readonly count: number }).count);
  return { timer, drafts, sentences, recorder, counts };
}

function letters(count: number, eventType = 'deploy.done'): readonly NewDeadLetter[] {
  return Array.from({ length: count }, (_, index) => ({
    chain: 'main',
    position: index + 1,
    eventId: `e-${index}`,
    eventType,
    cause: 'refused',
    reason: 'bad field',
  }));
}

describe('Dead letters in the log', () => {
  it('are told at once; those that follow closely share a record, and wait for no others', async () => {
    const { timer, recorder, counts } = recording();
    recorder.died('siem', letters(1), 0);
    expect(counts()).toStrictEqual([1]);
    await timer.pass(1000);
    recorder.died('siem', letters(30), 0);
    await timer.pass(1000);
    recorder.died('siem', letters(20), 0);
    expect(counts()).toStrictEqual([1]);
    await timer.pass(8000);
    expect(counts()).toStrictEqual([1, 50]);
    await timer.pass(60_000);
    expect(counts()).toStrictEqual([1, 50]);
    recorder.died('siem', letters(2), 0);
    expect(counts()).toStrictEqual([1, 50, 2]);
  });

  it('of one destination do not wait for those of another', () => {
    const { recorder, drafts } = recording();
    recorder.died('a', letters(1), 0);
    recorder.died('b', letters(1), 3);
    expect(drafts.map(({ action }) => action)).toStrictEqual([
      'Destination "a" did not take 1 event',
      'Destination "b" did not take 4 events',
    ]);
  });

  it('are told at the end at the latest, and once', async () => {
    const { timer, recorder, counts } = recording();
    recorder.died('siem', letters(1), 0);
    recorder.died('siem', letters(5), 0);
    recorder.flush();
    recorder.flush();
    await timer.pass(60_000);
    expect(counts()).toStrictEqual([1, 5]);
  });

  it('that say so themselves are not told of: it would never end', async () => {
    const { timer, recorder, drafts } = recording();
    recorder.died('siem', letters(3, 'audit.dead_letter'), 0);
    await timer.pass(60_000);
    recorder.flush();
    expect(drafts).toStrictEqual([]);
  });

  it('are named as far as a record has room for them', () => {
    const { recorder, drafts, sentences } = recording();
    recorder.died('siem', letters(50), 0);
    const named = letters(20).map(({ eventType: _, ...letter }) => letter);
    expect(drafts).toMatchObject([{ type: 'audit.dead_letter', details: { count: 50, letters: named } }]);
    expect(sentences).toStrictEqual(['Destination "siem" did not take 50 events (see its dead letters): bad field']);
  });
});
