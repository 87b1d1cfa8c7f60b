// What somebody writes with a client that was generated from the OpenAPI document. Compiled beside the client and run against
// an application: node use-client.js <address>. Prints what it found as one JSON document.
import { client } from './client/client.gen';
import {
  exportAuditEvents,
  findAuditEvents,
  findAuditEventsOfResource,
  getAuditEvent,
  getAuditStatistics,
  verifyAuditLog,
} from './client/sdk.gen';
import type { AuditEvent, AuditPage } from './client/types.gen';

async function use(baseUrl: string): Promise<unknown> {
  client.setConfig({ baseUrl, headers: { 'x-user': JSON.stringify({ id: 'u-1', roles: ['auditor'] }) } });

  const found: AuditEvent[] = [];
  let cursor: string | undefined;
  do {
    const { data: page } = await findAuditEvents({
      query: {
        type: ['deploy.*'],
        'not.outcome': ['failure'],
        limit: 2,
        total: true,
        ...(cursor === undefined ? {} : { cursor }),
      },
      throwOnError: true,
    });
    const { records, next }: AuditPage = page;
    found.push(...records.map(({ event }) => event));
    cursor = next;
  } while (cursor !== undefined);

  const [first] = found;
  const { data: record } = await getAuditEvent({ path: { id: first?.id ?? '' }, throwOnError: true });
  const { data: history } = await findAuditEventsOfResource({
    path: { type: 'deployment', id: 'd-1' },
    query: { order: 'oldest' },
    throwOnError: true,
  });
  const { data: statistics } = await getAuditStatistics({
    query: { type: ['deploy.*'], top: 1, histogram: 'day', timeZone: 'Europe/Berlin' },
    throwOnError: true,
  });
  const { data: report } = await verifyAuditLog({ throwOnError: true });
  const { data: file } = await exportAuditEvents({ query: { format: 'csv', type: ['deploy.*'] }, parseAs: 'text' });

  // @ts-expect-error there is no such word
  const misspelt = await findAuditEvents({ query: { outcome: ['sucess'] } });
  const missing = await getAuditEvent({ path: { id: '019aa4d2-6cd8-7f6e-b9b1-5c1f4e0f7a11' } });

  return {
    found: found.map(({ resource }) => resource?.id),
    record: { action: record.event.action, chain: record.seal.chain },
    history: history.records.map(({ event }) => event.outcome),
    statistics: { total: statistics.total, byOutcome: statistics.byOutcome, steps: statistics.histogram?.length },
    verified: report.state,
    lines: typeof file === 'string' ? file.trim().split('\n').length : undefined,
    misspelt: misspelt.error,
    missing: missing.error,
  };
}

void use(process.argv[2] ?? '').then((answer) => console.log(JSON.stringify(answer)));
