import type { FailureLog, FailureLogger } from '../accounting/failure-log.js';
import type { LossLedger } from '../accounting/loss-ledger.js';

/** Where the spool tells what it found and what it could not do. */
export interface SpoolReporter {
  /** A file ended within an entry, as after a power cut. Nothing that was acknowledged is missing. */
  torn(file: string, bytes: number, keptIn: string): void;
  /** Bytes within a file are no entries any more; about `lost` events were in there. */
  damaged(file: string, bytes: number, lost: number, keptIn: string): void;
  /** The store will not take these events; they are kept and tried again at the next start. */
  refused(events: number, error: unknown): void;
  /** What an owner that is no more had left is ours now. */
  takenOver(events: number): void;
  /** Our own folder is gone: another process took it over because this one stood still, or somebody removed it. */
  takenAway(events: number): void;
  /** What another process had lost and not yet sealed into the log. */
  lossesLeft(text: string): Promise<void>;
  /** Work in the background failed; it is tried again. */
  failed(what: string, error: unknown): void;
}

/** What the reports of a spool go to. */
export interface SpoolReportTargets {
  readonly failures: FailureLog;
  readonly losses: LossLedger;
  /** Told each finding about a file: which, and how many bytes. */
  readonly logger: FailureLogger;
  readonly now: () => number;
}

/** Findings about files are told one by one, because each names a file; the rest is told once and counted. */
export function spoolReports({ failures, losses, logger, now }: SpoolReportTargets): SpoolReporter {
  const tellError = (message: string): void => void failures.guarded(() => logger.error(message));
  return {
    torn: (file, bytes, keptIn) =>
      tellError(
        `The audit spool file ${file} ends within an entry, as after a power cut or a kill; nothing that was ` +
          `acknowledged is missing. The last ${bytes} bytes are kept in ${keptIn}`,
      ),
    damaged: (file, bytes, lost, keptIn) => {
      losses.add('spool-damaged', lost, now());
      tellError(
        `The audit spool file ${file} is damaged: ${bytes} bytes could not be read, and about ${lost} event(s) ` +
          `were in there. They are kept in ${keptIn}`,
      );
    },
    refused: (events, error) =>
      failures.report(
        'refused',
        `The audit store will not take ${events} event(s) as they are; they are kept in the spool and tried again at the next start`,
        error,
      ),
    takenOver: (events) =>
      void failures.guarded(() =>
        logger.log(`The audit spool took over ${events} event(s) that an earlier process had left`),
      ),
    takenAway: (events) => {
      losses.handedOver();
      tellError(
        `The audit spool's own folder with ${events} event(s) is gone: another process took it over while this one stood still, or somebody removed it`,
      );
    },
    lossesLeft: async (text) => {
      losses.restore(text);
      await losses.kept();
    },
    failed: (what, error) => failures.report('spool', what, error),
  };
}
