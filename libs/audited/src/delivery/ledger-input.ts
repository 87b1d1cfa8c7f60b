import { checkChainName } from '../storage/chain-name.js';
import type { ChainId } from '../event/audit-record.js';
import { OptionsInvalidError, QueryInvalidError } from '../event/audit.error.js';
import { checkOneOf } from '../event/option-checks.js';
import type {
  ChainCursor,
  DeadLetterQuery,
  DestinationHealth,
  DestinationRegistration,
  NewDeadLetter,
  Settlement,
} from './delivery-ledger.js';

const MOST_CHARACTERS = 2000;
const MOST_NAME_CHARACTERS = 128;
/** Ids of events and holders: what every database can search by. */
const MOST_KEY_CHARACTERS = 255;
const DEFAULT_LIMIT = 100;
const MOST_LETTERS = 1000;
const STATES: readonly unknown[] = ['dead', 'replaying', 'discarded'];

/** A query for dead letters that was checked: sequences ascending, each once. */
export interface CheckedDeadLetterQuery extends Omit<DeadLetterQuery, 'limit'> {
  readonly limit: number;
}

/**
 * A registration as every ledger keeps it.
 *
 * @throws OptionsInvalidError when the name can not be kept, or it says otherwise where to begin
 */
export function keptRegistration(registration: DestinationRegistration): DestinationRegistration {
  const { name, type, endpoint, isRequired, startFrom } = registration;
  if (name === '' || name.length > MOST_NAME_CHARACTERS || !name.isWellFormed()) {
    throw new OptionsInvalidError(
      'destinations.name',
      `must be a text of 1 to ${MOST_NAME_CHARACTERS} characters, not one of ${name.length}`,
      'Name the destination shortly: "splunk".',
    );
  }
  checkOneOf('destinations.startFrom', startFrom, ['beginning', 'now']);
  return { name, type: keptText(type), endpoint: keptText(endpoint), isRequired, startFrom };
}

/**
 * Refuses what cannot be a lease.
 *
 * @throws QueryInvalidError
 */
export function checkLease(holder: string, leaseMs: number): void {
  if (holder === '' || holder.length > MOST_KEY_CHARACTERS) {
    throw new QueryInvalidError(
      'holder',
      `must be a text of 1 to ${MOST_KEY_CHARACTERS} characters, not one of ${holder.length}`,
      'Give every process a name of its own.',
    );
  }
  checkWhole('leaseMs', leaseMs, 1);
}

/** A settlement as every ledger keeps it: one cursor for each chain, the last one given. */
export function keptSettlement(
  settlement: Settlement,
): Required<Omit<Settlement, 'health'>> & Pick<Settlement, 'health'> {
  const { cursors = [], deadLetters = [], revived = [], refusedAgain = [], health } = settlement;
  revived.forEach((sequence) => checkWhole('revived', sequence, 0));
  return {
    cursors: [...new Map(cursors.map((cursor) => [cursor.chain, keptCursor(cursor)])).values()],
    deadLetters: deadLetters.map(keptDeadLetter),
    revived,
    refusedAgain: refusedAgain.map(({ sequence, reason }) => {
      checkWhole('refusedAgain', sequence, 0);
      return { sequence, reason: keptText(reason) };
    }),
    ...(health === undefined ? {} : { health: keptHealth(health) }),
  };
}

/**
 * Refuses what is no place in a chain.
 *
 * @throws ChainInvalidError, QueryInvalidError
 */
export function checkPlace(chain: ChainId, position: number): void {
  checkChainName(chain);
  checkWhole('position', position, 0);
}

/**
 * The query with its defaults.
 *
 * @throws QueryInvalidError
 */
export function checkedDeadLetterQuery(query: DeadLetterQuery): CheckedDeadLetterQuery {
  const { limit = DEFAULT_LIMIT, after, state, sequences, destination, eventId } = query;
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST_LETTERS) {
    const problem = `must be a whole number from 1 to ${MOST_LETTERS}, not ${String(limit)}`;
    throw new QueryInvalidError('limit', problem, 'Read the rest with "after".');
  }
  if (after !== undefined) {
    checkWhole('after', after, 0);
  }
  if (state !== undefined && !STATES.includes(state)) {
    throw new QueryInvalidError('state', `is ${JSON.stringify(state)}`, `Use one of: ${STATES.join(', ')}.`);
  }
  sequences?.forEach((sequence) => checkWhole('sequences', sequence, 0));
  return {
    limit,
    ...(after === undefined ? {} : { after }),
    ...(state === undefined ? {} : { state }),
    ...(sequences === undefined ? {} : { sequences: [...new Set(sequences)].sort((a, b) => a - b) }),
    ...(destination === undefined ? {} : { destination: destination.toWellFormed() }),
    ...(eventId === undefined ? {} : { eventId: keptText(eventId, MOST_KEY_CHARACTERS) }),
  };
}

/** A text as every ledger keeps it: lone surrogates replaced, as no database holds them, and cut between characters. */
export function keptText(text: string, most = MOST_CHARACTERS): string {
  const wellFormed = text.toWellFormed();
  if (wellFormed.length <= most) {
    return wellFormed;
  }
  const cut = wellFormed.slice(0, most);
  return cut.isWellFormed() ? cut : cut.slice(0, -1);
}

function keptCursor({ chain, position, sent }: ChainCursor): ChainCursor {
  checkPlace(chain, position);
  checkWhole('sent', sent, 0);
  return { chain, position, sent: Math.max(position, sent) };
}

function keptDeadLetter({ chain, position, eventId, eventType, cause, reason }: NewDeadLetter): NewDeadLetter {
  checkPlace(chain, position);
  return {
    chain,
    position,
    eventId: keptText(eventId, MOST_KEY_CHARACTERS),
    eventType: keptText(eventType),
    cause,
    reason: keptText(reason),
  };
}

function keptHealth({ state, reason, cure, failures, deliveredAt }: DestinationHealth): DestinationHealth {
  checkWhole('failures', failures, 0);
  checkWhole('deliveredAt', deliveredAt, 0);
  return { state, reason: keptText(reason), cure: keptText(cure), failures, deliveredAt };
}

function checkWhole(parameter: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) {
    const problem = `must be a whole number from ${least} on, not ${String(value)}`;
    throw new QueryInvalidError(parameter, problem, 'Nothing was changed.');
  }
}
