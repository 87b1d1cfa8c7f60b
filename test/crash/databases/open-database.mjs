import { SqliteDatabase } from './sqlite-database.mjs';

/** A fresh database for a run: `settings`, `outages`, `beginOutage`, `endOutage`, questions to its tables, `close`. */
export async function openDatabase(store, folder) {
  switch (store) {
    case 'sqlite':
      return SqliteDatabase.create(folder);
    case 'postgres':
    case 'mysql': {
      const { ServerDatabase } = await import('./server-database.mjs');
      return ServerDatabase.create(store, folder);
    }
    default:
      throw new Error(`--store must be sqlite, postgres or mysql, not ${store}`);
  }
}
