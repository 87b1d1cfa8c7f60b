import { ROLES } from '../auth/user-directory.js';
import type { DemoClient } from './demo.client.js';

const AGENTS = ['billing', 'checkout', 'search', 'invoicing', 'notifications', 'identity'];
const CONFIG = { replicas: 3, database: { host: 'db.internal', password: 'not for the record' } };

/** System A's day: releases, a broken one, people who may not, policies and settings. */
export async function deploymentsScenario(client: DemoClient): Promise<void> {
  for (const role of ROLES) {
    await client.logIn(role);
  }
  console.log('  somebody guesses the password of admin');
  for (const password of ['admin', '123456', 'letmein']) {
    await client.send('nobody', 'POST /auth/login', 401, { username: 'admin', password });
  }
  console.log(`  ${AGENTS.length} releases, at the same time`);
  await Promise.all(AGENTS.map((agentId, index) => release(client, agentId, index === 2)));
  console.log('  people who may not');
  await refusals(client);
  console.log('  policies and settings');
  await settings(client);
}

async function release(client: DemoClient, agentId: string, breaks: boolean): Promise<void> {
  const wanted = { agentId, environment: 'production', version: '2.0.1', config: CONFIG };
  const { body } = await client.send('release_manager', 'POST /deployments', 201, wanted);
  const path = `/deployments/${String(body['id'])}`;
  const request = { reason: 'Release of the month', ticket: 'CHG-1042' };
  const approval = await client.send('developer', `POST ${path}/approval-requests`, 201, request);
  await client.send('admin', `POST /approvals/${String(approval.body['id'])}/grant`, 200, { reason: 'Reviewed' });
  if (!breaks) {
    await client.send('release_manager', `POST ${path}/complete`, 200);
    return;
  }
  await client.send('release_manager', `POST ${path}/fail`, 200, { reason: 'Health checks did not pass' });
  await client.send('release_manager', `POST ${path}/complete`, 409);
  await client.send('release_manager', `POST ${path}/rollback`, 200, { reason: 'Back to 2.0.0' });
}

async function refusals(client: DemoClient): Promise<void> {
  const wanted = { agentId: 'billing', environment: 'production', version: '6.6.6' };
  await client.send('viewer', 'POST /deployments', 403, wanted);
  await client.send('developer', 'POST /deployments', 403, wanted);
  await client.send('nobody', 'POST /deployments', 401, wanted);
  await client.send('release_manager', 'POST /deployments', 400, { ...wanted, environment: 'the moon' });
  await client.send('viewer', 'GET /config/smtp.password', 403);
  await client.send('viewer', 'GET /v1/audit/events', 403);
  await client.send('nobody', 'GET /v1/audit/events', 401);
  await client.send('nobody', 'GET /wp-login.php', 404);
}

async function settings(client: DemoClient): Promise<void> {
  const policy = { title: 'No deployments on Fridays', effect: 'deny', actions: ['deploy.production'] };
  await client.send('admin', 'PUT /policies/no-fridays', 200, policy);
  await client.send('admin', 'PUT /policies/no-fridays', 200, { ...policy, effect: 'allow' });
  await client.send('release_manager', 'DELETE /policies/no-fridays', 403);
  await client.send('admin', 'DELETE /policies/no-fridays', 204);
  await client.send('developer', 'GET /config/deploy.max_parallel', 200);
  await client.send('release_manager', 'PUT /config/deploy.max_parallel', 200, { value: 8 });
  await client.send('admin', 'PUT /config/smtp.password', 200, { value: 'not for the record' });
}
