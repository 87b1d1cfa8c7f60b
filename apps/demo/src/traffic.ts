import { randomUUID } from 'node:crypto';
import { DemoClient, DemoUnreachableError } from './traffic/demo.client.js';
import { deploymentsScenario } from './traffic/deployments.scenario.js';
import { scamScenario } from './traffic/scam.scenario.js';
import { readTally } from './traffic/tally.js';

const url = process.env['DEMO_URL'] ?? 'http://localhost:3000';
const password = process.env['AUDITED_DEMO_PASSWORD'] ?? 'demo';

try {
  await play(new DemoClient(url, password, `traffic-${randomUUID()}`));
} catch (error) {
  console.error(error instanceof DemoUnreachableError ? error.message : error);
  process.exitCode = 1;
}

/** A busy day in a minute: honest work, mistakes and attacks; then what the trail says about it. */
async function play(client: DemoClient): Promise<void> {
  console.log(`Playing against ${url}`);
  await deploymentsScenario(client);
  await scamScenario(client);
  const { records, byOutcome, intact, recordsInAll } = await readTally(client);

  console.log(`\n${client.requests} requests left ${records} records with correlation id ${client.correlationId}`);
  console.log(`Chain of ${recordsInAll} records: ${intact ? 'intact' : 'NOT INTACT, see /v1/audit/verify'}`);
  if (client.surprises.length > 0 || !intact) {
    console.log(['Unexpected answers:', ...client.surprises].join('\n  '));
    process.exitCode = 1;
  }
  console.log('\nRecords by outcome');
  for (const [outcome, count] of byOutcome) {
    console.log(`${outcome.padEnd(8)} ${String(count).padStart(4)}`);
  }
}
