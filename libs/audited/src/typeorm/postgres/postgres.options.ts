import type { DataSource } from 'typeorm';
import { OptionsInvalidError } from '../../event/audit.error.js';
import { checkFlag, checkShape, checkText, checkWhole } from '../../event/option-checks.js';
import { DEFAULT_SCHEMA } from './postgres-names.js';

/** TLS towards the server: `true` for the defaults of Node, an object for `tls.connect`, such as `{ ca }`. */
export type PostgresTls = boolean | Readonly<Record<string, unknown>>;

/**
 * Where the log is on a PostgreSQL server, and what may be asked of it. Name the database by `url`, or by its parts.
 * A pooler in between (PgBouncer) has to be in session mode.
 *
 * @example { url: 'postgres://audit:secret@db.example.com:5432/audit' }
 */
export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`; special characters in the password percent-encoded. */
  readonly url?: string;
  /** @default 'localhost' */
  readonly host?: string;
  /** @default 5432 */
  readonly port?: number;
  /** @default 'postgres' */
  readonly username?: string;
  /** A text, or a function that gives one for every new connection: for tokens that expire. */
  readonly password?: string | (() => string | Promise<string>);
  /** @default the user name, as PostgreSQL has it */
  readonly database?: string;
  /** @default false; an `sslmode` in the url counts too */
  readonly ssl?: PostgresTls;
  /** Schema of the tables: letters, digits and `_`. It is created when the role may. @default 'public' */
  readonly schema?: string;
  /** Connections of this process, at least 3. A third of them, at least one, only reads. @default 6 */
  readonly poolSize?: number;
  /** Shown by the server in `pg_stat_activity`. @default 'nestjs-audited' */
  readonly applicationName?: string;
  /** How long an append may take in all, and a wait for the head of the chain. In milliseconds, at least 100. @default 5000 */
  readonly statementTimeoutMs?: number;
  /** How long one statement that reads may take; a verification is many statements. In milliseconds. @default 30000 */
  readonly readTimeoutMs?: number;
  /** How long a new, or a free, connection is waited for. In milliseconds, at least 100. @default 3000 */
  readonly connectTimeoutMs?: number;
  /** For how many months after this one partitions are created ahead; 0 to 24. @default 3 */
  readonly monthsAhead?: number;
  /** Further options of the driver `pg`, for what has no option here. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** Options with every default in its place. */
export interface PostgresSettings {
  /** What TypeORM connects with. */
  readonly connection: Readonly<Record<string, unknown>>;
  /** Host, port and database, for messages; never a password. */
  readonly place: string;
  readonly username: string;
  readonly schema: string;
  readonly poolSize: number;
  readonly applicationName: string;
  readonly statementTimeoutMs: number;
  readonly readTimeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly monthsAhead: number;
}

/** What may be set beside a DataSource whose database is used. */
export type PostgresLimits = Omit<
  PostgresOptions,
  'url' | 'host' | 'port' | 'username' | 'password' | 'database' | 'ssl' | 'extra'
>;

const PART_NAMES = ['host', 'port', 'username', 'password', 'database', 'ssl'] as const;
const LIMIT_NAMES = [
  'schema',
  'poolSize',
  'applicationName',
  'statementTimeoutMs',
  'readTimeoutMs',
  'connectTimeoutMs',
  'monthsAhead',
] as const;
const KNOWN_OPTIONS = ['url', ...PART_NAMES, ...LIMIT_NAMES, 'extra'];
/** TypeORM writes it into its statements without escaping it. */
const SCHEMA_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;
const MAX_TIMEOUT_MS = 600_000;

/** @throws OptionsInvalidError naming the option and the cure, never a password */
export function postgresSettings(options: PostgresOptions): PostgresSettings {
  checkShape('', options, KNOWN_OPTIONS);
  const { url, host, port, username, password, database, ssl, extra } = options;
  const given = PART_NAMES.filter((name) => name !== 'ssl' && options[name] !== undefined);
  if (url !== undefined && given.length > 0) {
    throw new OptionsInvalidError(
      'url',
      `is given together with "${given.join('", "')}"`,
      'Give the url or its parts.',
    );
  }
  if (url !== undefined) {
    return settings(defined({ url, ssl, extra }), placeOf(url), options);
  }
  checkParts(options);
  const user = username ?? 'postgres';
  const place = { host: host ?? 'localhost', port: port ?? 5432, username: user, database: database ?? user };
  return settings({ ...place, ...defined({ password, ssl, extra }) }, place, options);
}

/** The database of a DataSource, but never its pool. @throws OptionsInvalidError when it is no PostgreSQL one */
export function optionsBeside({ options: source }: DataSource, limits: PostgresLimits): PostgresOptions {
  checkShape('', limits, LIMIT_NAMES);
  if (source.type !== 'postgres') {
    throw new OptionsInvalidError('dataSource', `is of type "${source.type}"`, 'Pass a DataSource of type "postgres".');
  }
  const { url, host, port, username, password, database, ssl } = source.replication?.master ?? source;
  const extra = source.extra as Readonly<Record<string, unknown>> | undefined;
  const address = url === undefined ? { host, port, username, password, database } : { url };
  return { ...defined({ ...address, ssl, extra }), ...limits };
}

function defined(options: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

interface Place {
  readonly host?: string;
  readonly port?: number | string;
  readonly username: string;
  readonly database?: string;
}

function settings(
  connection: PostgresSettings['connection'],
  { host, port, username, database }: Place,
  limits: PostgresLimits,
): PostgresSettings {
  const { schema = DEFAULT_SCHEMA, applicationName = 'nestjs-audited' } = limits;
  const { statementTimeoutMs = 5000, readTimeoutMs = 30_000, connectTimeoutMs = 3000 } = limits;
  const { poolSize = 6, monthsAhead = 3 } = limits;
  checkText('schema', schema);
  if (!SCHEMA_NAME.test(schema)) {
    throw new OptionsInvalidError('schema', `is ${JSON.stringify(schema)}`, 'Use letters, digits and "_", at most 63.');
  }
  checkText('applicationName', applicationName);
  checkWhole('poolSize', poolSize, 3, 1000);
  checkWhole('statementTimeoutMs', statementTimeoutMs, 100, MAX_TIMEOUT_MS);
  checkWhole('readTimeoutMs', readTimeoutMs, 100, MAX_TIMEOUT_MS);
  checkWhole('connectTimeoutMs', connectTimeoutMs, 100, MAX_TIMEOUT_MS);
  checkWhole('monthsAhead', monthsAhead, 0, 24);
  const place = `${host ?? 'localhost'}:${port ?? 5432}/${database ?? username}`;
  const bounds = { poolSize, statementTimeoutMs, readTimeoutMs, connectTimeoutMs, monthsAhead };
  return { connection, place, username, schema, applicationName, ...bounds };
}

function checkParts({ host, port, username, password, database, ssl }: PostgresOptions): void {
  for (const [option, value] of Object.entries({ host, username, database })) {
    if (value !== undefined) {
      checkText(option, value);
    }
  }
  if (port !== undefined) {
    checkWhole('port', port, 1, 65_535);
  }
  if (password !== undefined && typeof password !== 'string' && typeof password !== 'function') {
    throw new OptionsInvalidError('password', 'is neither a text nor a function', 'Pass a text, or a function.');
  }
  if (ssl !== undefined && typeof ssl !== 'object') {
    checkFlag('ssl', ssl);
  }
}

function placeOf(url: unknown): Place {
  const cure =
    'Use postgres://user:password@host:port/database, with special characters in the password percent-encoded.';
  if (typeof url !== 'string' || !URL.canParse(url)) {
    throw new OptionsInvalidError('url', 'is not the address of a database', cure);
  }
  const { protocol, hostname, port, username, password, pathname, searchParams, hash } = new URL(url);
  if (protocol !== 'postgres:' && protocol !== 'postgresql:') {
    throw new OptionsInvalidError('url', `begins with "${protocol}"`, cure);
  }
  if (hash !== '' || /^\/[^/]*[/@]/.test(pathname)) {
    // Most often an unescaped "/", "#" or "@" of the password: what follows must not end up in a message.
    throw new OptionsInvalidError('url', 'has more behind its host than the name of a database', cure);
  }
  const [user, database] = [decoded(username), decoded(pathname.slice(1))];
  if (user === undefined || database === undefined || decoded(password) === undefined) {
    throw new OptionsInvalidError('url', 'has a "%" that begins no percent-encoded character', cure);
  }
  return {
    host: hostname || (searchParams.get('host') ?? 'localhost'),
    port: port || 5432,
    username: user || 'postgres',
    database: database || user || 'postgres',
  };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    // A lone percent sign; the caller says so.
    return undefined;
  }
}
