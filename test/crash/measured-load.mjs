import { setTimeout as wait } from 'node:timers/promises';
import { Load, tallied } from './load.mjs';
import { SeededRandom } from './seeded-random.mjs';

const SAMPLE_EVERY_MS = 200;
const MEBIBYTE = 1024 * 1024;

/** Load on an application whose memory and event loop are watched meanwhile. */
export class MeasuredLoad {
  longestBlockMs = 0;
  #application;
  #load;
  #rssMebibytes = [];
  #keptMebibytes = [];
  #watching;
  #running = true;

  constructor(application, { mix, prefix, lanes = 16 }) {
    this.#application = application;
    this.#load = new Load({ mix, prefix, lanes, random: new SeededRandom(1) });
  }

  get answers() {
    return this.#load.answers;
  }

  get unanswered() {
    return this.#load.unanswered;
  }

  async start() {
    this.#load.start(await this.#application.url());
    // What happened before the load is start-up.
    await this.#application.vitals();
    this.#watching = this.#watch();
  }

  async stop() {
    this.#running = false;
    await Promise.all([this.#load.stop(), this.#watching]);
  }

  /** Forgets what memory was needed so far: from now on the application is warm. */
  async warm() {
    this.#keptMebibytes = [await this.#kept()];
    this.#rssMebibytes = [];
  }

  /** Looks at what is still needed at the end of an outage. */
  async cool() {
    this.#keptMebibytes.push(await this.#kept());
  }

  get figures() {
    const memory = this.#rssMebibytes;
    return {
      answers: this.answers.length,
      tally: tallied(this.answers),
      refused: this.answers.filter(({ status }) => status >= 300).length,
      unanswered: this.unanswered,
      longestAnswerMs: Math.round(Math.max(0, ...this.answers.map(({ sentAt, answeredAt }) => answeredAt - sentAt))),
      longestBlockMs: this.longestBlockMs,
      rssMebibytes: { start: memory[0], peak: Math.max(0, ...memory), end: memory.at(-1) },
      keptMebibytes: { start: this.#keptMebibytes[0], end: this.#keptMebibytes[1] },
    };
  }

  async #kept() {
    return Math.round((await this.#application.keptBytes()) / MEBIBYTE);
  }

  async #watch() {
    while (this.#running && !this.#application.hasEnded) {
      await wait(SAMPLE_EVERY_MS);
      const vitals = await this.#application.vitals();
      if (vitals !== undefined) {
        this.#rssMebibytes.push(Math.round(vitals.rssBytes / MEBIBYTE));
        this.longestBlockMs = Math.max(this.longestBlockMs, vitals.longestBlockMs);
      }
    }
  }
}
