import { checkOneOf, checkShape } from '../../event/option-checks.js';
import { EventTypeTable } from '../event-type-table.js';
import type { FormatSettings } from '../format.options.js';
import { perEventType } from '../per-event-type.js';
import { ASIM_EVENT_TYPE_TABLE, ASIM_EVENT_TYPES, ASIM_OBJECT_TYPES, type AsimEventType } from './asim-event-types.js';

/**
 * Answers what an event type is in ASIM: the application's mapping first, then the shipped table, which also says what
 * a mapping of the application leaves out.
 *
 * @throws OptionsInvalidError naming the mapping whose word the schema does not know
 */
export function asimEventTypes({ eventTypes, catalogues }: FormatSettings): (type: string) => Required<AsimEventType> {
  const own = Object.entries(eventTypes).flatMap(([pattern, { asim }]): [string, AsimEventType][] => {
    if (asim === undefined) return [];
    checkMapping(`eventTypes.${pattern}.asim`, asim);
    const { eventType, objectType } = asim;
    return [[pattern, objectType === undefined ? { eventType } : { eventType, objectType }]];
  });
  const table = new EventTypeTable<AsimEventType>(ASIM_EVENT_TYPE_TABLE, Object.fromEntries(own), catalogues);
  const shipped = new EventTypeTable(ASIM_EVENT_TYPE_TABLE, {}, catalogues);
  return perEventType((type) => ({ objectType: shipped.find(type).objectType, ...table.find(type) }));
}

function checkMapping(option: string, mapping: AsimEventType): void {
  checkShape(option, mapping, ['eventType', 'objectType']);
  checkOneOf(`${option}.eventType`, mapping.eventType, ASIM_EVENT_TYPES);
  if (mapping.objectType !== undefined) checkOneOf(`${option}.objectType`, mapping.objectType, ASIM_OBJECT_TYPES);
}
