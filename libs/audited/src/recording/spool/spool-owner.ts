import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { performance } from 'node:perf_hooks';
import { isMissing, systemCode } from './durable-folder.js';

/** Who a folder of the spool belongs to; stands in its owner file. */
export interface OwnerCard {
  readonly host: string;
  readonly pid: number;
  /** Tells this process from an earlier one with the same id (a container's is always 1). */
  readonly startedAt: string;
}

/** The card of this process; the same for every spool in it. */
export async function ownCard(): Promise<OwnerCard> {
  const startedAt = (await systemStart(process.pid)) ?? `origin ${Math.round(performance.timeOrigin)}`;
  return { host: hostname(), pid: process.pid, startedAt };
}

/**
 * Whether the owner's process still runs, as far as can be told from here. `undefined` when it cannot: the owner is
 * on another machine, and only its heartbeat counts.
 */
export async function isRunning(card: OwnerCard): Promise<boolean | undefined> {
  const own = await ownCard();
  if (card.host !== own.host) {
    return undefined;
  }
  if (card.pid === own.pid) {
    return card.startedAt === own.startedAt;
  }
  const startedAt = await systemStart(card.pid);
  return startedAt === undefined ? answersSignals(card.pid) : startedAt === card.startedAt;
}

/** What the owner file says; `undefined` when it is cut off or was never written. */
export function parseCard(text: string): OwnerCard | undefined {
  try {
    const { host, pid, startedAt } = JSON.parse(text) as Partial<OwnerCard>;
    return typeof host === 'string' && Number.isSafeInteger(pid) && typeof startedAt === 'string'
      ? { host, pid: Number(pid), startedAt }
      : undefined;
  } catch {
    // A kill or a power cut came between making the folder and writing the file.
    return undefined;
  }
}

/** When the system started a process, as Linux tells it: boot, and clock ticks since. `undefined` elsewhere. */
async function systemStart(pid: number): Promise<string | undefined> {
  try {
    const [boot, status] = await Promise.all([
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
      readFile(`/proc/${pid}/stat`, 'utf8'),
    ]);
    // The name in parentheses may hold anything; the state follows it, and the start time is the 20th field.
    const fields = status.slice(status.lastIndexOf(')') + 2).split(' ');
    const [state] = fields;
    const ticks = fields[19];
    if (ticks === undefined) {
      return undefined;
    }
    // A process that ended, but whose parent did not look after it yet, still answers signals.
    return state === 'Z' || state === 'X' ? 'ended' : `${boot.trim()} ${ticks}`;
  } catch (error) {
    if (isMissing(error) || ['ESRCH', 'EACCES', 'EPERM'].includes(systemCode(error) ?? '')) {
      return undefined;
    }
    throw error;
  }
}

function answersSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, as another user.
    return systemCode(error) === 'EPERM';
  }
}
