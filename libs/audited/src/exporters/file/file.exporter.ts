import type { AuditExporter, DeliveryBatch } from '../../delivery/audit-exporter.js';
import type { DeliveryVerdict, ProbeVerdict } from '../../delivery/delivery-verdict.js';
import { withinTime } from '../within-time.js';
import type { CreateFile } from './append-file.js';
import { diskVerdict } from './disk-verdict.js';
import { FileWriter } from './file-writer.js';
import { fileSettings, type FileOptions } from './file.options.js';

/** Formats of one line a record. */
const FORMATS = 'asim cef ecs flat jsonl leef ocsf otlp record sentinel-audit syslog syslog-bsd'.split(' ');

const NEVER = new AbortController().signal;

/**
 * Makes an exporter that writes every record to a file of the day, one line a record. What it calls delivered is on the
 * disk.
 *
 * @throws OptionsInvalidError naming the option and the cure
 *
 * @example
 * ```ts
 * const exporter = file({ directory: '/var/log/audit', gzip: true, retentionDays: 90 });
 * ```
 */
export function file(options: FileOptions): AuditExporter {
  return fileExporter(options);
}

/** @param create in place of the file system, for tests of disks that fail */
export function fileExporter(options: FileOptions, create?: CreateFile): AuditExporter {
  const settings = fileSettings(options);
  const { directory, maxEvents, maxBytes, timeoutMs } = settings;
  const writer = new FileWriter(settings, create);
  let closing: Promise<void> | undefined;
  return {
    type: 'file',
    endpoint: directory,
    limits: { maxEvents, maxBytes, separatorBytes: 1, frameBytes: 0 },
    formats: FORMATS,
    deliver: async (batch, signal): Promise<DeliveryVerdict> => {
      const index = batch.events.findIndex(({ text }) => /[\n\r]/.test(text));
      if (index >= 0) {
        return { status: 'poison', reason: 'the text of the event is more than one line', index };
      }
      return diskAnswer(timeoutMs, signal, { status: 'delivered' }, (limited) => writer.write(linesOf(batch), limited));
    },
    probe: (signal): Promise<ProbeVerdict> =>
      diskAnswer(timeoutMs, signal, { status: 'ok' }, (limited) => writer.check(limited)),
    close: () => {
      // Everything that was acknowledged is on the disk: how closing ends tells nobody anything.
      closing ??= diskAnswer(timeoutMs, NEVER, undefined, () => writer.close()).then(() => undefined);
      return closing;
    },
  };
}

function linesOf({ events }: DeliveryBatch): Buffer {
  return Buffer.from(events.map(({ text }) => `${text}\n`).join(''));
}

/** A disk that hangs cannot be told to stop; it goes on without anybody waiting for it. */
async function diskAnswer<Good>(
  timeoutMs: number,
  signal: AbortSignal,
  good: Good,
  work: (limited: AbortSignal) => Promise<void>,
): Promise<Good | ReturnType<typeof diskVerdict>> {
  try {
    await withinTime(timeoutMs, signal, async (limited) => {
      await Promise.race([work(limited), abortOf(limited)]);
    });
    return good;
  } catch (error) {
    return diskVerdict(error);
  }
}

function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
