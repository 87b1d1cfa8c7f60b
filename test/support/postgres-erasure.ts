import type { StoreUnderTest } from 'nestjs-audited/testing';
import type { PostgresServer } from './postgres-server.js';

/** Takes the personal part of a record away, as an erasure does; `urls` knows the database of every store. */
export function erasureIn(
  server: PostgresServer,
  urls: WeakMap<object, string>,
): (store: StoreUnderTest, eventId: string) => Promise<void> {
  return async (store, eventId) => {
    await server.administer(
      urls.get(store) ?? '',
      `ALTER TABLE audit_records DISABLE TRIGGER ALL;
       UPDATE audit_records SET personal = NULL, salt = NULL, actor_email = NULL, actor_ip = NULL WHERE id = '${eventId}';
       ALTER TABLE audit_records ENABLE TRIGGER ALL`,
    );
  };
}
