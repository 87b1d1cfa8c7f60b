import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ApplicationProcess } from './application-process.mjs';
import { Judge } from './judge.mjs';
import { Load, tallied } from './load.mjs';
import { inWords, planRound } from './round-plan.mjs';
import { SeededRandom } from './seeded-random.mjs';
import { isSettled, verification } from './settling.mjs';

const MIX = { recorded: 4, required: 3, transactional: 3, noted: 1, 'best-effort': 2 };
/** How long a round waits for its first answers. */
const PATIENCE_MS = 3000;
/** Short, so that an outage of half a second is one. */
const LIMITS = { commitTimeoutMs: 250, shutdownTimeoutMs: 3000 };
const SPOOL = { retryInitialMs: 20, retryMaxMs: 200, replayBatchEvents: 200 };

/**
 * One database that lives through many crashes: load, `kill -9`, start again, settle, judge; the process that settled
 * takes the load of the next round.
 */
export class CrashRun {
  kills = 0;
  #database;
  #seed;
  #folder;
  #judge;
  #application;
  #loads = 0;

  constructor({ database, seed, folder }) {
    this.#database = database;
    this.#seed = seed;
    this.#folder = folder;
    this.#judge = new Judge(database, join(folder, 'handlers.log'));
  }

  get counts() {
    const { answers, recordCount, spooledCount } = this.#judge;
    return { answers: answers.length, records: recordCount, spooled: spooledCount, ...this.#judge.failedAnswers };
  }

  /** What the application said last, for whoever has to understand a fault. */
  get diagnostics() {
    return this.#application?.diagnostics ?? '';
  }

  async round(number) {
    // A sequence for each round: what the load draws of its own, as fast as it can, must not change the next plan.
    const random = this.#sequence(2 * number);
    const plan = planRound(number, random, this.#database);
    const nextAdapter = plan.adapter === 'express' ? 'fastify' : 'express';
    const answersBefore = this.#judge.answers.length;
    this.#application ??= this.#start(plan.adapter, plan.variant);
    const url = await this.#application.url();
    const outage = this.#playOutage(plan.outage);
    await this.#loadAndKill(url, plan.killAfterMs, plan.killAfterAnswers);
    if (plan.nextDeath !== undefined) {
      await this.#startAndKill(plan, nextAdapter);
    }
    // The next process may well start while the database is still out of reach.
    this.#application = this.#start(nextAdapter, plan.variant);
    await outage;
    await this.#application.url();
    const settled = await isSettled({
      judge: this.#judge,
      spoolDirectory: join(this.#folder, 'spool'),
      application: this.#application,
    });
    const { examples, ...verdict } = await this.#judge.verdict();
    const report = await verification(this.#application);
    return {
      words: inWords(plan),
      tally: tallied(this.#judge.answers.slice(answersBefore)),
      faults: { ...verdict, unsettled: settled ? 0 : 1, unverified: report.ok ? 0 : report.faultCount },
      examples: [...examples, ...report.faults.map((fault) => JSON.stringify(fault))],
    };
  }

  #sequence(number) {
    return new SeededRandom(this.#seed ^ Math.imul(number + 1, 0x9e3779b1));
  }

  async end() {
    await this.#application?.kill();
  }

  #start(adapter, variant) {
    const { audit, business } = this.#database.settings(variant);
    return new ApplicationProcess({
      adapter,
      business,
      audit: { ...audit, limits: LIMITS, spool: { ...SPOOL, directory: join(this.#folder, 'spool') } },
      handlerLog: join(this.#folder, 'handlers.log'),
    });
  }

  async #loadAndKill(url, afterMs, afterAnswers = 0) {
    const number = ++this.#loads;
    const load = new Load({ mix: MIX, random: this.#sequence(2 * number + 1), prefix: `l${number}` });
    load.start(url);
    await wait(afterMs);
    await load.answered(afterAnswers, PATIENCE_MS);
    await this.#kill();
    await load.stop();
    this.#judge.hear(load.answers);
  }

  async #startAndKill({ nextDeath: { during, afterMs }, variant }, adapter) {
    this.#application = this.#start(adapter, variant);
    if (during === 'load') {
      await this.#loadAndKill(await this.#application.url(), afterMs);
      return;
    }
    if (during === 'idle') {
      await this.#application.url();
    }
    await wait(afterMs);
    await this.#kill();
  }

  async #kill() {
    if (this.#application.hasEnded) {
      throw new Error('The application ended before anybody killed it');
    }
    this.kills++;
    await this.#application.kill();
  }

  async #playOutage(outage) {
    if (outage === undefined) {
      return;
    }
    await wait(outage.fromMs);
    await this.#database.beginOutage(outage.kind);
    await wait(outage.forMs);
    await this.#database.endOutage();
  }
}
