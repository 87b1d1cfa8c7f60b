import { HecAcknowledgements } from './hec-acknowledgements.js';

const CHANNEL = '6f1c2a9e-6d7b-4c1e-9a34-0b1c2d3e4f50';

/** A request that Splunk takes under this number. */
function take(acks: HecAcknowledgements, ackId: number): string {
  acks.begin();
  const handle = acks.accepted(ackId);
  acks.end();
  return handle ?? '';
}

/** A request that Splunk may have taken: nobody heard. */
function loseAnswer(acks: HecAcknowledgements): void {
  acks.begin();
  acks.end();
}

/** Splunk is asked about these, and says that they are all indexed. */
function confirmAll(acks: HecAcknowledgements, ...handles: readonly string[]): void {
  acks.questions(handles, 100).forEach((question) => acks.told(question, question.ackIds));
}

function statesOf(acks: HecAcknowledgements, ...handles: readonly string[]): readonly string[] {
  return handles.map((handle) => acks.stateOf(handle));
}

describe('What Splunk took', () => {
  it('is named by channel and number', () => {
    const acks = new HecAcknowledgements(CHANNEL);
    expect([take(acks, 0), take(acks, 1)]).toEqual([`${CHANNEL}:0`, `${CHANNEL}:1`]);
  });

  it('is pending until Splunk says that it is indexed, and confirmed for ever after', () => {
    const acks = new HecAcknowledgements(CHANNEL);
    const [first, second] = [take(acks, 0), take(acks, 1)];
    const [question] = acks.questions([first, second], 100);
    expect(question).toEqual({ channel: CHANNEL, life: 0, ackIds: [0, 1] });
    acks.told(question!, [0]);
    expect(statesOf(acks, first, second)).toEqual(['confirmed', 'pending']);
    expect(acks.questions([first, second], 100)).toEqual([{ channel: CHANNEL, life: 0, ackIds: [1] }]);
    expect(statesOf(acks, first, second)).toEqual(['confirmed', 'pending']);
  });

  it('is lost where this process never sent it', () => {
    const acks = new HecAcknowledgements(CHANNEL);
    expect(statesOf(acks, `${CHANNEL}:0`, 'nonsense')).toEqual(['lost', 'lost']);
    expect(acks.questions([`${CHANNEL}:0`, 'nonsense'], 100)).toEqual([]);
  });

  it('is asked after in questions of a bounded size', () => {
    const acks = new HecAcknowledgements(CHANNEL);
    const handles = [0, 1, 2, 3, 4].map((ackId) => take(acks, ackId));
    expect(acks.questions(handles, 2).map(({ ackIds }) => ackIds)).toEqual([[0, 1], [2, 3], [4]]);
  });

  it('is forgotten, oldest first, above 20000', () => {
    const acks = new HecAcknowledgements(CHANNEL);
    const handles = Array.from({ length: 20_002 }, (_, ackId) => take(acks, ackId));
    expect(statesOf(acks, handles[0]!, handles[1]!, handles[2]!)).toEqual(['lost', 'lost', 'pending']);
    handles.forEach((handle) => confirmAll(acks, handle));
    const more = [20_002, 20_003].map((ackId) => take(acks, ackId));
    confirmAll(acks, ...more);
    expect(statesOf(acks, handles[3]!, handles[4]!, more[1]!)).toEqual(['lost', 'confirmed', 'confirmed']);
  });
});

describe('A Splunk that counts anew', () => {
  it('has lost what it had not confirmed, and names what it takes now differently', () => {
    const acks = new HecAcknowledgements(CHANNEL);
    const [confirmed, pending] = [take(acks, 0), take(acks, 1)];
    confirmAll(acks, confirmed);
    const anew = take(acks, 0);
    expect(anew).toBe(`${CHANNEL}:0:1`);
    expect(statesOf(acks, confirmed, pending, anew)).toEqual(['confirmed', 'lost', 'pending']);
    expect(acks.questions([pending, anew], 100)).toEqual([{ channel: CHANNEL, life: 1, ackIds: [0] }]);
  });

  it('is not believed about a question from before', () => {
    const acks = new HecAcknowledgements(CHANNEL);
    const before = take(acks, 0);
    const [question] = acks.questions([before], 100);
    const anew = take(acks, 0);
    acks.told(question!, [0]);
    expect(statesOf(acks, before, anew)).toEqual(['lost', 'pending']);
  });

  it('is not believed about a number that a request without an answer may have taken', () => {
    const acks = new HecAcknowledgements(CHANNEL);
    const handles = [0, 1, 2].map((ackId) => take(acks, ackId));
    loseAnswer(acks);
    loseAnswer(acks);
    confirmAll(acks, ...handles);
    expect(statesOf(acks, ...handles)).toEqual(['lost', 'lost', 'confirmed']);
  });

  it('did not do so when the next number has grown: requests without an answer before it count no more', () => {
    const acks = new HecAcknowledgements(CHANNEL);
    for (let count = 0; count < 50; count += 1) loseAnswer(acks);
    const handle = take(acks, 3);
    loseAnswer(acks);
    confirmAll(acks, handle);
    expect(acks.stateOf(handle)).toBe('confirmed');
  });

  describe('while a request is under way', () => {
    it('is believed as soon as the number of that request has grown', () => {
      const acks = new HecAcknowledgements(CHANNEL);
      const first = take(acks, 0);
      acks.begin();
      confirmAll(acks, first);
      expect(acks.stateOf(first)).toBe('pending');
      expect(acks.questions([first], 100)).toEqual([]);
      acks.accepted(1);
      expect(acks.stateOf(first)).toBe('confirmed');
    });

    it('is believed at once about numbers which that request cannot have', () => {
      const acks = new HecAcknowledgements(CHANNEL);
      const [, second] = [take(acks, 0), take(acks, 1)];
      acks.begin();
      confirmAll(acks, second);
      expect(acks.stateOf(second)).toBe('confirmed');
    });

    it('meant that request when its number has not grown', () => {
      const acks = new HecAcknowledgements(CHANNEL);
      const first = take(acks, 0);
      acks.begin();
      confirmAll(acks, first);
      acks.accepted(0);
      expect(acks.stateOf(first)).toBe('lost');
    });

    it('may have meant that request when it has no answer', () => {
      const acks = new HecAcknowledgements(CHANNEL);
      const first = take(acks, 0);
      acks.begin();
      confirmAll(acks, first);
      acks.end();
      expect(acks.stateOf(first)).toBe('lost');
    });

    it('is believed when that request was refused', () => {
      const acks = new HecAcknowledgements(CHANNEL);
      const first = take(acks, 0);
      acks.begin();
      confirmAll(acks, first);
      acks.answered();
      acks.end();
      expect(acks.stateOf(first)).toBe('confirmed');
    });
  });

  it('gives no handle when it does so again and again and confirms nothing, and then another chance', () => {
    const acks = new HecAcknowledgements(CHANNEL);
    expect([0, 0, 0].map((ackId) => take(acks, ackId))).not.toContain('');
    expect(take(acks, 0)).toBe('');
    expect(take(acks, 1)).not.toBe('');
  });

  it('may do so as often as it likes when it confirms in between', () => {
    const acks = new HecAcknowledgements(CHANNEL);
    for (let count = 0; count < 10; count += 1) {
      const handle = take(acks, 0);
      confirmAll(acks, handle);
      expect(acks.stateOf(handle)).toBe('confirmed');
    }
  });
});

describe('A full channel', () => {
  it('is left, and what was sent on it is still asked after there', () => {
    const acks = new HecAcknowledgements();
    const { channel } = acks;
    const handle = take(acks, 0);
    acks.renewChannel();
    expect(acks.channel).not.toBe(channel);
    const next = take(acks, 0);
    expect(acks.questions([handle, next], 100).map((question) => question.channel)).toEqual([channel, acks.channel]);
    confirmAll(acks, handle);
    expect(statesOf(acks, handle, next)).toEqual(['confirmed', 'pending']);
  });

  it('is kept where it is fixed, and where it is new: another would be no better', () => {
    const fixed = new HecAcknowledgements(CHANNEL);
    take(fixed, 0);
    fixed.renewChannel();
    expect(fixed.channel).toBe(CHANNEL);
    const fresh = new HecAcknowledgements();
    const { channel } = fresh;
    fresh.renewChannel();
    expect(fresh.channel).toBe(channel);
  });
});

describe('A token without acknowledgement', () => {
  it('confirms what was taken, and nothing that was not', () => {
    const acks = new HecAcknowledgements(CHANNEL);
    const handle = take(acks, 0);
    acks.switchOff();
    expect(statesOf(acks, handle, `${CHANNEL}:7`)).toEqual(['confirmed', 'lost']);
    expect(acks.isSwitchedOff).toBe(true);
  });

  it('has it again when Splunk numbers a request', () => {
    const acks = new HecAcknowledgements(CHANNEL);
    acks.switchOff();
    expect(acks.stateOf(take(acks, 0))).toBe('pending');
    expect(acks.isSwitchedOff).toBe(false);
  });
});
