import { anAppendableEvent, anEvent } from '../testing/audit-event.fixture.js';
import { sealedRecords } from '../testing/sealed-records.fixture.js';
import { readRecord } from './stored-record.js';

const onlyRecord = (...parameters: Parameters<typeof anAppendableEvent>) =>
  sealedRecords([anAppendableEvent(...parameters)])[0]!;

describe('readRecord', () => {
  it('gives event and seal back as they were sealed', () => {
    const event = anEvent({ details: { items: [1, { two: 2 }], text: 'Zoë' } });
    const stored = onlyRecord(event);
    expect(readRecord(stored)).toStrictEqual({ event, seal: stored.seal });
  });

  it('puts personal values back in their places, on the way down as deep as they were', () => {
    const personal = { '/actor/email': 'zoe@example.com', '/actor/onBehalfOf/name': 'Zoë', '/details/people/0': 'Ann' };
    const event = anEvent({
      actor: { kind: 'user', onBehalfOf: { kind: 'service' } },
      details: { people: [null, 'public'] },
    });
    const read = readRecord(onlyRecord(event, personal));
    expect(read.event.actor).toStrictEqual({
      email: 'zoe@example.com',
      kind: 'user',
      onBehalfOf: { kind: 'service', name: 'Zoë' },
    });
    expect(read.event.details).toStrictEqual({ people: ['Ann', 'public'] });
    expect(read).not.toHaveProperty('erased');
  });

  it('says that the personal part was erased, and leaves the rest', () => {
    const stored = onlyRecord({ action: 'Logged in' }, { '/actor/email': 'zoe@example.com' });
    const read = readRecord({ ...stored, personal: null, salt: null });
    expect(read.erased).toBe(true);
    expect(read.event.action).toBe('Logged in');
    expect(read.event.actor).not.toHaveProperty('email');
  });

  it('does not let a personal part reach beyond the event', () => {
    const read = readRecord(
      onlyRecord({}, { '/__proto__/polluted': 'yes', 'no pointer': 'x', '': 'x', '/type/x': 'x' }),
    );
    expect(read.event.type).toBe('deploy.completed');
    expect(({} as { polluted?: string }).polluted).toBeUndefined();
  });

  it.each([
    ['body', { body: '{"cut' }],
    ['personal part', { personal: '{"cut' }],
  ])('names the record whose %s cannot be read', (_what, damage) => {
    const stored = { ...onlyRecord({}, { '/actor/email': 'a@b.c' }), ...damage };
    expect(() => readRecord(stored)).toThrow(
      expect.objectContaining({
        code: 'AUDIT_RECORD_DAMAGED',
        message: expect.stringMatching(/position 1 of chain "main".*verify\(\)/) as string,
      }),
    );
  });
});
