/** Receivers that misbehave, each in its own way, in simulated time. They remember what they got, and when. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** What every receiver remembers. */
class Receiver {
  /** @param {string} name @param {import('../crash/seeded-random.mjs').SeededRandom} random @param {any} timer */
  constructor(name, random, timer) {
    this.name = name;
    this.random = random;
    this.timer = timer;
    /** Ids in the order of their first arrival. @type {Map<string, { position: number, at: number, times: number }>} */
    this.arrivals = new Map();
    this.outOfOrder = 0;
    this.duplicates = 0;
    /** Repetitions that neither a crash nor a lost answer explains. */
    this.unexplained = 0;
    this.highest = 0;
    /** Ids that may come again, and why. @type {Set<string>} */
    this.excused = new Set();
    this.batches = new Map();
  }

  /** What a process of the application holds: dead processes get nothing through any more. */
  exporter(process) {
    const alive = (work) => (process.isDead ? new Promise(() => undefined) : work());
    return {
      type: 'simulated',
      ...this.traits,
      deliver: (batch, signal) =>
        alive(async () => {
          const verdict = await this.deliver(batch, signal, process);
          // What a dying process had handed over arrives all the same, and nobody heard the answer.
          if (process.isDead) this.excuse(batch.events);
          return verdict;
        }),
      ...(this.confirm === undefined ? {} : { confirm: (handles) => alive(() => this.confirm(handles)) }),
    };
  }

  take(events, process, { inOrder = true } = {}) {
    const at = this.timer.now();
    for (const { record } of events) {
      const { id } = record.event;
      const { position } = record.seal;
      const known = this.arrivals.get(id);
      if (known === undefined) {
        this.arrivals.set(id, { position, at, recordedAt: Date.parse(record.event.recordedAt) });
        if (inOrder && position < this.highest) this.outOfOrder += 1;
        this.highest = Math.max(this.highest, position);
      } else {
        this.duplicates += 1;
        if (!this.excused.has(id) && !process.isDead) this.unexplained += 1;
      }
    }
  }

  excuse(events) {
    events.forEach(({ record }) => this.excused.add(record.event.id));
  }

  /** What a process that dies had not settled may come again. */
  excuseAfter(position) {
    for (const [id, arrival] of this.arrivals) {
      if (arrival.position > position) this.excused.add(id);
    }
  }

  latency(lowest, highest, signal) {
    return this.timer.sleep(this.random.between(lowest, highest), signal);
  }

  /** True while a phase of trouble lasts; phases come and go. */
  inTrouble(key, { calmMs, troubleMs }) {
    const now = this.timer.now();
    this.phases ??= new Map();
    let phase = this.phases.get(key);
    while (phase === undefined || now >= phase.until) {
      const isTrouble = phase === undefined ? false : !phase.isTrouble;
      const length = this.random.between(1, isTrouble ? troubleMs : calmMs);
      phase = { isTrouble, until: (phase?.until ?? now) + length };
      this.phases.set(key, phase);
    }
    return phase.isTrouble && !this.isMended;
  }

  /** The trouble is over for good. */
  mend() {
    this.isMended = true;
  }
}

/** Always there. */
export class HealthyReceiver extends Receiver {
  async deliver({ events }, signal, process) {
    await this.latency(2, 40, signal);
    this.take(events, process);
    return { status: 'delivered' };
  }
}

/** Busy, slow, and now and then the answer gets lost on its way. */
export class FlakyReceiver extends Receiver {
  async deliver({ events }, signal, process) {
    await this.latency(5, 400, signal);
    if (!this.isMended && this.random.chance(0.2)) {
      return { status: 'retry', reason: 'busy', ...(this.random.chance(0.5) ? { afterMs: 2 * SECOND } : {}) };
    }
    this.take(events, process);
    if (!this.isMended && this.random.chance(0.1)) {
      this.excuse(events);
      return { status: 'retry', reason: 'ECONNRESET' };
    }
    return { status: 'delivered' };
  }
}

/** Out of order for minutes: nothing listens, or nothing is answered, or the token is wrong. */
export class BrokenReceiver extends Receiver {
  async deliver({ events }, signal, process) {
    if (this.inTrouble('down', { calmMs: 2 * MINUTE, troubleMs: 3 * MINUTE })) {
      const kind = this.random.weighted({ refused: 3, hang: 1, unauthorized: 2 });
      if (kind === 'hang') await this.timer.sleep(10 * MINUTE, signal);
      return kind === 'unauthorized'
        ? { status: 'hold', reason: 'HTTP 401', cure: 'Check the token.' }
        : { status: 'retry', reason: 'ECONNREFUSED' };
    }
    await this.latency(2, 60, signal);
    this.take(events, process);
    return { status: 'delivered' };
  }
}

/** Judges events one by one: has no room for some, and never takes the poison. */
export class PickyReceiver extends Receiver {
  async deliver({ events }, signal, process) {
    await this.latency(5, 80, signal);
    if (events.length > 150) return { status: 'split', reason: 'HTTP 413' };
    const refused = [];
    const again = [];
    events.forEach(({ record }, index) => {
      if (record.event.details?.poison === true) refused.push({ index, reason: 'mapper_parsing_exception' });
      else if (!this.isMended && this.random.chance(0.02)) again.push(index);
    });
    const left = new Set([...again, ...refused.map(({ index }) => index)]);
    // What it has no room for comes later than what stood behind it: that is its own order.
    const taken = events.filter((_, index) => !left.has(index));
    this.take(taken, process, { inOrder: false });
    return left.size === 0
      ? { status: 'delivered' }
      : { status: 'partial', reason: `${left.size} not indexed`, refused, again };
  }
}

/** Confirms later, and forgets to now and then. */
export class AcknowledgingReceiver extends Receiver {
  traits = { confirmation: { everyMs: 2 * SECOND, timeoutMs: 30 * SECOND, maxEvents: 5000 } };
  handles = new Map();
  count = 0;

  async deliver({ events }, signal, process) {
    await this.latency(2, 40, signal);
    this.take(events, process);
    this.count += 1;
    const isForgotten = !this.isMended && this.random.chance(0.03);
    const readyAt = this.timer.now() + this.random.between(500, 8 * SECOND);
    const after = (events[0]?.record.seal.position ?? 1) - 1;
    this.handles.set(`ack-${this.count}`, { readyAt, isForgotten, after });
    return { status: 'sent', handle: `ack-${this.count}` };
  }

  async confirm(handles) {
    await this.latency(1, 20);
    return new Map(
      handles.map((handle) => {
        const { readyAt, isForgotten, after } = this.handles.get(handle);
        if (isForgotten) {
          // Once an acknowledgement is lost, what was sent behind it comes again, too.
          this.excuseAfter(after);
          return [handle, this.random.chance(0.5) ? 'lost' : 'pending'];
        }
        return [handle, this.timer.now() >= readyAt ? 'confirmed' : 'pending'];
      }),
    );
  }
}
