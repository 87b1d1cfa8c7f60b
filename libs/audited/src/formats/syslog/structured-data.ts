import type { AuditRecord } from '../../event/audit-record.js';
import { OptionsInvalidError } from '../../event/audit.error.js';
import { checkFlag, checkOneOf, checkWhole } from '../../event/option-checks.js';
import type { FormatProduct } from '../format.options.js';
import { jsonText } from '../json-text.js';
import { cutToBytes, singleLine } from '../plain-text.js';
import {
  AUDIT_PARAMETER_NAMES,
  AUDIT_PARAMETERS,
  type AuditParameterName,
  type ParameterValue,
} from './audit-parameters.js';
import { NIL } from './syslog-header.js';

/** Elements, in the order in which they are written. The first three are IANA's (RFC 5424 section 7). */
export const STRUCTURED_DATA_ELEMENTS = ['timeQuality', 'origin', 'meta', 'audit'] as const;

export type StructuredDataElement = (typeof STRUCTURED_DATA_ELEMENTS)[number];

/** What stands in the STRUCTURED-DATA of a message. */
export interface StructuredDataOptions {
  /**
   * Which elements, or none.
   *
   * - `timeQuality`: `tzKnown="1"`, because all times are UTC, and `isSynced` if the option of that name says so.
   * - `origin`: the product as `software` and `swVersion`, with `enterpriseId`; RFC 5424 section 7.2.3 wants them
   *   together, so only with `enterpriseNumber`.
   * - `meta`: `sequenceId`, the position in the chain, from 1 to 2147483647 and then from 1 again: a collector sees a
   *   gap. It counts from the chain's start where the RFC counts from the program's, and each chain for itself.
   * - `audit`: the private element with facts of the event, only with `enterpriseNumber`.
   *
   * @default true, which is all that are possible
   */
  readonly structuredData?: boolean | readonly StructuredDataElement[];
  /**
   * The organisation's private enterprise number (https://www.iana.org/assignments/enterprise-numbers/): the private
   * element is called `audit@<number>`. 32473 is for documentation only.
   * @default none
   */
  readonly enterpriseNumber?: number;
  /**
   * Parameters of `audit`.
   * @default all with the payload `text`, which says nothing else; otherwise actor, outcome, type, id, severity, risk,
   * stage, chain and position
   */
  readonly auditParameters?: readonly AuditParameterName[];
  /** Whether the machine's clock is synchronised with a reliable source. @default nothing is said about it */
  readonly isSynced?: boolean;
}

/** The RFC has no limit for a value. One long text must not take the room of all others. */
export const MAX_VALUE_BYTES = 255;

const MAX_SEQUENCE_ID = 2_147_483_647;
const MAX_SOFTWARE_CHARACTERS = 48;
const MAX_VERSION_CHARACTERS = 32;
const MAX_ENTERPRISE_NUMBER = 2 ** 32 - 1;
/** Writes the STRUCTURED-DATA of a record in at most `room` bytes; `-` when there is none, or room for none. */
export type StructuredDataWriter = (record: AuditRecord, room: number) => string;

type ElementWriter = (record: AuditRecord, room: number) => string;

/**
 * @param defaultParameters those of `audit`, unless the options name them
 * @throws OptionsInvalidError naming the option and the cure
 */
export function structuredDataWriter(
  options: StructuredDataOptions,
  product: Required<FormatProduct>,
  defaultParameters: readonly AuditParameterName[],
): StructuredDataWriter {
  checkOptions(options);
  const { structuredData = true, enterpriseNumber, auditParameters = defaultParameters, isSynced } = options;
  const wanted: readonly StructuredDataElement[] =
    structuredData === true ? STRUCTURED_DATA_ELEMENTS : structuredData === false ? [] : structuredData;
  const possible: Readonly<Record<StructuredDataElement, ElementWriter | undefined>> = {
    timeQuality: always(`[timeQuality tzKnown="1"${isSynced === undefined ? '' : ` isSynced="${isSynced ? 1 : 0}"`}]`),
    origin: enterpriseNumber === undefined ? undefined : always(originElement(enterpriseNumber, product)),
    meta: ({ seal }) => `[meta sequenceId="${((seal.position - 1) % MAX_SEQUENCE_ID) + 1}"]`,
    audit: enterpriseNumber === undefined ? undefined : auditElement(`audit@${enterpriseNumber}`, auditParameters),
  };
  const writers = STRUCTURED_DATA_ELEMENTS.filter((name) => wanted.includes(name))
    .map((name) => possible[name])
    .filter((writer) => writer !== undefined);
  return (record, room) => {
    let text = '';
    let left = room;
    for (const write of writers) {
      const element = write(record, left);
      const bytes = Buffer.byteLength(element);
      if (bytes <= left) {
        text += element;
        left -= bytes;
      }
    }
    return text === '' ? NIL : text;
  };
}

function checkOptions({ structuredData, enterpriseNumber, auditParameters, isSynced }: StructuredDataOptions): void {
  if (enterpriseNumber !== undefined) checkWhole('enterpriseNumber', enterpriseNumber, 1, MAX_ENTERPRISE_NUMBER);
  if (isSynced !== undefined) checkFlag('isSynced', isSynced);
  if (auditParameters !== undefined) checkNames('auditParameters', auditParameters, AUDIT_PARAMETER_NAMES);
  if (structuredData === undefined || typeof structuredData === 'boolean') return;
  checkNames('structuredData', structuredData, STRUCTURED_DATA_ELEMENTS);
  const lacking = structuredData.find((name) => name === 'origin' || name === 'audit');
  if (lacking !== undefined && enterpriseNumber === undefined) {
    const cure = 'Give "enterpriseNumber", or leave the element out.';
    throw new OptionsInvalidError('structuredData', `has "${lacking}", which needs an enterprise number`, cure);
  }
}

function checkNames(option: string, value: unknown, allowed: readonly string[]): void {
  if (!Array.isArray(value)) {
    throw new OptionsInvalidError(option, 'must be a list of names', `It may hold: ${allowed.join(', ')}.`);
  }
  for (const [index, name] of value.entries()) checkOneOf(`${option}[${index}]`, name, allowed);
}

function always(element: string): ElementWriter {
  return () => element;
}

function originElement(enterpriseNumber: number, { name, version }: Required<FormatProduct>): string {
  const software = parameterOf('software', cutToCharacters(singleLine(name), MAX_SOFTWARE_CHARACTERS));
  const swVersion = parameterOf('swVersion', cutToCharacters(singleLine(version), MAX_VERSION_CHARACTERS));
  return `[origin enterpriseId="${enterpriseNumber}"${software}${swVersion}]`;
}

/** RFC 5424 section 7.2 counts characters here, not bytes. */
function cutToCharacters(text: string, most: number): string {
  return Array.from(text).slice(0, most).join('');
}

/** The private element; a parameter for which there is no room is left out, and `omitted` says how many were. */
function auditElement(id: string, names: readonly AuditParameterName[]): ElementWriter {
  return (record, room) => {
    let text = '';
    for (const name of names) text += parametersOf(name, AUDIT_PARAMETERS[name](record)).join('');
    if (text === '') return '';
    const whole = `[${id}${text}]`;
    return whole.length * 3 <= room || Buffer.byteLength(whole) <= room
      ? whole
      : fittingElement(id, names, record, room);
  };
}

function fittingElement(id: string, names: readonly AuditParameterName[], record: AuditRecord, room: number): string {
  const parameters = names.flatMap((name) => parametersOf(name, AUDIT_PARAMETERS[name](record)));
  let left = room - `[${id} omitted="${parameters.length}"]`.length;
  const fitting = parameters.filter((parameter) => {
    const bytes = Buffer.byteLength(parameter);
    if (bytes > left) return false;
    left -= bytes;
    return true;
  });
  const omitted = parameters.length - fitting.length;
  return fitting.length === 0 ? '' : `[${id}${fitting.join('')} omitted="${omitted}"]`;
}

const NO_PARAMETERS: readonly string[] = [];
/** What is most of all values: ASCII without control characters, and without the three that are escaped. */
const PLAIN = /^[ !#-[^-~]+$/;

function parametersOf(name: string, value: ParameterValue): readonly string[] {
  switch (typeof value) {
    case 'string':
      return textParameter(name, value);
    case 'number':
    case 'boolean':
      return [` ${name}="${value}"`];
    case 'undefined':
      return NO_PARAMETERS;
    default:
      return isTexts(value) ? value.flatMap((text) => textParameter(name, text)) : [parameterOf(name, jsonText(value))];
  }
}

function isTexts(value: object): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function textParameter(name: string, text: string): readonly string[] {
  if (text === '') return NO_PARAMETERS;
  return [
    text.length <= MAX_VALUE_BYTES && PLAIN.test(text) ? ` ${name}="${text}"` : parameterOf(name, shortText(text)),
  ];
}

/** A line end is legal in a value, but no escape for it is (RFC 5424 section 6.3.3), and it would forge a message. */
function shortText(text: string): string {
  // A byte of the result stands for two code units of the text at most.
  const beginning = text.length > 2 * MAX_VALUE_BYTES ? text.slice(0, 2 * MAX_VALUE_BYTES + 1) : text;
  return cutToBytes(singleLine(beginning), MAX_VALUE_BYTES);
}

const NEEDS_ESCAPE = /["\\\]]/;

/** RFC 5424 section 6.3.3: exactly these three are escaped; before anything else a backslash is a backslash. */
function parameterOf(name: string, value: string): string {
  return ` ${name}="${NEEDS_ESCAPE.test(value) ? value.replaceAll(/["\\\]]/g, String.raw`\$&`) : value}"`;
}
