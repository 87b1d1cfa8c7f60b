import type { AuditRecord } from '../event/audit-record.js';

/** Where a format is defined. */
export interface FormatSpecification {
  /** The standard and its edition: `RFC 5424 The Syslog Protocol`. */
  readonly title: string;
  readonly url: string;
}

/** What surrounds and separates records when many of them make one document, such as a file. */
export interface DocumentShape {
  /** Before the first record: the header line of CSV, the bracket of a JSON array. */
  readonly start: string;
  /** Between two records. */
  readonly separator: string;
  /** After every record; `\n` for formats of one line a record. */
  readonly terminator: string;
  /** After the last record. */
  readonly end: string;
}

/** A format of one line a record, each line ended by LF. */
export const LINES: DocumentShape = { start: '', separator: '', terminator: '\n', end: '' };

/**
 * A record as text in one schema: pure, total over every record that a store gives back, without a clock, the network
 * or a random number, so that the same record is the same text everywhere and for ever.
 *
 * A value that the schema cannot carry is replaced, cut or left out as the schema's own rules say; it never makes a
 * formatter throw, and it never becomes a second line, a second record or a made-up "unknown".
 */
export interface EventFormatter {
  /** Its name in the registry and in options: `cef`. */
  readonly name: string;
  /** Media type of a document of it: `application/json`. Texts are UTF-8 in every format. */
  readonly contentType: string;
  /** Of a file that holds a document of it, without the dot: `jsonl`. */
  readonly fileExtension: string;
  readonly specification: FormatSpecification;
  readonly document: DocumentShape;
  /** The record, without what stands around it in a document. No LF and no CR, except in formats that quote them (CSV). */
  format(record: AuditRecord): string;
}
