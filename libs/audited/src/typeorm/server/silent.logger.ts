import type { Logger } from 'typeorm';

/** TypeORM writes failed migrations to the console, whatever its option says; here they are errors, told once. */
export const SILENT_LOGGER: Logger = {
  logQuery: () => undefined,
  logQueryError: () => undefined,
  logQuerySlow: () => undefined,
  logSchemaBuild: () => undefined,
  logMigration: () => undefined,
  log: () => undefined,
};
