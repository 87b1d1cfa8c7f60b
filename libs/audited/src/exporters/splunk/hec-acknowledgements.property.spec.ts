import fc from 'fast-check';
import { HecAcknowledgements, type AckQuestion } from './hec-acknowledgements.js';

/** A Splunk that numbers requests, tells each yes once, and forgets everything but its index when it restarts. */
class ModelSplunk {
  readonly indexed = new Set<string>();
  private next = 0;
  private readonly taken = new Map<number, string>();

  take(batch: string): number {
    this.taken.set(this.next, batch);
    return this.next++;
  }

  index(): void {
    this.taken.forEach((batch) => this.indexed.add(batch));
  }

  restart(): void {
    this.taken.clear();
    this.next = 0;
  }

  tell({ ackIds }: AckQuestion): readonly number[] {
    return ackIds.filter((ackId) => {
      const isYes = this.indexed.has(this.taken.get(ackId) ?? '');
      return isYes && this.taken.delete(ackId);
    });
  }
}

/** A destination that sends batches, one at a time, and asks after them; every step may come at any moment. */
class Destination {
  readonly sent: { readonly handle: string; readonly batch: string }[] = [];
  readonly splunk = new ModelSplunk();
  private readonly acks = new HecAcknowledgements('6f1c2a9e-6d7b-4c1e-9a34-0b1c2d3e4f50');
  private batches = 0;
  /** The request on its way; one that was given up may still arrive until the next begins. */
  private request: { readonly batch: string; ackId?: number; isGivenUp: boolean } | undefined;
  private reply: { readonly question: AckQuestion; readonly yes: readonly number[] } | undefined;

  begin(): void {
    if (this.request !== undefined && !this.request.isGivenUp) return;
    this.request = { batch: `batch-${this.batches++}`, isGivenUp: false };
    this.acks.begin();
  }

  arrive(): void {
    if (this.request !== undefined && this.request.ackId === undefined) {
      this.request.ackId = this.splunk.take(this.request.batch);
    }
  }

  answer(): void {
    const { request } = this;
    if (request?.ackId === undefined || request.isGivenUp) return;
    const handle = this.acks.accepted(request.ackId);
    this.acks.end();
    if (handle !== undefined) this.sent.push({ handle, batch: request.batch });
    this.request = undefined;
  }

  refuse(): void {
    if (this.request === undefined || this.request.isGivenUp || this.request.ackId !== undefined) return;
    this.acks.answered();
    this.acks.end();
    this.request = undefined;
  }

  giveUp(): void {
    if (this.request === undefined || this.request.isGivenUp) return;
    this.acks.end();
    this.request.isGivenUp = true;
  }

  ask(): void {
    const [question] = this.acks.questions(
      this.sent.map(({ handle }) => handle),
      100,
    );
    if (question !== undefined) this.reply = { question, yes: this.splunk.tell(question) };
  }

  hear(): void {
    if (this.reply !== undefined) this.acks.told(this.reply.question, this.reply.yes);
    this.reply = undefined;
  }

  get confirmedBatches(): readonly string[] {
    return this.sent.filter(({ handle }) => this.acks.stateOf(handle) === 'confirmed').map(({ batch }) => batch);
  }
}

const STEPS = {
  begin: (destination: Destination) => destination.begin(),
  arrive: (destination: Destination) => destination.arrive(),
  answer: (destination: Destination) => destination.answer(),
  refuse: (destination: Destination) => destination.refuse(),
  giveUp: (destination: Destination) => destination.giveUp(),
  ask: (destination: Destination) => destination.ask(),
  hear: (destination: Destination) => destination.hear(),
  index: (destination: Destination) => destination.splunk.index(),
  restart: (destination: Destination) => destination.splunk.restart(),
  /** What happens most of the time, so that numbers grow. */
  send: (destination: Destination) => {
    destination.begin();
    destination.arrive();
    destination.answer();
  },
};

const steps = fc.array(fc.constantFrom(...(Object.keys(STEPS) as (keyof typeof STEPS)[])), {
  minLength: 4,
  maxLength: 40,
  size: 'max',
});

describe('Whatever Splunk and the network do, in any order', () => {
  it('nothing is called confirmed that is not indexed', () => {
    fc.assert(
      fc.property(steps, (names) => {
        const destination = new Destination();
        for (const name of names) {
          STEPS[name](destination);
          if (!destination.confirmedBatches.every((batch) => destination.splunk.indexed.has(batch))) return false;
        }
        return true;
      }),
      { numRuns: 20_000 },
    );
  });

  it('no two requests have the same handle', () => {
    fc.assert(
      fc.property(steps, (names) => {
        const acks = new HecAcknowledgements();
        const handles: string[] = [];
        let next = 0;
        for (const name of names) {
          if (name === 'restart') next = 0;
          if (name === 'refuse') acks.renewChannel();
          acks.begin();
          const handle = acks.accepted(next++);
          if (handle !== undefined) handles.push(handle);
        }
        expect(new Set(handles).size).toBe(handles.length);
      }),
    );
  });
});
