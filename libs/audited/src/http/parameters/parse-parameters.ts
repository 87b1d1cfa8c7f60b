import { parameterProblem, permissionProblem } from '../problems/problem.exception.js';
import { NEGATION, type ParameterDefinition } from './parameter.js';
import { parameterValue, type ParameterValue } from './parameter-value.js';

/** Parameters by their names; those of `not.` are together under `not`. */
export type ParameterValues = Readonly<Record<string, ParameterValue | Readonly<Record<string, ParameterValue>>>>;

/** What a parser has to know of whoever asks. */
export interface AskingFor {
  readonly maySeePersonal: boolean;
}

/**
 * The parameters of a request. Nothing malformed is ignored: a filter that was misspelt must not widen the result.
 *
 * @throws ProblemException naming the parameter, what was given and what is allowed; or which permission it needs
 */
export function parseParameters(
  definitions: readonly ParameterDefinition[],
  pairs: readonly (readonly [name: string, value: string])[],
  { maySeePersonal }: AskingFor,
): ParameterValues {
  const known = new Map(definitions.map((definition) => [definition.name, definition]));
  const values = new Map<string, ParameterValue>();
  for (const [name, given] of pairs) {
    const definition = known.get(name);
    if (definition === undefined) {
      throw unknownParameter(name, [...known.keys()]);
    }
    if (values.has(name)) {
      throw parameterProblem(name, 'is given more than once', severalValues(definition), { given });
    }
    if (definition.isPersonal === true && !maySeePersonal) {
      throw permissionProblem('read-personal', `"${name}" asks for personal data.`, name);
    }
    values.set(name, parameterValue(definition, given));
  }
  return grouped(values);
}

function unknownParameter(name: string, known: readonly string[]): Error {
  const plain = known.filter((each) => !each.startsWith(NEGATION));
  const negations = plain.length < known.length ? `; filters also as ${NEGATION}<name>` : '';
  const cure = known.length === 0 ? 'There are none here.' : `Known are: ${plain.join(', ')}${negations}.`;
  const hint = name.includes('[') ? ' Give it once, as name=value, without brackets.' : '';
  return parameterProblem(name, 'is unknown', cure + hint, { allowed: known });
}

function severalValues({ isList }: ParameterDefinition): string {
  return isList === true ? 'Separate its values by commas.' : 'Give it once.';
}

function grouped(values: ReadonlyMap<string, ParameterValue>): ParameterValues {
  const own = [...values].filter(([name]) => !name.startsWith(NEGATION));
  const negated = [...values].flatMap(([name, value]) =>
    name.startsWith(NEGATION) ? [[name.slice(NEGATION.length), value] as const] : [],
  );
  return { ...Object.fromEntries(own), ...(negated.length === 0 ? {} : { not: Object.fromEntries(negated) }) };
}
