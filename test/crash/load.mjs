import { setTimeout as wait } from 'node:timers/promises';
import { Pool } from 'undici';

const PAUSE_AFTER_REFUSAL_MS = 5;
const ANSWER_TIMEOUT_MS = 60_000;

/**
 * @typedef {object} Answer
 * @property {string} route
 * @property {string} key unique for the request: id of the record's resource and of the business row
 * @property {boolean} fail whether the handler was asked to fail after its writes
 * @property {number} status
 * @property {string | undefined} auditId
 * @property {number} sentAt milliseconds on the clock of this process
 * @property {number} answeredAt
 */

/** Closed-loop load over keep-alive connections: every lane sends its next request when the last one is answered. */
export class Load {
  /** Every answer whose status arrived, also when the rest of it did not. @type {Answer[]} */
  answers = [];
  /** Requests that were sent and never answered. */
  unanswered = 0;
  #options;
  #running = false;
  #lanes = [];
  #sent = 0;

  /**
   * @param {object} options
   * @param {Record<string, number>} options.mix routes with their weights
   * @param {import('./seeded-random.mjs').SeededRandom} options.random
   * @param {string} options.prefix begins every key; unique for each load of a run
   * @param {number} [options.lanes]
   * @param {number} [options.failShare] share of transactional requests that are to fail after their writes
   */
  constructor({ lanes = 32, failShare = 0.1, ...options }) {
    this.#options = { lanes, failShare, ...options };
  }

  start(url) {
    const { lanes } = this.#options;
    const pool = new Pool(url, { connections: lanes, headersTimeout: ANSWER_TIMEOUT_MS });
    this.#running = true;
    this.#lanes = Array.from({ length: lanes }, () => this.#lane(pool));
    void Promise.all(this.#lanes).then(() => pool.destroy());
  }

  /** Resolves when there are so many answers, or when the time is over. */
  async answered(count, timeoutMs) {
    const deadline = performance.now() + timeoutMs;
    while (this.answers.length < count && performance.now() < deadline) {
      await wait(1);
    }
  }

  /** Sends no further requests; resolves when none is under way. */
  async stop() {
    this.#running = false;
    await Promise.all(this.#lanes);
  }

  async #lane(pool) {
    while (this.#running) {
      const { mix, random, prefix, failShare } = this.#options;
      const route = random.weighted(mix);
      const fail = (route === 'transactional' || route === 'noted') && random.chance(failShare);
      const answer = await this.#ask(pool, { route, key: `${prefix}-${++this.#sent}`, fail });
      if (!answer) {
        await wait(PAUSE_AFTER_REFUSAL_MS);
      }
    }
  }

  async #ask(pool, { route, key, fail }) {
    const sentAt = performance.now();
    let answered = false;
    try {
      const { statusCode, headers, body } = await pool.request({
        method: 'POST',
        path: `/${route}`,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ key, fail }),
      });
      // The client has been told: from here on the promise counts, whatever becomes of the rest of the answer.
      answered = true;
      const answeredAt = performance.now();
      this.answers.push({ route, key, fail, status: statusCode, auditId: headers['x-audit-id'], sentAt, answeredAt });
      await body.dump();
      return true;
    } catch (error) {
      if (this.#running && error?.code === undefined) {
        throw error;
      }
      this.unanswered += answered ? 0 : 1;
      return answered;
    }
  }
}

/** How many answers there are of each route and status: `recorded 200: 12, transactional 409: 1`. */
export function tallied(answers) {
  const counts = new Map();
  for (const { route, status } of answers) {
    const name = `${route} ${status}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, count]) => `${name}: ${count}`)
    .join(', ');
}
