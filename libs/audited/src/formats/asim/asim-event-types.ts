/** What an event type is in ASIM: the normalised verb, and what was acted on. */
export interface AsimEventType {
  readonly eventType: string;
  readonly objectType?: string;
}
