import { deepStrictEqual, ok } from 'node:assert/strict';
import type { AuditExporter } from '../delivery/audit-exporter.js';
import type { DeliveryVerdict } from '../delivery/delivery-verdict.js';
import { deliverable, formatterFor, limitsOf } from '../delivery/exporter-settings.js';
import type { AuditRecord } from '../event/audit-record.js';
import { readRecord } from '../storage/stored-record.js';
import { anAppendableEvent } from './audit-event.fixture.js';
import type { ContractCase } from './contract-case.js';
import { aDeliveryBatch } from './delivery-batch.fixture.js';
import { sealedRecords } from './sealed-records.fixture.js';

/** What a receiver can be told to do. */
export type ReceiverTrouble =
  /** Takes the connection and the request, and never answers. */
  | 'hang'
  /** Breaks the connection off while the request is under way. */
  | 'reset'
  /** Answers that it is busy, or out of order: what may pass by itself. Its answer repeats what it was asked with. */
  | 'busy';

/** An exporter under test, and the receiver that it sends to; both new for each case. */
export interface ExporterUnderTest {
  readonly exporter: AuditExporter;
  /** Ids of the events that the receiver holds, in the order in which they came, with repetitions. */
  readonly received: () => readonly string[] | Promise<readonly string[]>;
  /** Puts the receiver into trouble; false: it can not be put into this one (a file does not hang). */
  readonly trouble: (kind: ReceiverTrouble) => boolean | Promise<boolean>;
  /** Ends the receiver: nothing listens any more. */
  readonly stop: () => void | Promise<void>;
  /** Values that must not appear in a verdict. */
  readonly secrets?: readonly string[];
}

const GIVEN_UP_MS = 200;
const PATIENCE_MS = 5000;
const STATUSES = ['delivered', 'sent', 'partial', 'retry', 'split', 'poison', 'hold'];

type ExporterCase = readonly [promise: string, run: (underTest: ExporterUnderTest) => Promise<void>];

/**
 * The promises of `AuditExporter`. Every exporter passes the same battery, and so should one of your own.
 *
 * @param make an exporter and its receiver, new for each case
 *
 * @example
 * ```ts
 * for (const { promise, run } of auditExporterContract(() => myReceiver())) {
 *   it(promise, run);
 * }
 * ```
 */
export function auditExporterContract(
  make: () => ExporterUnderTest | Promise<ExporterUnderTest>,
): readonly ContractCase[] {
  return CASES.map(([promise, run]) => ({
    promise,
    run: async () => {
      const underTest = await make();
      try {
        await run(underTest);
      } finally {
        await underTest.exporter.close?.();
        await underTest.stop();
      }
    },
  }));
}

const CASES: readonly ExporterCase[] = [
  [
    'delivers every event of a batch, each with its id, in order',
    async ({ exporter, received }) => {
      const records = recordsOf(3);
      await arrives(exporter, records);
      deepStrictEqual(await received(), idsOf(records));
    },
  ],
  [
    'delivers hostile content as so many events as there are',
    async ({ exporter, received }) => {
      const records = hostileRecords();
      await arrives(exporter, records);
      deepStrictEqual(await received(), idsOf(records));
    },
  ],
  [
    'sends the same batch again with the same ids',
    async ({ exporter, received }) => {
      const records = recordsOf(2);
      await arrives(exporter, records);
      await arrives(exporter, records, 2);
      deepStrictEqual([...new Set(await received())], idsOf(records));
    },
  ],
  [
    'encodes a record to the same text every time',
    ({ exporter }) => {
      const formatter = formatterFor(exporter);
      for (const record of [...recordsOf(1), ...hostileRecords()]) {
        deepStrictEqual(deliverable(exporter, formatter, record), deliverable(exporter, formatter, record));
      }
      return Promise.resolve();
    },
  ],
  [
    'has limits that leave room for at least one event',
    ({ exporter }) => {
      const { maxEvents, maxBytes, maxEventBytes } = limitsOf(exporter);
      ok(Number.isInteger(maxEvents) && maxEvents >= 1, `maxEvents is ${maxEvents}`);
      ok(maxEventBytes >= 1 && maxEventBytes <= maxBytes, `maxEventBytes is ${maxEventBytes} of ${maxBytes}`);
      return Promise.resolve();
    },
  ],
  [
    'answers, and does not throw, when nothing listens',
    async ({ exporter, stop }) => {
      await stop();
      const verdict = await verdictOf(exporter, recordsOf(1));
      ok(['retry', 'hold', 'sent', 'delivered'].includes(verdict.status), `it answered ${verdict.status}`);
    },
  ],
  ['answers when the receiver is busy', (underTest) => answersIn('busy', underTest)],
  ['answers when the receiver breaks the connection off', (underTest) => answersIn('reset', underTest)],
  [
    'gives up when it is told to, while the receiver says nothing',
    async ({ exporter, trouble }) => {
      if (!(await trouble('hang'))) {
        return;
      }
      const giveUp = new AbortController();
      const timer = setTimeout(() => giveUp.abort(), GIVEN_UP_MS);
      try {
        const verdict = await verdictOf(exporter, recordsOf(1), giveUp.signal);
        ok(['retry', 'sent', 'delivered'].includes(verdict.status), `it answered ${verdict.status}`);
      } finally {
        clearTimeout(timer);
      }
    },
  ],
  [
    'can be closed twice',
    async ({ exporter }) => {
      await arrives(exporter, recordsOf(1));
      await exporter.close?.();
      await exporter.close?.();
    },
  ],
];

async function answersIn(kind: ReceiverTrouble, underTest: ExporterUnderTest): Promise<void> {
  const { exporter, trouble, secrets = [] } = underTest;
  if (!(await trouble(kind))) {
    return;
  }
  const verdict = await verdictOf(exporter, recordsOf(2));
  ok(verdict.status !== 'delivered', `it answered ${verdict.status}`);
  const words = JSON.stringify(verdict);
  const told = secrets.filter((secret) => words.includes(secret));
  deepStrictEqual(told, [], `the verdict holds a secret: ${words}`);
}

async function arrives(exporter: AuditExporter, records: readonly AuditRecord[], attempt = 1): Promise<void> {
  const batch = aDeliveryBatch(exporter, records, { attempt });
  const verdict = await exporter.deliver(batch, AbortSignal.timeout(PATIENCE_MS));
  ok(['delivered', 'sent'].includes(verdict.status), `it answered ${JSON.stringify(verdict)}`);
}

/** Fails when there is none in time: whoever never answers stops its destination. */
async function verdictOf(
  exporter: AuditExporter,
  records: readonly AuditRecord[],
  signal: AbortSignal = AbortSignal.timeout(PATIENCE_MS),
): Promise<DeliveryVerdict> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('deliver did not answer')), PATIENCE_MS * 2);
  });
  try {
    const verdict = await Promise.race([exporter.deliver(aDeliveryBatch(exporter, records), signal), deadline]);
    ok(STATUSES.includes(verdict.status), `it answered ${JSON.stringify(verdict)}`);
    return verdict;
  } finally {
    clearTimeout(timer);
  }
}

function recordsOf(count: number): readonly AuditRecord[] {
  return sealedRecords(Array.from({ length: count }, () => anAppendableEvent())).map(readRecord);
}

function hostileRecords(): readonly AuditRecord[] {
  const texts = [
    'line\nfeed\r\nand\u2028separator',
    '{"json":"in json"}',
    'tab\tpipe|equals=backslash\\quote"',
    'Zo\u00eb \u65e5\u672c\u8a9e \ud83d\ude80',
    '<14>1 2026-01-01T00:00:00Z forged - - - - record',
    '\u0000\u001b[2J',
  ];
  return sealedRecords(texts.map((action) => anAppendableEvent({ action, details: { text: action } }))).map(readRecord);
}

function idsOf(records: readonly AuditRecord[]): readonly string[] {
  return records.map(({ event }) => event.id);
}
