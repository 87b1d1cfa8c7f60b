import { OptionsInvalidError } from '../../event/audit.error.js';
import { checkOneOf, checkShape, checkText } from '../../event/option-checks.js';
import { isShorter, parsePeriod, type Period, type RetentionPeriod } from './retention-period.js';

/** How long records of one class are kept. */
export interface RetentionRule {
  /** How long a record exists at all: in the database or in an archive. */
  readonly keep: RetentionPeriod;
  /** How long it stays in the database; afterwards it may go into an archive. @default as long as `keep` */
  readonly online?: RetentionPeriod;
}

/** What may be pruned, and where it is archived first. */
export interface RetentionOptions {
  /**
   * Rules that a regulation sets; several may be named, and the longest counts. They are floors: a rule below that is
   * shorter is refused at boot. See {@link RETENTION_PRESETS} for their sources.
   */
  readonly preset?: RetentionPreset | readonly RetentionPreset[];
  /** For event types without a class, and for classes without a rule. @default the preset; without any, `forever` */
  readonly default?: RetentionPeriod | RetentionRule;
  /** By `retentionClass` of the catalogue. */
  readonly classes?: Readonly<Record<string, RetentionPeriod | RetentionRule>>;
  /** Folder that pruned records are archived to; needed where `online` is shorter than `keep`. @default none */
  readonly archive?: string;
}

/** Names of the presets. */
export type RetentionPreset = keyof typeof RETENTION_PRESETS;

/** What regulations ask for, with the place that says so. */
export const RETENTION_PRESETS = {
  /** PCI DSS 4.0.1, requirement 10.5.1: twelve months, the latest three of them immediately available. */
  'pci-dss': { keep: '12 months', online: '3 months' },
  /** CERT-In directions of 28 April 2022, no. 70B(6): logs of a rolling period of 180 days. */
  'cert-in': { keep: '180 days', online: '180 days' },
  /** HIPAA, 45 CFR 164.316(b)(2)(i): six years from the date of creation. */
  hipaa: { keep: '6 years', online: '6 years' },
} as const satisfies Readonly<Record<string, Required<RetentionRule>>>;

/** A rule with its periods read. */
export interface RetentionTerms {
  readonly keep: Period;
  readonly online: Period;
}

/** Options with every default filled in. */
export interface RetentionPolicy {
  readonly fallback: RetentionTerms;
  readonly classes: ReadonlyMap<string, RetentionTerms>;
  readonly archive: string | undefined;
  /** Names of the presets, for the record of a prune. */
  readonly presets: readonly RetentionPreset[];
}

/**
 * Checks the options and fills in the defaults.
 *
 * @throws OptionsInvalidError naming the option and the cure
 */
export function resolveRetention(given: RetentionOptions): RetentionPolicy {
  checkShape('retention', given, ['preset', 'default', 'classes', 'archive']);
  if (given.archive !== undefined) {
    checkText('retention.archive', given.archive);
  }
  const presets = resolvePresets(given.preset);
  const floor = floorOf(presets);
  const rule = (option: string, value: RetentionPeriod | RetentionRule): RetentionTerms =>
    checkedTerms(option, value, floor, given.archive);
  const fallback =
    given.default === undefined
      ? checkedArchive('retention.preset', floor ?? { keep: undefined, online: undefined }, given.archive)
      : rule('retention.default', given.default);
  const classes = given.classes ?? {};
  if (typeof classes !== 'object' || classes === null || Array.isArray(classes)) {
    throw new OptionsInvalidError('retention.classes', 'must be an object', 'Write { financial: "10 years" }.');
  }
  return Object.freeze({
    fallback,
    classes: new Map(Object.entries(classes).map(([name, value]) => [name, rule(`retention.classes.${name}`, value)])),
    archive: given.archive,
    presets,
  });
}

function resolvePresets(given: RetentionOptions['preset'] = []): readonly RetentionPreset[] {
  const names: readonly unknown[] = Array.isArray(given) ? given : [given];
  for (const name of names) {
    checkOneOf('retention.preset', name, Object.keys(RETENTION_PRESETS));
  }
  return Object.freeze([...names] as RetentionPreset[]);
}

function floorOf(presets: readonly RetentionPreset[]): RetentionTerms | undefined {
  const terms = presets.map((name) => ({
    keep: parsePeriod('retention.preset', RETENTION_PRESETS[name].keep),
    online: parsePeriod('retention.preset', RETENTION_PRESETS[name].online),
  }));
  return terms.reduce<RetentionTerms | undefined>(
    (longest, next) =>
      longest === undefined
        ? next
        : {
            keep: isShorter(longest.keep, next.keep) ? next.keep : longest.keep,
            online: isShorter(longest.online, next.online) ? next.online : longest.online,
          },
    undefined,
  );
}

function checkedTerms(
  option: string,
  given: RetentionPeriod | RetentionRule,
  floor: RetentionTerms | undefined,
  archive: string | undefined,
): RetentionTerms {
  const isRule = typeof given === 'object' && given !== null;
  if (isRule) {
    checkShape(option, given, ['keep', 'online']);
  }
  const keep = parsePeriod(isRule ? `${option}.keep` : option, isRule ? given.keep : given);
  const online = isRule && given.online !== undefined ? parsePeriod(`${option}.online`, given.online) : keep;
  if (online === undefined ? keep !== undefined : isShorter(keep, online)) {
    throw new OptionsInvalidError(`${option}.online`, 'is longer than "keep"', 'Nothing stays longer than it exists.');
  }
  for (const [name, period] of [
    ['keep', keep],
    ['online', online],
  ] as const) {
    if (floor !== undefined && isShorter(period, floor[name])) {
      throw new OptionsInvalidError(
        isRule ? `${option}.${name}` : option,
        'is shorter than the preset asks for',
        'Make it longer, or leave the preset out.',
      );
    }
  }
  return checkedArchive(option, { keep, online }, archive);
}

/** What leaves the database before its time is over has to be somewhere else. */
function checkedArchive(option: string, terms: RetentionTerms, archive: string | undefined): RetentionTerms {
  if (archive === undefined && isShorter(terms.online, terms.keep)) {
    throw new OptionsInvalidError(
      'retention.archive',
      `is missing, but ${option} lets records leave the database before their time is over`,
      'Name a folder for the archives, or keep the records online as long as they must exist.',
    );
  }
  return Object.freeze(terms);
}
