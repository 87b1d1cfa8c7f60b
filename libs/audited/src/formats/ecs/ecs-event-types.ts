/** What an event type is in ECS: lists that are closed by the schema. */
export interface EcsEventType {
  readonly category: readonly string[];
  readonly type: readonly string[];
}
