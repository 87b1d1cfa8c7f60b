import { isEventId } from '../parameters/parameter-value.js';
import { MAX_VALUE_CHARACTERS } from '../parameters/parameter.js';
import { parameterProblem } from '../problems/problem.exception.js';

/** The id of an event in a path, in lower case. @throws ProblemException */
export function pathEventId(given: string): string {
  if (!isEventId(given)) {
    throw parameterProblem(
      'id',
      'is not the id of an event (UUIDv7)',
      'Take it from a record or the x-audit-id header.',
      { given, allowed: 'a UUIDv7' },
    );
  }
  return given.toLowerCase();
}

/** Any other text in a path. @throws ProblemException */
export function pathText(name: string, given: string): string {
  if (given.trim() === '' || given.length > MAX_VALUE_CHARACTERS || given.includes('\0')) {
    throw parameterProblem(name, 'is no text that the log can be searched by', 'Take it from a record.', {
      given,
      allowed: `1 to ${MAX_VALUE_CHARACTERS} characters, none of them NUL`,
    });
  }
  return given;
}
