import { isUtf8 } from 'node:buffer';
import type { AuditEvent } from '../../../event/audit-event.js';
import type { DamagedLine } from '../audit-journal.js';
import { MAX_LINE_BYTES, type RawLine } from './raw-lines.js';

/** An event of the journal, and the text it was read from. */
export interface EventLine {
  readonly event: AuditEvent;
  /** Without the line feed. */
  readonly text: string;
}

/** A line as an event, or what is wrong with it. */
export function readLine(file: string, line: RawLine): EventLine | DamagedLine {
  const { offsetBytes, lengthBytes } = line;
  const damaged = (problem: DamagedLine['problem']): DamagedLine => ({ file, offsetBytes, lengthBytes, problem });
  if (lengthBytes > MAX_LINE_BYTES) {
    return damaged('too-long');
  }
  // Even if it can be read: its writer was never told that it is written.
  if (line.end === 'torn') {
    return damaged('torn');
  }
  if (!isUtf8(line.content)) {
    return damaged('not-utf8');
  }
  const text = line.content.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return damaged('not-json');
  }
  return isEvent(value) ? { event: value, text } : damaged('not-an-event');
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** What reading itself relies on; the rest of an event was checked before it was written. */
function isEvent(value: unknown): value is AuditEvent {
  const { id, recordedAt, type } = (value ?? {}) as Partial<AuditEvent>;
  return typeof id === 'string' && typeof type === 'string' && typeof recordedAt === 'string' && TIME.test(recordedAt);
}
