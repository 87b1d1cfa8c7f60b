import { DataSource } from 'typeorm';

/** The name that `@nestjs/typeorm` gives to the DataSource of an application that has one. */
const DEFAULT_NAME = 'default';

/**
 * The token under which `@nestjs/typeorm` provides a DataSource: the class for the default one, a text made of the name
 * for any other. Written down here, so that applications without that package need not install it.
 */
export function applicationDataSourceToken(name: string): typeof DataSource | string {
  return name === DEFAULT_NAME ? DataSource : `${name}DataSource`;
}

/** A TypeORM DataSource that belongs to the application: it opens it, and it closes it. */
export type ApplicationDataSource = DataSource;
