import { existsSync } from 'node:fs';
import {
  openCustody,
  originOf,
  parseCheckpoint,
  type AuditCustody,
  type OpenCustodyOptions,
  type OpenedCustody,
} from 'nestjs-audited/custody';
import { InputError } from './input-error.js';
import { privateKeysOf, sealKeysOf, trustedKeysOf } from './options/input-files.js';
import type { LogOptions } from './options/log-options.js';
import type { Terminal } from './output/terminal.js';
import { currentSealKey } from './seal-choice.js';

/** What one command needs besides the common options. */
export type CustodySettings = Pick<
  OpenCustodyOptions,
  'retention' | 'classOfType' | 'spools' | 'journals' | 'bundles' | 'followEveryMs'
>;

/** What is done with a log that is open. */
type Work<Result> = (log: OpenedCustody) => Promise<Result>;

/**
 * Opens a log to look at it, and closes it whatever happens. Nothing is made, migrated or written: an account that may only
 * SELECT is enough.
 *
 * @throws InputError for files and names that are wrong; what the log says
 */
export function readLog<Result>(
  options: LogOptions,
  work: Work<Result>,
  settings: CustodySettings = {},
): Promise<Result> {
  return using({ ...settings, ...openingOf(options), access: 'read' }, work);
}

/**
 * Opens a log to write to it, and closes it whatever happens. The log must be there: a mistyped address must not become a
 * new one. What is written is sealed with a key exactly when the newest record is.
 *
 * @throws InputError for files and names that are wrong; what the log says
 */
export async function writeLog<Result>(
  options: LogOptions,
  terminal: Terminal,
  work: Work<Result>,
  settings: CustodySettings = {},
): Promise<Result> {
  const opening = openingOf(options);
  const known = (opening.seal?.keys ?? []).map(({ id }) => id);
  const current = await using({ ...opening, access: 'read' }, async ({ reader, custody }) => {
    await requireSameOrigin(custody, options.origin);
    return currentSealKey(reader, known);
  });
  const seal = current === undefined || opening.seal === undefined ? {} : { seal: { ...opening.seal, current } };
  return using({ ...settings, ...opening, ...seal, warn: (sentence) => terminal.note(sentence) }, work);
}

async function using<Result>(options: OpenCustodyOptions, work: Work<Result>): Promise<Result> {
  const log = await openCustody(options);
  try {
    return await work(log);
  } finally {
    await log.close();
  }
}

/** The name is part of what is signed: under another one, nothing would continue what was signed before. */
async function requireSameOrigin(custody: AuditCustody, origin: string | undefined): Promise<void> {
  const [newest] = origin === undefined ? [] : await custody.checkpoints({ limit: 1 });
  const signed = newest === undefined ? undefined : originIn(newest.note);
  if (
    newest !== undefined &&
    signed !== undefined &&
    origin !== undefined &&
    signed !== originOf(origin, newest.chain)
  ) {
    const name = signed.slice(0, signed.lastIndexOf('/'));
    throw new InputError(
      `--origin: the checkpoints of this log name it "${name}", not "${origin}". Give the name that they have; nothing was signed.`,
    );
  }
}

/** @returns `undefined` for what is no checkpoint: that is for `verify` to name */
function originIn(note: string): string | undefined {
  try {
    return parseCheckpoint(note).origin;
  } catch {
    return undefined;
  }
}

function openingOf({ database, origin, key, trust, sealKey }: LogOptions): OpenCustodyOptions {
  requireExistingFile(database);
  const keys = privateKeysOf(key).map((pem) => ({ pem }));
  if (keys.length > 0 && origin === undefined) {
    throw new InputError('--origin is missing: a signature names the log. Give the origin that its checkpoints have.');
  }
  const trustedKeys = trustedKeysOf(trust);
  const seals = sealKeysOf(sealKey);
  return {
    database,
    checkpoints: { ...(origin === undefined ? {} : { origin }), keys, trustedKeys },
    ...(seals.length === 0 ? {} : { seal: { keys: seals } }),
  };
}

/** A mistyped path must not become a new, empty log that verifies. */
function requireExistingFile(database: string): void {
  const isUrl = /^[a-z][a-z0-9+.-]*:\/\//i.test(database);
  if (isUrl || existsSync(database)) {
    return;
  }
  // What looks like an address may hold a password.
  const shown = database.includes('@') ? 'what was given' : `"${database}"`;
  throw new InputError(
    `--database: ${shown} is neither a file that exists nor an address such as postgres://user@host/name. Nothing was created.`,
  );
}
