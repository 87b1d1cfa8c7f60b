import type { AsimEventType } from './asim/asim-event-types.js';
import type { EcsEventType } from './ecs/ecs-event-types.js';
import type { OcsfEventType } from './ocsf/ocsf-event-types.js';

/** What one event type means in each schema. What is left out follows the shipped tables. */
export interface EventTypeMapping {
  /** Added to every event of the type, in the schemas that have a place for labels (ECS, OCSF, ASIM, OTLP). */
  readonly labels?: Readonly<Record<string, string>>;
  readonly ecs?: EcsEventType;
  readonly ocsf?: OcsfEventType;
  readonly asim?: AsimEventType;
}

/**
 * Mappings by event type, or by its beginning: `invoice.paid`, `invoice.*`, `*`. The exact type wins, then the longest
 * beginning; an application's mapping wins over a shipped one. Each schema, and the labels, are looked for by themselves:
 * `invoice.paid` with `ecs` alone leaves `ocsf` to `invoice.*`.
 */
export type EventTypeMappings = Readonly<Record<string, EventTypeMapping>>;
