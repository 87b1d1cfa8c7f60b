import type {
  AcquiredLease,
  ChainCursor,
  DeadLetter,
  DeliveryLedger,
  DestinationRegistration,
  LedgerDestination,
  NewDeadLetter,
} from '../../delivery/delivery-ledger.js';
import type { AuditStore } from '../../storage/audit-store.js';
import { anAppendableEvent } from '../audit-event.fixture.js';

/** A log under test, and the ledger of its deliveries; the battery opens and closes the store. */
export interface LedgerUnderTest {
  readonly store: AuditStore;
  readonly ledger: DeliveryLedger;
}

/** A promise, and how it is tried on an open, empty store. */
export type LedgerCase = readonly [promise: string, run: (underTest: LedgerUnderTest) => Promise<void>];

/** Longer than any test takes. */
export const LONG_MS = 600_000;

const LIMIT_MS = 20_000;
const STEP_MS = 2;

/** Registers a destination, and gives its name. */
export async function registered(
  ledger: DeliveryLedger,
  name = 'splunk',
  parts: Partial<DestinationRegistration> = {},
): Promise<string> {
  await ledger.register({
    name,
    type: 'splunk-hec',
    endpoint: 'https://splunk.example.com',
    isRequired: false,
    startFrom: 'beginning',
    ...parts,
  });
  return name;
}

/** Acquires a lease that nobody may refuse. */
export async function acquired(
  ledger: DeliveryLedger,
  destination = 'splunk',
  holder = 'one',
  leaseMs = LONG_MS,
): Promise<AcquiredLease> {
  const lease = await ledger.acquire(destination, holder, leaseMs);
  if (lease === undefined) {
    throw new Error(`${holder} was not given the lease of ${destination}`);
  }
  return lease;
}

/** Registers a destination and leads it. */
export async function led(ledger: DeliveryLedger, name = 'splunk'): Promise<AcquiredLease> {
  return acquired(ledger, await registered(ledger, name));
}

/** Acquires a lease as soon as the one before is over. */
export function acquiredInTime(
  ledger: DeliveryLedger,
  destination: string,
  holder: string,
  leaseMs = LONG_MS,
): Promise<AcquiredLease> {
  return inTime(() => ledger.acquire(destination, holder, leaseMs));
}

/** What an attempt gives as soon as it gives something. @throws after 20 seconds */
export async function inTime<Result>(attempt: () => Promise<Result | undefined>): Promise<Result> {
  const deadline = Date.now() + LIMIT_MS;
  for (;;) {
    const result = await attempt();
    if (result !== undefined) {
      return result;
    }
    if (Date.now() > deadline) {
      throw new Error(`nothing happened within ${LIMIT_MS} ms`);
    }
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
  }
}

/** A destination as the ledger holds it. */
export async function found(ledger: DeliveryLedger, name = 'splunk'): Promise<LedgerDestination> {
  const destination = (await ledger.destinations()).find((each) => each.name === name);
  if (destination === undefined) {
    throw new Error(`there is no destination ${name}`);
  }
  return destination;
}

/** A dead letter of chain `main`. */
export function aLetter(position: number, parts: Partial<NewDeadLetter> = {}): NewDeadLetter {
  return {
    chain: 'main',
    position,
    eventId: `event-${position}`,
    eventType: 'user.login',
    cause: 'refused',
    reason: 'it was refused',
    ...parts,
  };
}

/** Leads a destination that has dead letters at these positions of chain `main`. */
export async function withLetters(
  ledger: DeliveryLedger,
  positions: readonly number[],
  name = 'splunk',
): Promise<{ readonly lease: AcquiredLease; readonly letters: readonly DeadLetter[] }> {
  const lease = await led(ledger, name);
  const deadLetters = positions.map((position) => aLetter(position, { eventId: `${name}-${position}` }));
  await ledger.settle(lease, { deadLetters }, LONG_MS);
  return { lease, letters: await ledger.deadLetters({ destination: name, limit: 1000 }) };
}

/** Where a destination stands, without what was sent. */
export function positions(cursors: readonly ChainCursor[]): Readonly<Record<string, number>> {
  return Object.fromEntries(cursors.map(({ chain, position }) => [chain, position]));
}

/** Appends so many events to a chain. */
export async function append(store: AuditStore, chain: string, count: number): Promise<void> {
  await store.append(
    chain,
    Array.from({ length: count }, () => anAppendableEvent()),
  );
}
