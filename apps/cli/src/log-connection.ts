import { existsSync } from 'node:fs';
import { openCustody, type OpenedCustody } from 'nestjs-audited/custody';
import { filesOf, textOf, type LogOptions } from './global-options.js';
import { InputError } from './input-error.js';

/** What one command needs besides the common options. */
export type CustodySettings = Omit<Parameters<typeof openCustody>[0], 'database' | 'checkpoints' | 'seal'>;

/**
 * Opens the log for one command and closes it whatever happens.
 *
 * @throws InputError for files and names that are wrong; what the log says
 */
export async function withLog<Result>(
  options: LogOptions,
  work: (log: OpenedCustody) => Promise<Result>,
  settings: CustodySettings = {},
): Promise<Result> {
  requireExistingFile(options.database);
  const keys = filesOf('--key', options.key).map((pem) => ({ pem }));
  if (keys.length > 0 && options.origin === undefined) {
    throw new InputError('--origin is missing: a signature names the log. Give the origin that its checkpoints have.');
  }
  const trustedKeys = filesOf('--trust', options.trust);
  const sealKeys = (options.sealKey ?? []).map(sealKey);
  const log = await openCustody({
    ...settings,
    database: options.database,
    ...(options.origin === undefined ? {} : { checkpoints: { origin: options.origin, keys, trustedKeys } }),
    ...(sealKeys.length === 0 ? {} : { seal: { keys: sealKeys } }),
  });
  try {
    return await work(log);
  } finally {
    await log.close();
  }
}

/** A mistyped path must not become a new, empty log that verifies. */
function requireExistingFile(database: string): void {
  const isUrl = /^[a-z][a-z0-9+.-]*:\/\//i.test(database);
  if (!isUrl && !existsSync(database)) {
    throw new InputError(`--database: there is no file "${database}". Check the path; nothing was created.`);
  }
}

function sealKey(given: string): { id: string; secret: string } {
  const [, id, file] = /^([^=]+)=(.+)$/.exec(given) ?? [];
  if (id === undefined || file === undefined) {
    throw new InputError('--seal-key: give <id>=<file>, for example k1=/run/secrets/audit-seal.');
  }
  return { id, secret: textOf('--seal-key', file).trim() };
}
