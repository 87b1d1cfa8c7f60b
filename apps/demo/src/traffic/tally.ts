import type { DemoClient } from './demo.client.js';

/** What the trail says about one run. */
export interface Tally {
  /** Records that the run left so far. */
  readonly records: number;
  /** How many of them, by outcome; the most frequent first. */
  readonly byOutcome: readonly (readonly [outcome: string, count: number])[];
  /** Whether the whole chain verifies. */
  readonly intact: boolean;
  /** Records of the whole chain, earlier runs included. */
  readonly recordsInAll: number;
}

interface Page {
  readonly records: readonly { readonly event: { readonly outcome: string } }[];
  readonly next?: string;
}

/** Reads the records of this run as the auditor, page by page, and verifies the chain. */
export async function readTally(client: DemoClient): Promise<Tally> {
  const counts = new Map<string, number>();
  let cursor = '';
  do {
    const call = `GET /v1/audit/events?limit=1000&correlationId=${client.correlationId}${cursor}`;
    const page = (await client.send('auditor', call, 200)).body as unknown as Page;
    for (const { event } of page.records) {
      counts.set(event.outcome, (counts.get(event.outcome) ?? 0) + 1);
    }
    cursor = page.next === undefined ? '' : `&cursor=${page.next}`;
  } while (cursor !== '');
  const { body: report } = await client.send('auditor', 'GET /v1/audit/verify', 200);
  return {
    records: [...counts.values()].reduce((sum, count) => sum + count, 0),
    byOutcome: [...counts].sort(([, one], [, other]) => other - one),
    intact: report['ok'] === true,
    recordsInAll: Number(report['records']),
  };
}
