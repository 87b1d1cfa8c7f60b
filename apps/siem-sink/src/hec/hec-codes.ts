/** Status and words of the answers of an HTTP Event Collector, by code. */
const WORDS = {
  0: [200, 'Success'],
  2: [401, 'Token is required'],
  3: [401, 'Invalid authorization'],
  4: [403, 'Invalid token'],
  5: [400, 'No data'],
  6: [400, 'Invalid data format'],
  9: [503, 'Server is busy'],
  10: [400, 'Data channel is missing'],
  11: [400, 'Invalid data channel'],
  12: [400, 'Event field is required'],
  13: [400, 'Event field cannot be blank'],
  14: [400, 'ACK is disabled'],
  15: [400, 'Error in handling indexed fields'],
  16: [400, 'Query string authorization is not enabled'],
  17: [200, 'HEC is healthy'],
  18: [503, 'HEC is unhealthy, queues are full'],
  21: [400, 'Invalid token'],
  27: [429, 'HEC ACK channel at capacity'],
  404: [404, 'The requested URL was not found on this server.'],
} as const satisfies Record<number, readonly [status: number, text: string]>;

/** A code that this collector answers with. */
export type HecCode = keyof typeof WORDS;

/** How a code is said. */
export function hecWords(code: HecCode): { readonly status: number; readonly text: string } {
  const [status, text] = WORDS[code];
  return { status, text };
}
