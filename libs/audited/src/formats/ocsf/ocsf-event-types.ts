/** What an event type is in OCSF: its class, and the activity within it. */
export interface OcsfEventType {
  readonly classUid: number;
  readonly activityId: number;
}
