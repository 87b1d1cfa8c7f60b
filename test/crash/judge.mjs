import { existsSync, readFileSync } from 'node:fs';

/** Routes whose 2xx answer is a promise that the record exists. */
const PROMISING = new Set(['recorded', 'required', 'transactional', 'noted']);
/** Routes whose records stand in the chain in the order of their answers. */
const ORDERED = new Set(['recorded', 'required']);
const MAX_EXAMPLES = 5;

/** What is in a record's body and not in a column. */
function readBody(body) {
  const { causationId, spooled, details, origin } = JSON.parse(body);
  return { causationId, spooled: spooled === true, details, instanceId: origin.instanceId };
}

/**
 * Holds what the clients were told against what the database says, over all rounds of a run. It asks the tables, not
 * the product, so that both cannot be wrong in the same way.
 */
export class Judge {
  /** @type {import('./load.mjs').Answer[]} */
  answers = [];
  #database;
  #handlerLog;
  #lastPosition = 0;
  #records = [];
  #byId = new Map();

  /** @param {string} [handlerLog] file with the key of every request whose `required` handler ran */
  constructor(database, handlerLog) {
    this.#database = database;
    this.#handlerLog = handlerLog;
  }

  get recordCount() {
    return this.#records.length;
  }

  get spooledCount() {
    return this.#records.filter(({ spooled }) => spooled).length;
  }

  /** Answers that told of a failure of the application itself, and those of them that left no record at all. */
  get failedAnswers() {
    const failed = this.answers.filter(({ route, status }) => PROMISING.has(route) && status >= 500);
    // Where nobody could say whether the transaction committed, the record of the failure names the other as its cause.
    const causes = new Set(this.#records.map(({ causationId }) => causationId));
    const unrecorded = failed.filter(({ auditId }) => !this.#byId.has(auditId) && !causes.has(auditId));
    return { failed: failed.length, unrecorded: unrecorded.length };
  }

  get records() {
    return this.#records;
  }

  hear(answers) {
    this.answers.push(...answers);
  }

  /** Reads what is new; true when everything that was promised is there and nothing waits for its place any more. */
  async isSettled() {
    if ((await this.#database.waiting()) > 0) {
      return false;
    }
    await this.#readOn();
    return this.answers.every((answer) => !isPromised(answer) || this.#byId.has(answer.auditId));
  }

  /** Counts of what must not be, with some examples of each. */
  async verdict() {
    await this.#readOn();
    const faults = { missing: [], duplicates: [], orphans: [], gaps: [], overtaken: [] };
    this.#findMissing(faults);
    this.#findDuplicates(faults);
    this.#findWithoutIntent(faults);
    this.#findOvertaken(faults);
    await this.#findTornTransactions(faults);
    await this.#findGaps(faults);
    const { missing, duplicates, orphans, gaps, overtaken } = faults;
    return {
      missing: missing.length,
      duplicates: duplicates.length,
      orphans: orphans.length,
      gaps: gaps.length,
      overtaken: overtaken.length,
      examples: Object.values(faults).flatMap((found) => found.slice(0, MAX_EXAMPLES)),
    };
  }

  async #readOn() {
    for (const row of await this.#database.recordsAfter(this.#lastPosition)) {
      const record = { ...row, position: Number(row.position), ...readBody(row.body), body: undefined };
      this.#lastPosition = record.position;
      this.#records.push(record);
      this.#byId.set(record.id, [...(this.#byId.get(record.id) ?? []), record]);
    }
  }

  #findMissing({ missing }) {
    for (const answer of this.answers.filter(isPromised)) {
      const record = this.#byId.get(answer.auditId)?.[0];
      const expected = answer.status < 300 ? 'success' : 'failure';
      if (record === undefined || record.stage !== 'outcome' || record.outcome !== expected) {
        const found = record === undefined ? 'no record' : `a record ${record.stage} ${record.outcome}`;
        missing.push(`${answer.route} ${answer.key} was answered ${answer.status} as ${answer.auditId}: ${found}`);
      }
    }
  }

  /**
   * The same id twice, or one action with two records of one kind. A second record that names the first as its cause
   * is none: it tells of an answer that failed after, or without knowing of, the commit.
   */
  #findDuplicates({ duplicates }) {
    const seen = new Map();
    for (const record of this.#records) {
      const { id, type, stage, resource_id: key } = record;
      const names = key === null ? [`id ${id}`] : [`id ${id}`, `${stage} ${type} of ${key}`];
      for (const name of names) {
        const earlier = seen.get(name);
        if (earlier !== undefined && !areCauseAndEffect(earlier, record)) {
          duplicates.push(`${name} at positions ${earlier.position} and ${record.position}`);
        }
        seen.set(name, record);
      }
    }
  }

  /** Every `required` outcome has its intent before it, and no handler ran without one. */
  #findWithoutIntent({ orphans }) {
    const required = this.#records.filter(({ type }) => type === 'order.required');
    const intended = new Set();
    for (const { id, stage, causationId, resource_id: key, position } of required) {
      const intent = stage === 'intent' ? undefined : this.#byId.get(causationId)?.[0];
      if (stage === 'intent') {
        intended.add(key);
      } else if (intent?.stage !== 'intent' || intent.position > position || intent.resource_id !== key) {
        orphans.push(`outcome ${id} of ${key} has no intent before it`);
      }
    }
    const ran =
      this.#handlerLog !== undefined && existsSync(this.#handlerLog)
        ? readFileSync(this.#handlerLog, 'utf8').split('\n')
        : [];
    for (const key of ran.slice(0, -1).filter((line) => !intended.has(line))) {
      orphans.push(`the handler ran for ${key} without an intent`);
    }
  }

  /**
   * What was answered before another request was even sent stands before it in the chain, whichever way either took.
   * Not for transactional records: they are moved when their transaction is over.
   */
  #findOvertaken({ overtaken }) {
    const ordered = this.answers.filter(({ route, status }) => ORDERED.has(route) && isSuccess(status));
    const positionOf = ({ auditId }) => this.#byId.get(auditId)?.[0]?.position ?? 0;
    const byAnswer = ordered.toSorted((left, right) => left.answeredAt - right.answeredAt);
    let next = 0;
    let last = { position: 0 };
    for (const answer of ordered.toSorted((left, right) => left.sentAt - right.sentAt)) {
      for (; byAnswer[next].answeredAt < answer.sentAt; next++) {
        const position = positionOf(byAnswer[next]);
        last = position > last.position ? { position, key: byAnswer[next].key } : last;
      }
      const position = positionOf(answer);
      if (position !== 0 && position < last.position) {
        overtaken.push(`${answer.key} stands at ${position}, before ${last.key} at ${last.position}, answered before`);
      }
    }
  }

  /** A transactional record exists if and only if its business row does. */
  async #findTornTransactions({ orphans }) {
    const rows = await this.#database.orders();
    for (const [kind, type] of [
      ['placed', 'order.transactional'],
      ['noted', 'order.noted'],
    ]) {
      const stored = new Set(rows.filter((row) => row.kind === kind).map(({ id }) => id));
      const recorded = new Set(
        this.#records.filter((record) => isSuccessOf(record, type)).map((record) => record.resource_id),
      );
      stored.forEach((key) => recorded.has(key) || orphans.push(`row ${key} (${kind}) has no record ${type}`));
      recorded.forEach((key) => stored.has(key) || orphans.push(`record ${type} of ${key} has no row`));
    }
  }

  async #findGaps({ gaps }) {
    const totals = await this.#database.totals();
    const [records, ids, first, last] = ['records', 'ids', 'first', 'last'].map((name) => Number(totals[name]));
    if (records > 0 && (first !== 1 || last !== records || ids !== records)) {
      gaps.push(`${records} records, ${ids} ids, positions ${first} to ${last}`);
    }
  }
}

function areCauseAndEffect(one, other) {
  return one.id !== other.id && (one.causationId === other.id || other.causationId === one.id);
}

/** A 2xx answer promises the record of the success; a rolled back transaction that of the failure. */
function isPromised({ route, status }) {
  return PROMISING.has(route) && (isSuccess(status) || status === 409);
}

function isSuccess(status) {
  return status >= 200 && status < 300;
}

function isSuccessOf({ type, stage, outcome }, wanted) {
  return type === wanted && stage === 'outcome' && outcome === 'success';
}
