import type { AuditResource } from '../../event/audit-event.js';
import type { Redactor, RedactionFindings } from '../../redaction/redactor.js';
import { assignDefined } from './assign-defined.js';
import { firstItems, noteCutList } from './bounded-list.js';

const MAX_TARGETS = 64;

type Mutable<Facts> = { -readonly [Field in keyof Facts]: Facts[Field] };

/** A resource of one-line texts; `undefined` when none was given. A bare value is taken for the resource's id. */
export function composeResource(
  given: unknown,
  pointer: string,
  redactor: Redactor,
  findings: RedactionFindings,
): AuditResource | undefined {
  if (given === undefined || given === null) {
    return undefined;
  }
  const facts = typeof given === 'object' ? (given as Readonly<Record<string, unknown>>) : { id: given };
  const resource: Mutable<AuditResource> = {
    type: redactor.line(facts['type'], `${pointer}/type`, findings) ?? 'unknown',
  };
  assignDefined(resource, 'id', redactor.line(facts['id'], `${pointer}/id`, findings));
  assignDefined(resource, 'name', redactor.line(facts['name'], `${pointer}/name`, findings));
  return resource;
}

/** Further resources; `undefined` when there are none. */
export function composeTargets(
  given: unknown,
  redactor: Redactor,
  findings: RedactionFindings,
): readonly AuditResource[] | undefined {
  if (!Array.isArray(given)) {
    return undefined;
  }
  if (given.length > MAX_TARGETS) {
    noteCutList(given as unknown[], '/targets', redactor, findings);
  }
  const targets = firstItems(given as unknown[], MAX_TARGETS)
    .filter((target) => target !== undefined && target !== null)
    .flatMap((target, index) => composeResource(target, `/targets/${index}`, redactor, findings) ?? []);
  return targets.length === 0 ? undefined : targets;
}
