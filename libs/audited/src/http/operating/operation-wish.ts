import type { DeadLetterSelection, RewindTarget } from '../../delivery/operating/destination-operations.js';
import type { DestinationAct } from '../../delivery/operating/delivery-drafts.js';
import { ProblemException } from '../problems/problem.exception.js';
import { shownValue } from '../problems/problem.js';

type Given = Readonly<Record<string, unknown>>;
/** Which dead letters, and who says why. @throws ProblemException naming the member and the cure */
export function deadLetterWish(body: unknown): {
  readonly selection: DeadLetterSelection;
  readonly act: DestinationAct;
} {
  const given = objectOf(body);
  known(given, ['destination', 'eventId', 'sequences', 'all', 'reason', 'ticket']);
  const { destination, eventId, sequences, all } = given;
  const named = {
    ...text('destination', destination),
    ...text('eventId', eventId),
    ...(sequences === undefined ? {} : { sequences: sequenceList(sequences) }),
  };
  const isNamed = Object.keys(named).length > 0;
  if (all !== undefined && all !== true) {
    throw refused('all', 'must be true', 'Leave it out otherwise.');
  }
  if (isNamed === (all === true)) {
    throw refused('all', isNamed ? 'goes with nothing else' : 'is missing, and nothing is named', HOW_TO_NAME);
  }
  return { selection: all === true ? { all } : named, act: actOf(given) };
}

/** Where to, and why. @throws ProblemException naming the member and the cure */
export function rewindWish(body: unknown): { readonly to: RewindTarget; readonly act: DestinationAct } {
  const given = objectOf(body);
  known(given, ['to', 'position', 'chain', 'reason', 'ticket']);
  const { to, position, chain } = given;
  if ((to === undefined) === (position === undefined)) {
    throw refused('to', 'or "position" has to be given, and not both', 'Give "beginning", "now", or a position.');
  }
  if (to !== undefined && to !== 'beginning' && to !== 'now') {
    throw refused('to', 'is no place', 'Give "beginning" or "now"; a number goes into "position".');
  }
  const target = to ?? { position: whole('position', position, 0, Number.MAX_SAFE_INTEGER), ...text('chain', chain) };
  return { to: target as RewindTarget, act: actOf(given) };
}

/** Why something is done; a body is not needed for it. @throws ProblemException */
export function actWish(body: unknown): DestinationAct {
  const given = body === undefined || body === null ? {} : objectOf(body);
  known(given, ['reason', 'ticket']);
  return actOf(given);
}

const HOW_TO_NAME = 'Name dead letters by "destination", "eventId" or "sequences", or give "all": true.';

function actOf({ reason, ticket }: Given): DestinationAct {
  return { ...text('reason', reason), ...text('ticket', ticket) };
}

function objectOf(body: unknown): Given {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new ProblemException(
      'body-invalid',
      'The body is no JSON object. Send one, with content-type application/json.',
    );
  }
  return body as Given;
}

function known(given: Given, names: readonly string[]): void {
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw refused(unknown, 'is unknown', `Known are: ${names.join(', ')}.`);
  }
}

function text<Name extends string>(name: Name, value: unknown): { readonly [Key in Name]?: string } {
  if (value === undefined) {
    return {};
  }
  if (typeof value !== 'string' || value.trim() === '' || value.length > 1000) {
    throw refused(name, 'must be one text of 1 to 1000 characters', 'Leave it out to match everything.');
  }
  return { [name]: value } as { readonly [Key in Name]?: string };
}

function whole(name: string, value: unknown, least: number, most: number): number {
  const number = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < least || number > most) {
    throw refused(name, 'is no such number', `Give a whole number from ${least} to ${most}.`);
  }
  return number;
}

function sequenceList(value: unknown): readonly number[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > 1000) {
    throw refused('sequences', 'must be a list of 1 to 1000 numbers', 'Take them from the list of dead letters.');
  }
  return value.map((sequence: unknown) => whole('sequences', sequence, 1, Number.MAX_SAFE_INTEGER));
}

function refused(name: string, problem: string, cure: string): ProblemException {
  const parameter = shownValue(name);
  return new ProblemException('body-invalid', `"${parameter}" ${problem}. ${cure}`, { parameter });
}
