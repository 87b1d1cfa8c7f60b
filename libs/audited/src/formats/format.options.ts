import type { EventCatalogue } from '../catalogue/event-catalogue.js';
import { auditCatalogue } from '../catalogue/audit.catalogue.js';
import { deploymentCatalogue } from '../catalogue/deployment.catalogue.js';
import { owaspCatalogue } from '../catalogue/owasp.catalogue.js';
import { scamIntelligenceCatalogue } from '../catalogue/scam-intelligence.catalogue.js';
import { OptionsInvalidError } from '../event/audit.error.js';
import { checkShape, checkText } from '../event/option-checks.js';
import { PACKAGE_VERSION } from '../event/package-version.js';
import type { EventTypeMappings } from './event-type-mapping.js';

/** The product that a SIEM shows as the source of the events. */
export interface FormatProduct {
  /** @default 'nestjs-audited' */
  readonly vendor?: string;
  /** @default 'nestjs-audited' */
  readonly name?: string;
  /** @default the version of this package */
  readonly version?: string;
}

/** Options that every format understands. */
export interface FormatOptions {
  /** Named in the formats that ask for a product: CEF, LEEF, ECS, OCSF, ASIM, OTLP. */
  readonly product?: FormatProduct;
  /**
   * The application's catalogues: their titles name event types where a format wants a text without data, their
   * categories choose a mapping. The shipped catalogues are always known.
   */
  readonly catalogues?: readonly EventCatalogue[];
  /** What the application's own event types mean in each schema; see {@link EventTypeMappings}. */
  readonly eventTypes?: EventTypeMappings;
}

/** {@link FormatOptions}, checked and complete. */
export interface FormatSettings {
  readonly product: Required<FormatProduct>;
  readonly catalogues: readonly EventCatalogue[];
  readonly eventTypes: EventTypeMappings;
}

export const FORMAT_OPTION_NAMES = ['product', 'catalogues', 'eventTypes'] as const;

const SHIPPED_CATALOGUES: readonly EventCatalogue[] = [
  auditCatalogue,
  deploymentCatalogue,
  scamIntelligenceCatalogue,
  owaspCatalogue,
];
const PRODUCT = { vendor: 'nestjs-audited', name: 'nestjs-audited', version: PACKAGE_VERSION };

/**
 * @param own names of the options that this format has besides the common ones; the format checks their values
 * @throws OptionsInvalidError naming the option and the cure
 */
export function formatSettings(options: FormatOptions = {}, own: readonly string[] = []): FormatSettings {
  checkShape('', options, [...FORMAT_OPTION_NAMES, ...own]);
  const { product = {}, catalogues = [], eventTypes = {} } = options;
  checkShape('product', product, Object.keys(PRODUCT));
  for (const [name, value] of Object.entries(product)) {
    if (value !== undefined) checkText(`product.${name}`, value);
  }
  if (!Array.isArray(catalogues) || !catalogues.every(isCatalogue)) {
    throw new OptionsInvalidError(
      'catalogues',
      'must be a list of catalogues',
      'List what defineCatalogue() returned.',
    );
  }
  checkEventTypes(eventTypes);
  return {
    product: {
      vendor: product.vendor ?? PRODUCT.vendor,
      name: product.name ?? PRODUCT.name,
      version: product.version ?? PRODUCT.version,
    },
    // The first wins: an application may give a shipped type a title of its own.
    catalogues: [...catalogues, ...SHIPPED_CATALOGUES],
    eventTypes,
  };
}

function isCatalogue(value: unknown): boolean {
  const types: unknown = (value as { readonly types?: unknown } | null | undefined)?.types;
  return (
    typeof types === 'object' &&
    types !== null &&
    Object.values(types).every((type) => typeof type === 'object' && type !== null)
  );
}

const SCHEMAS = ['labels', 'ecs', 'ocsf', 'asim'];
const TYPE_PATTERN = /^(?:[A-Za-z0-9._:-]{1,128}|[A-Za-z0-9._:-]{0,127}\*)$/;

/** The shape only; each format checks the words of its own schema. */
function checkEventTypes(eventTypes: unknown): void {
  if (typeof eventTypes !== 'object' || eventTypes === null || Array.isArray(eventTypes)) {
    throw new OptionsInvalidError(
      'eventTypes',
      'must be an object',
      'Give mappings by event type: { "invoice.*": {} }.',
    );
  }
  for (const [pattern, mapping] of Object.entries(eventTypes)) {
    const option = `eventTypes.${pattern}`;
    if (!TYPE_PATTERN.test(pattern)) {
      throw new OptionsInvalidError(
        option,
        'names no event type',
        'Give a type, or its beginning and "*": "invoice.*".',
      );
    }
    checkShape(option, mapping, SCHEMAS);
    const { labels } = mapping as { readonly labels?: unknown };
    if (labels !== undefined) checkLabels(`${option}.labels`, labels);
  }
}

function checkLabels(option: string, labels: unknown): void {
  if (typeof labels !== 'object' || labels === null || Array.isArray(labels)) {
    throw new OptionsInvalidError(option, 'must be an object', 'Give texts by name: { "team": "billing" }.');
  }
  for (const [name, value] of Object.entries(labels)) {
    if (!/^[A-Za-z][A-Za-z0-9_]{0,63}$/.test(name)) {
      throw new OptionsInvalidError(option, `has the bad name ${JSON.stringify(name)}`, 'Use letters, digits and _.');
    }
    checkText(`${option}.${name}`, value);
  }
}
