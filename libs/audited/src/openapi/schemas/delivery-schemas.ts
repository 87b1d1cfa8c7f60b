import type { DeadLetter, DeadLetterCounts, DestinationHealth } from '../../delivery/delivery-ledger.js';
import type { ChainProgress, DeliveryReceipt, DestinationStatus } from '../../delivery/operating/destination-status.js';
import { count, flag, listOf, objectSchema, reference, text, word, type Schema } from './schema.js';

const DESTINATION = text('Name of the destination.', 'splunk');
const CHAIN = text('Chain.', 'main');
const TIME = (description: string): Schema => count(`${description}, in milliseconds since 1970.`, 1_795_459_899_123);

type DeliveryCounts = NonNullable<DestinationStatus['counts']>;

/** How destinations do, and what they did not take. */
export const DELIVERY_SCHEMAS = {
  Destination: objectSchema<DestinationStatus>(
    'How a destination does.',
    {
      name: DESTINATION,
      type: text('Kind of exporter.', 'splunk-hec'),
      endpoint: text('Where it is, without secrets; may be empty.'),
      required: flag('Whether retention waits for it.'),
      state: word('What operators want of it.', ['active', 'paused'] satisfies DestinationStatus['state'][]),
      leader: word('Who sends: this process, another one, or nobody.', [
        'this',
        'another',
        'nobody',
      ] satisfies DestinationStatus['leader'][]),
      health: reference('DestinationHealth'),
      waiting: count('Records that are not settled yet.'),
      chains: listOf(reference('ChainProgress'), 'How far it is in each chain.'),
      deadLetters: reference('DeadLetterCounts'),
    },
    { counts: reference('DeliveryCounts') },
  ),
  DestinationHealth: objectSchema<DestinationHealth>(
    'How a destination does, as whoever leads it last wrote it.',
    {
      state: word('`held`: an operator has to mend something.', [
        'unknown',
        'ok',
        'retrying',
        'held',
      ] satisfies DestinationHealth['state'][]),
      reason: text('One line; empty when all is well.'),
      cure: text('What to do; may be empty.'),
      failures: count('Failed attempts since something last arrived.'),
      deliveredAt: TIME('When something last arrived; 0: never'),
    },
    {},
  ),
  ChainProgress: objectSchema<ChainProgress>(
    'How far a destination is in one chain.',
    {
      chain: CHAIN,
      head: count('Position of the last record.'),
      sent: count('Everything up to here was sent.'),
      settled: count('Everything up to here is settled.'),
    },
    {},
  ),
  DeadLetterCounts: objectSchema<DeadLetterCounts>(
    'Dead letters, by what they wait for.',
    { dead: count('Waiting for an operator.'), replaying: count('Being sent again.'), discarded: count('Given up.') },
    {},
  ),
  DeliveryCounts: objectSchema<DeliveryCounts>(
    'What this process did for the destination.',
    {
      attempts: count('Attempts.'),
      failedAttempts: count('Attempts at which not everything arrived.'),
      events: count('Events that the receiver has.'),
      bytes: count('Bytes of their texts.'),
      deadLetters: count('Dead letters.'),
      unnamed: count('Events refused without a name.'),
      unconfirmed: count('Batches sent again because nobody confirmed them.'),
      lastLatencyMs: count('Duration of the last successful attempt.'),
    },
    {},
  ),
  DeadLetter: objectSchema<DeadLetter>(
    'A record that a destination did not take.',
    {
      sequence: { type: 'integer', minimum: 1, description: 'Names it, and orders all.', example: 17 },
      destination: DESTINATION,
      chain: CHAIN,
      position: count('Position of the record.'),
      eventId: text('Id of the event; empty when the record could not be read.'),
      eventType: text('Type of the event.', 'deploy.completed'),
      state: word('What it waits for.', ['dead', 'replaying', 'discarded'] satisfies DeadLetter['state'][]),
      cause: word('Why.', ['refused', 'too-large', 'unformattable', 'damaged'] satisfies DeadLetter['cause'][]),
      reason: text('One line, without secrets.'),
      replays: count('How often it was sent again.'),
      diedAt: TIME('When it died'),
      changedAt: TIME('When it last changed'),
    },
    {},
  ),
  Receipt: objectSchema<DeliveryReceipt>(
    'Where one record is on its way to one destination.',
    {
      destination: DESTINATION,
      state: word('`excluded`: the filter keeps it back. `settled`: done with; this process cannot say more.', [
        'pending',
        'sent',
        'acknowledged',
        'excluded',
        'settled',
        'dead',
        'replaying',
        'discarded',
      ] satisfies DeliveryReceipt['state'][]),
    },
    { reason: text('Of a dead letter: why.') },
  ),
} as const satisfies Readonly<Record<string, Schema>>;
