import { inspect } from 'node:util';
import type { InboxApplication } from './inbox-application.js';

const SALT = '0123456789abcdef0123456789abcdef';
/** What no error may show of the event that could not be written. */
const SECRETS = [SALT, 'zoe@example.com', 'Zoe Secretname', 'an-action-of-this-event', '"outcome"'];

const BODY = JSON.stringify({ id: '01999999-0000-7000-8000-000000000001', action: SECRETS[3], outcome: 'success' });
const PERSONAL = JSON.stringify({ '/actor/email': SECRETS[1], '/actor/name': SECRETS[2] });

/** Which of an event's texts stand in what is printed. */
export function secretsIn(printed: string, secrets: readonly string[] = SECRETS): string[] {
  return secrets.filter((secret) => printed.includes(secret));
}

/**
 * Writes an event into an inbox that an administrator has broken.
 *
 * @param breaking a statement after which the inbox takes no event
 * @returns the error, and which of the event's texts it shows when the whole of it is printed
 */
export async function refusalOf(
  application: InboxApplication,
  breaking: string,
): Promise<{ readonly error: unknown; readonly shown: readonly string[] }> {
  await application.inbox.open();
  await application.source.query(breaking);
  const entries = [{ chain: 'main', event: { body: BODY, personal: PERSONAL, salt: SALT } }];
  const error = await application.source
    .transaction((manager) => application.inbox.write(manager, entries))
    .then(
      () => undefined,
      (failure: unknown) => failure,
    );
  await application.inbox.close();
  await application.close();
  return { error, shown: secretsIn(inspect(error, { depth: 10, showHidden: true })) };
}
