import { asimFormatter } from './asim/asim.formatter.js';
import { cefFormatter } from './cef/cef.formatter.js';
import { ecsFormatter } from './ecs/ecs.formatter.js';
import type { EventFormatter } from './event-formatter.js';
import { flatFormatter } from './json/flat.formatter.js';
import { jsonLinesFormatter } from './json/jsonl.formatter.js';
import { recordFormatter } from './json/record.formatter.js';
import { leefFormatter } from './leef/leef.formatter.js';
import { ocsfFormatter } from './ocsf/ocsf.formatter.js';
import { otlpFormatter } from './otlp/otlp.formatter.js';

/** Makes a formatter; throws `OptionsInvalidError` for options that its schema cannot carry. */
export type FormatterFactory = (options?: never) => EventFormatter;

/**
 * The formats that write a record as one line which means something by itself: they stand alone, and they are what an
 * envelope, such as syslog, may carry. A table of its own, because envelopes look into it and the registry into them.
 */
export const LINE_FORMATTERS = {
  asim: asimFormatter,
  cef: cefFormatter,
  ecs: ecsFormatter,
  flat: flatFormatter,
  jsonl: jsonLinesFormatter,
  leef: leefFormatter,
  ocsf: ocsfFormatter,
  otlp: otlpFormatter,
  record: recordFormatter,
} satisfies Record<string, FormatterFactory>;
