import { parameterProblem, type ProblemException } from '../problems/problem.exception.js';
import { MAX_LIST_VALUES, MAX_VALUE_CHARACTERS, type ParameterDefinition } from './parameter.js';

/** What a parameter may be, once read. */
export type ParameterValue = string | number | boolean | Date | readonly (string | number)[];

const EVENT_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;
const RFC_3339 = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/;
const STATUS_CLASS = /^[1-5]xx$/;

/** Whether a text is the id of an event: a UUIDv7. */
export function isEventId(text: string): boolean {
  return EVENT_ID.test(text);
}

/** @throws ProblemException naming the parameter, what was given and what is allowed */
export function parameterValue(definition: ParameterDefinition, given: string): ParameterValue {
  if (definition.isList !== true) {
    return singleValue(definition, given);
  }
  const values = listOf(definition, given).map((value) => singleValue(definition, value) as string | number);
  return values.length === 1 && values[0] !== undefined ? values[0] : values;
}

function singleValue(definition: ParameterDefinition, given: string): ParameterValue {
  const { name, kind, words = [] } = definition;
  checkText(name, given);
  switch (kind) {
    case 'text':
      return given;
    case 'word':
      return words.includes(given)
        ? given
        : refuse(name, given, 'is no word of its list', `Use one of: ${words.join(', ')}.`, words);
    case 'number':
      return numberOf(definition, given);
    case 'flag':
      return flagOf(name, given);
    case 'status':
      return statusOf(name, given);
    case 'time':
      return timeOf(name, given);
    case 'event-id':
      return isEventId(given)
        ? given.toLowerCase()
        : refuse(name, given, 'is not the id of an event (UUIDv7)', 'Take it from a record.', 'a UUIDv7');
  }
}

function refuse(
  name: string,
  given: string,
  problem: string,
  cure: string,
  allowed: string | readonly string[],
): never {
  throw refusal(name, given, problem, cure, allowed);
}

function refusal(
  name: string,
  given: string,
  problem: string,
  cure: string,
  allowed: string | readonly string[],
): ProblemException {
  return parameterProblem(name, problem, cure, { given, allowed });
}

function checkText(name: string, given: string): void {
  const allowed = `1 to ${MAX_VALUE_CHARACTERS} characters`;
  if (given.trim() === '') {
    refuse(name, given, 'is empty', 'Leave it out to match everything.', allowed);
  }
  if (given.length > MAX_VALUE_CHARACTERS) {
    refuse(name, given, `is longer than ${MAX_VALUE_CHARACTERS} characters`, 'Ask for less.', allowed);
  }
  if (given.includes('\0')) {
    refuse(
      name,
      given,
      'holds the character NUL',
      'Leave that out: no text in the log can be searched by it.',
      allowed,
    );
  }
}

function numberOf({ name, least = 0, most = Number.MAX_SAFE_INTEGER }: ParameterDefinition, given: string): number {
  const number = /^\d{1,16}$/.test(given) ? Number(given) : Number.NaN;
  if (!Number.isSafeInteger(number) || number < least || number > most) {
    refuse(name, given, 'is no such number', `Give a whole number from ${least} to ${most}.`, `${least} to ${most}`);
  }
  return number;
}

function flagOf(name: string, given: string): boolean {
  if (given !== 'true' && given !== 'false') {
    refuse(name, given, 'is neither true nor false', 'Write true or false.', ['true', 'false']);
  }
  return given === 'true';
}

function statusOf(name: string, given: string): string | number {
  if (STATUS_CLASS.test(given)) {
    return given;
  }
  const number = /^\d{3}$/.test(given) ? Number(given) : 0;
  if (number < 100 || number > 599) {
    refuse(name, given, 'is no HTTP status', 'Give 100 to 599, or a class such as 4xx.', '100 to 599, 1xx to 5xx');
  }
  return number;
}

/** A time without a zone means different moments to different readers. */
function timeOf(name: string, given: string): Date {
  const day = RFC_3339.exec(given)?.[1];
  const time = new Date(given);
  if (day === undefined || !isDay(day) || Number.isNaN(time.getTime())) {
    refuse(
      name,
      given,
      'is no time with zone',
      'Write it as in RFC 3339: 2026-11-21T00:00:00Z. A plus sign is written %2B in a query.',
      'RFC 3339 with a zone',
    );
  }
  return time;
}

/** JavaScript reads the 30th of February as the 2nd of March. */
function isDay(day: string): boolean {
  const time = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(day);
}

/** Splits at commas; `\,` is a comma that is meant, `\\` a backslash. */
function listOf({ name }: ParameterDefinition, given: string): readonly string[] {
  const values: string[] = [];
  let value = '';
  for (let index = 0; index < given.length; index++) {
    const character = given.charAt(index);
    if (character === '\\') {
      const escaped = given.charAt(++index);
      if (escaped !== ',' && escaped !== '\\') {
        refuse(
          name,
          given,
          'has a backslash that escapes nothing',
          String.raw`Write \\ for a backslash and \, for a comma that is no separator.`,
          String.raw`\\ and \,`,
        );
      }
      value += escaped;
    } else if (character === ',') {
      values.push(value);
      value = '';
    } else {
      value += character;
    }
  }
  values.push(value);
  if (values.length > MAX_LIST_VALUES) {
    refuse(name, given, `has more than ${MAX_LIST_VALUES} values`, 'Ask several times.', `1 to ${MAX_LIST_VALUES}`);
  }
  return values;
}
