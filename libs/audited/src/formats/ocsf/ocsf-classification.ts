import type { AuditEvent } from '../../event/audit-event.js';
import { OptionsInvalidError } from '../../event/audit.error.js';
import { checkShape } from '../../event/option-checks.js';
import { EventTypeTable } from '../event-type-table.js';
import type { FormatSettings } from '../format.options.js';
import { OCSF_CLASS_PARTS, type OcsfClassParts, type OcsfFacts } from './ocsf-class-parts.js';
import { HTTP_METHOD_ACTIVITIES, OCSF_CLASSES, OTHER, type OcsfClass, type OcsfClassUid } from './ocsf-classes.js';
import { OCSF_EVENT_TYPES, type OcsfEventType } from './ocsf-event-types.js';

/** What an event is in OCSF. */
export interface OcsfClassification {
  readonly classUid: OcsfClassUid;
  readonly ocsfClass: OcsfClass;
  readonly activityId: number;
  readonly activityName: string;
  readonly parts: OcsfClassParts;
}

/**
 * Answers the class of an event: the one that its type asks for, or the first of API Activity, Web Resources Activity
 * (for a request) and Base Event whose requirements the record meets. Base Event requires nothing.
 *
 * @throws OptionsInvalidError for a mapping of the application with a class that is not in the table, or an activity
 * that its class does not have
 */
export function ocsfClassification(settings: FormatSettings): (facts: OcsfFacts) => OcsfClassification {
  const table = ocsfEventTypes(settings);
  return (facts) => {
    const wanted = table.find(facts.event.type);
    for (const classUid of candidates(wanted, facts.event)) {
      const activityId = classUid === wanted.classUid ? wanted.activityId : undefined;
      const parts = OCSF_CLASS_PARTS[classUid](facts, activityId);
      if (parts !== undefined) return classified(classUid, wanted, parts, facts.event);
    }
    return classified(0, wanted, { attributes: {} }, facts.event);
  };
}

function candidates({ classUid }: OcsfEventType, { transport }: AuditEvent): readonly OcsfClassUid[] {
  return transport.kind === 'http' ? [classUid, 6003, 6001] : [classUid, 6003];
}

/** By class and caption. */
const ACTIVITY_IDS: ReadonlyMap<number, ReadonlyMap<string, number>> = new Map(
  Object.entries(OCSF_CLASSES).map(([uid, { activities }]) => [
    Number(uid),
    new Map(Object.entries(activities).map(([id, caption]) => [caption, Number(id)])),
  ]),
);

function classified(
  classUid: OcsfClassUid,
  wanted: OcsfEventType,
  parts: OcsfClassParts,
  event: AuditEvent,
): OcsfClassification {
  const ocsfClass: OcsfClass = OCSF_CLASSES[classUid];
  const activityId = classUid === wanted.classUid ? (parts.activityId ?? wanted.activityId) : undefined;
  if (activityId !== undefined) {
    return { classUid, ocsfClass, parts, activityId, activityName: captionOf(ocsfClass, activityId, event) };
  }
  const caption = wantedCaption(wanted, event);
  const known = ACTIVITY_IDS.get(classUid)?.get(caption) ?? OTHER;
  return { classUid, ocsfClass, parts, activityId: known, activityName: caption };
}

/** What is tried, in the words of the class that the type asks for, whichever class the event has in the end. */
function wantedCaption({ classUid, activityId }: OcsfEventType, event: AuditEvent): string {
  if (activityId !== undefined) return captionOf(OCSF_CLASSES[classUid], activityId, event);
  const { transport, type } = event;
  const method = transport.kind === 'http' ? transport.method : '';
  const caption = Object.hasOwn(HTTP_METHOD_ACTIVITIES, method) ? HTTP_METHOD_ACTIVITIES[method] : undefined;
  return caption ?? type;
}

function captionOf({ activities }: OcsfClass, activityId: number, { type }: AuditEvent): string {
  return activities[activityId] ?? type;
}

function ocsfEventTypes({ eventTypes, catalogues }: FormatSettings): EventTypeTable<OcsfEventType> {
  const own = Object.entries(eventTypes).flatMap(([pattern, { ocsf }]): [string, OcsfEventType][] => {
    if (ocsf === undefined) return [];
    checkEventType(`eventTypes.${pattern}.ocsf`, ocsf);
    return [[pattern, { ...ocsf }]];
  });
  return new EventTypeTable(OCSF_EVENT_TYPES, Object.fromEntries(own), catalogues);
}

function checkEventType(option: string, row: OcsfEventType): void {
  checkShape(option, row, ['classUid', 'activityId']);
  const { classUid, activityId } = row as { readonly classUid: unknown; readonly activityId?: unknown };
  const ocsfClass = Object.entries(OCSF_CLASSES).find(([uid]) => Number(uid) === classUid)?.[1];
  if (ocsfClass === undefined) {
    const known = Object.entries(OCSF_CLASSES).map(([uid, { caption }]) => `${uid} (${caption})`);
    throw new OptionsInvalidError(`${option}.classUid`, 'is no class that is known here', `Use ${known.join(', ')}.`);
  }
  if (activityId !== undefined) checkActivity(`${option}.activityId`, activityId, ocsfClass);
}

function checkActivity(option: string, activityId: unknown, { caption, activities }: OcsfClass): void {
  const known = Object.entries(activities);
  if (activityId === OTHER || known.some(([id]) => Number(id) === activityId)) return;
  const choices = [...known.map(([id, name]) => `${id} (${name})`), `${OTHER} (Other)`];
  throw new OptionsInvalidError(option, `is no activity of ${caption}`, `Use ${choices.join(', ')}.`);
}
