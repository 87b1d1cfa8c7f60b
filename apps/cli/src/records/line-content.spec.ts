import { anAppendableEvent, anEvent, sealedRecords } from 'nestjs-audited/testing';
import { contentOf } from './line-content.js';

const event = anEvent();
const [stored] = sealedRecords([anAppendableEvent()]);

describe('what a line holds', () => {
  it('is a record, a sealed record or an event', () => {
    const { seal, body } = stored as NonNullable<typeof stored>;
    expect(contentOf(JSON.stringify({ event, seal }))).toEqual({ kind: 'record', record: { event, seal } });
    expect(contentOf(JSON.stringify({ body, ...seal }))).toEqual({ kind: 'sealed', sealed: { seal, body } });
    expect(contentOf(JSON.stringify(event))).toEqual({ kind: 'event', event });
  });

  it.each([
    ['{', 'it is no JSON'],
    ['7', 'it is no JSON object'],
    ['[]', 'it is no JSON object'],
    ['{}', 'it is no record: neither'],
    [JSON.stringify({ event }), '"seal" is missing or wrong'],
    [JSON.stringify({ event: { ...event, outcome: 'maybe' }, seal: stored?.seal }), '"event.outcome"'],
    ['{"body":"{}","hash":"x"}', 'it begins like a record of a bundle'],
    ['{"chain":"main","personal":"{}","position":1,"salt":"00"}', 'it is a personal part'],
  ])('is bad: %s', (text, problem) => {
    expect(contentOf(text)).toEqual({ kind: 'bad', problem: expect.stringContaining(problem) as string });
  });
});
