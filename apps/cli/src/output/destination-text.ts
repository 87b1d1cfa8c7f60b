import type { DeadLetter, DestinationStatus } from 'nestjs-audited';

/** One destination in a line or two. */
export function destinationLine(destination: DestinationStatus): string {
  const { name, type, endpoint, state, leader, health, waiting, deadLetters, required } = destination;
  const place = endpoint === '' ? type : `${type} ${endpoint}`;
  const mood = state === 'paused' ? 'paused' : health.state;
  const led = leader === 'nobody' ? 'led by nobody' : 'led by a process';
  const dead = [
    `${deadLetters.dead} dead`,
    ...(deadLetters.replaying > 0 ? [`${deadLetters.replaying} being sent again`] : []),
    ...(deadLetters.discarded > 0 ? [`${deadLetters.discarded} discarded`] : []),
  ];
  const last = health.deliveredAt === 0 ? 'never' : new Date(health.deliveredAt).toISOString();
  const facts = [`${waiting} waiting`, ...dead, `last delivery ${last}`, led, ...(required ? [] : ['not required'])];
  const line = `${name} (${place}): ${mood}; ${facts.join(', ')}`;
  return health.reason === ''
    ? line
    : `${line}\n  ${[health.reason, health.cure].filter((word) => word !== '').join('. ')}`;
}

/** One dead letter in a line. */
export function deadLetterLine(letter: DeadLetter): string {
  const { sequence, destination, chain, position, eventId, eventType, state, cause, reason, diedAt, replays } = letter;
  const event = eventId === '' ? 'unreadable' : `${eventType} ${eventId}`;
  const again = replays === 0 ? '' : `, sent again ${replays} time(s)`;
  const when = new Date(diedAt).toISOString();
  return `${sequence} ${destination} ${chain}:${position} ${event}: ${state}, ${cause} since ${when}${again}: ${reason}`;
}
