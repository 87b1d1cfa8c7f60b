import type { DemoClient } from './demo.client.js';

const CLIENT = { apiKey: 'demo-key' } as const;

const MESSAGES = [
  'Hello, is this the right number?',
  'URGENT: your bank account is blocked. Share the OTP with refunds.desk@okbank.',
  'You won the lottery! Pay the processing fee to collect your prize: http://prize.example/claim',
  'Call me on +91 98765 43210 within 2 hours or face legal action',
  'Are you still there?',
];

/** More than one client may send in a minute. */
const BURST = 40;

/** System B's day: an honest chat, scams, a report, a stranger, and a client that sends too much. */
export async function scamScenario(client: DemoClient): Promise<void> {
  console.log('  a conversation with a scammer, and a report');
  const { body } = await client.send(CLIENT, 'POST /conversations', 201, { platform: 'whatsapp' });
  const conversationId = String(body['id']);
  const messages = `POST /conversations/${conversationId}/messages`;
  for (const text of MESSAGES) {
    // The client may have used up its minute in an earlier run.
    await client.send(CLIENT, messages, [201, 429], { text });
  }
  await client.send(CLIENT, 'POST /reports', 201, { conversationId, reportType: 'cybercrime' });

  console.log('  a stranger without a valid key');
  await client.send({ apiKey: 'guessed-key' }, messages, 401, { text: 'let me in' });
  await client.send('nobody', 'POST /reports', 401, { conversationId });

  console.log('  a client that sends too much');
  const burst = Array.from({ length: BURST }, () => client.send(CLIENT, messages, [201, 429], { text: 'hello' }));
  await Promise.all(burst);
}
