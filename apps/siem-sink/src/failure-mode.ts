/** What the receiver plays to its senders, in the order of the page's buttons. */
export const FAILURE_MODES = ['503', '401', 'hang', 'half', 'off'] as const;

/**
 * - `503`: busy, try again in two seconds
 * - `401`: the authorization of the sender is refused
 * - `hang`: takes requests and never answers
 * - `half`: takes the first half of the events of each request, and breaks the connection off
 * - `off`: nothing is wrong
 */
export type FailureMode = (typeof FAILURE_MODES)[number];

/** @returns undefined for what is no mode */
export function failureMode(given: string | null): FailureMode | undefined {
  return FAILURE_MODES.find((mode) => mode === given);
}
