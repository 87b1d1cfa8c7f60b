import { OptionsInvalidError } from '../event/audit.error.js';
import { checkFlag, checkOneOf, checkShape, checkWhole } from '../event/option-checks.js';
import type { EventFormatter } from '../formats/event-formatter.js';
import { createFormatter, type FormatName, type FormatOptionsOf } from '../formats/event-formatters.js';
import type { AuditExporter, ConfirmationTimes, ExporterFunction, ExporterLimits } from './audit-exporter.js';
import { recordFilter, type DestinationFilter, type RecordFilter } from './destination-filter.js';
import { confirmationOf, formatterFor, limitsOf } from './exporter-settings.js';

/** How long to wait between attempts: a random time up to a limit that doubles with each, so that senders spread out. */
export interface RetryTimes {
  /** Limit of the first wait. @default 1000 */
  readonly initialMs: number;
  /** The limit grows no further. @default 60000 */
  readonly maxMs: number;
}

/** How often a destination that is set up wrongly is tried. */
export interface HoldTimes {
  /** The first wait; it doubles. @default 30000 */
  readonly initialMs: number;
  /** @default 300000 */
  readonly maxMs: number;
}

/** A format: its name, its name with options, or one of your own. */
export type DestinationFormat =
  | FormatName
  | { [Name in FormatName]: { readonly name: Name; readonly options?: FormatOptionsOf<Name> } }[FormatName]
  | EventFormatter;

/** One SIEM: where events go, which of them, in what language. */
export interface DestinationOptions {
  /**
   * Names it for ever: its place in the log is kept under this name. 1 to 64 letters, digits, dots, dashes and underscores.
   */
  readonly name: string;
  /** Made by a function of `nestjs-audited/exporters`, or your own; a function is one with `deliver` alone. */
  readonly exporter: AuditExporter | ExporterFunction;
  /** @default the exporter's own */
  readonly format?: DestinationFormat;
  /** Which events go there. Checkpoints always do. @default all */
  readonly filter?: DestinationFilter;
  /** Where a destination begins that the log does not know yet. @default 'beginning' */
  readonly startFrom?: 'beginning' | 'now';
  /** Whether retention keeps what it has not received yet. @default true */
  readonly required?: boolean;
  /** How long a record may wait for others to share its request. 0 sends each as soon as it can. @default 200 */
  readonly lingerMs?: number;
  /** How long one `deliver` may take, whatever the exporter's own limits are. @default 60000 */
  readonly timeoutMs?: number;
  readonly retry?: Partial<RetryTimes>;
  readonly hold?: Partial<HoldTimes>;
}

/** {@link DestinationOptions}, checked and complete. */
export interface Destination {
  readonly name: string;
  readonly exporter: AuditExporter;
  readonly formatter: EventFormatter;
  readonly limits: ExporterLimits;
  readonly confirmation: ConfirmationTimes;
  readonly matches: RecordFilter;
  readonly startFrom: 'beginning' | 'now';
  readonly isRequired: boolean;
  readonly lingerMs: number;
  readonly timeoutMs: number;
  readonly retry: RetryTimes;
  readonly hold: HoldTimes;
}

const OPTION_NAMES = [
  'name',
  'exporter',
  'format',
  'filter',
  'startFrom',
  'required',
  'lingerMs',
  'timeoutMs',
  'retry',
  'hold',
];
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const RETRY: RetryTimes = { initialMs: 1000, maxMs: 60_000 };
const HOLD: HoldTimes = { initialMs: 30_000, maxMs: 300_000 };

/**
 * Checks the options and fills in the defaults.
 *
 * @param option path of the options, for errors: `destinations[0]`
 * @throws OptionsInvalidError naming the option and the cure
 */
export function resolveDestination(given: DestinationOptions, option: string): Destination {
  checkShape(option, given, OPTION_NAMES);
  const { name, startFrom = 'beginning', required = true, lingerMs = 200, timeoutMs = 60_000 } = given;
  checkDestinationName(`${option}.name`, name);
  checkOneOf(`${option}.startFrom`, startFrom, ['beginning', 'now']);
  checkFlag(`${option}.required`, required);
  checkWhole(`${option}.lingerMs`, lingerMs, 0, 60_000);
  checkWhole(`${option}.timeoutMs`, timeoutMs, 1, 3_600_000);
  const exporter = exporterOf(`${option}.exporter`, given.exporter);
  const formatter = within(option, () => formatterFor(exporter, formatOf(given.format)));
  return Object.freeze({
    name,
    exporter,
    formatter,
    limits: checkedLimits(`${option}.exporter.limits`, exporter),
    confirmation: confirmationOf(exporter),
    matches: recordFilter(`${option}.filter`, given.filter),
    startFrom,
    isRequired: required,
    lingerMs,
    timeoutMs,
    retry: timesOf(`${option}.retry`, RETRY, given.retry),
    hold: timesOf(`${option}.hold`, HOLD, given.hold),
  });
}

/** @throws OptionsInvalidError when two destinations have one name */
export function resolveDestinations(given: readonly DestinationOptions[], option: string): readonly Destination[] {
  if (!Array.isArray(given)) {
    throw new OptionsInvalidError(option, 'must be a list', 'Give [{ name, exporter }].');
  }
  const destinations = given.map((one: DestinationOptions, index) => resolveDestination(one, `${option}[${index}]`));
  const names = destinations.map(({ name }) => name);
  const index = names.findIndex((name, place) => names.indexOf(name) !== place);
  if (index >= 0) {
    throw new OptionsInvalidError(
      `${option}[${index}].name`,
      `is "${names[index]}", as another one is`,
      'Give each destination a name of its own: it keeps its place in the log under it.',
    );
  }
  return Object.freeze(destinations);
}

/** @throws OptionsInvalidError */
export function checkDestinationName(option: string, name: unknown): void {
  if (typeof name !== 'string' || !NAME.test(name)) {
    throw new OptionsInvalidError(
      option,
      'is no name for a destination',
      'Use 1 to 64 letters, digits, dots, dashes and underscores, beginning with a letter or digit.',
    );
  }
}

function exporterOf(option: string, given: unknown): AuditExporter {
  if (typeof given === 'function') {
    return { deliver: given as ExporterFunction };
  }
  if (typeof (given as Partial<AuditExporter> | null | undefined)?.deliver !== 'function') {
    throw new OptionsInvalidError(
      option,
      'is no exporter',
      'Make one with a function of nestjs-audited/exporters, or give an object or function that delivers.',
    );
  }
  return given as AuditExporter;
}

function checkedLimits(option: string, exporter: AuditExporter): ExporterLimits {
  const limits = limitsOf(exporter);
  checkWhole(`${option}.maxEvents`, limits.maxEvents, 1, 100_000);
  checkWhole(`${option}.maxBytes`, limits.maxBytes, 16, 2 ** 30);
  checkWhole(`${option}.separatorBytes`, limits.separatorBytes, 0, 1024);
  checkWhole(`${option}.frameBytes`, limits.frameBytes, 0, 2 ** 20);
  checkWhole(`${option}.maxEventBytes`, limits.maxEventBytes, 1, limits.maxBytes);
  return limits;
}

function formatOf(given: DestinationFormat | undefined): EventFormatter | undefined {
  if (given === undefined) {
    return undefined;
  }
  if (typeof given === 'string') {
    return createFormatter(given);
  }
  if (typeof (given as Partial<EventFormatter>).format === 'function') {
    return given as EventFormatter;
  }
  checkShape('format', given, ['name', 'options']);
  const { name, options } = given as { readonly name: FormatName; readonly options?: never };
  return createFormatter(name, options);
}

function timesOf<Times extends RetryTimes>(option: string, defaults: Times, given: Partial<Times> = {}): Times {
  checkShape(option, given, ['initialMs', 'maxMs']);
  const times = { ...defaults, ...given };
  checkWhole(`${option}.initialMs`, times.initialMs, 1, 86_400_000);
  checkWhole(`${option}.maxMs`, times.maxMs, times.initialMs, 86_400_000);
  return times;
}

function within<Result>(option: string, make: () => Result): Result {
  try {
    return make();
  } catch (error) {
    throw error instanceof OptionsInvalidError ? error.within(option) : error;
  }
}
