import type { DataSource } from 'typeorm';
import { OptionsInvalidError } from '../../event/audit.error.js';
import { checkFlag, checkShape, checkText, checkWhole } from '../../event/option-checks.js';

/** TLS towards the server: `true` for a certificate that is checked, name included; or an object such as `{ ca }`. */
export type MysqlTls = boolean | Readonly<Record<string, unknown>>;

/**
 * Where the log is on a MySQL or MariaDB server, and what may be asked of it. Name the database by `url`, or by its
 * parts.
 *
 * @example { url: 'mysql://audit:secret@db.example.com:3306/audit' }
 */
export interface MysqlOptions {
  /** `mysql://user:password@host:port/database` or `mariadb://...`; special characters percent-encoded. */
  readonly url?: string;
  /** @default 'localhost' */
  readonly host?: string;
  /** @default 3306 */
  readonly port?: number;
  /** Needed, unless `url` has it. */
  readonly username?: string;
  /** @default none */
  readonly password?: string;
  /** Needed, unless `url` has it. It must exist; the tables are made in it. */
  readonly database?: string;
  /** @default false */
  readonly ssl?: MysqlTls;
  /** Connections of this process, at least 3. A third of them, at least one, only reads. @default 6 */
  readonly poolSize?: number;
  /** How long one statement of an append may take. In milliseconds, at least 100. @default 5000 */
  readonly statementTimeoutMs?: number;
  /** How long one statement that reads may take; a verification is many. In milliseconds, at least 100. @default 30000 */
  readonly readTimeoutMs?: number;
  /** How long a new, or a free, connection is waited for. In milliseconds, at least 100. @default 3000 */
  readonly connectTimeoutMs?: number;
  /** Told at opening when the server is not set up to keep a commit through a power cut. @default nobody is told */
  readonly warn?: (message: string) => void;
  /** Further options of the driver `mysql2`, for what has no option here: `{ socketPath }`. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** What may be set beside a DataSource whose database is used. */
export type MysqlLimits = Pick<
  MysqlOptions,
  'poolSize' | 'statementTimeoutMs' | 'readTimeoutMs' | 'connectTimeoutMs' | 'warn'
>;

/** Options with every default in its place. */
export interface MysqlSettings extends Required<MysqlLimits> {
  /** What TypeORM connects with. */
  readonly connection: Readonly<Record<string, unknown>>;
  readonly extra: Readonly<Record<string, unknown>>;
  /** Host, port and database, for messages; never a password. */
  readonly place: string;
  readonly username: string;
  readonly database: string;
}

type Address = Pick<MysqlOptions, 'host' | 'port' | 'username' | 'password' | 'database'>;

const ADDRESS_NAMES = ['host', 'port', 'username', 'password', 'database'] as const;
const LIMIT_NAMES = ['poolSize', 'statementTimeoutMs', 'readTimeoutMs', 'connectTimeoutMs', 'warn'];
const OPTION_NAMES = ['url', ...ADDRESS_NAMES, 'ssl', ...LIMIT_NAMES, 'extra'];
const MAX_TIMEOUT_MS = 600_000;
const URL_CURE = 'Use mysql://user:password@host:port/database, with special characters percent-encoded.';

/** @throws OptionsInvalidError naming the option and the cure, never a password */
export function mysqlSettings(options: MysqlOptions): MysqlSettings {
  checkShape('', options, OPTION_NAMES);
  const { url, ssl = false, extra = {} } = options;
  const given = ADDRESS_NAMES.filter((name) => options[name] !== undefined);
  if (url !== undefined && given.length > 0) {
    throw new OptionsInvalidError(
      'url',
      `is given together with "${given.join('", "')}"`,
      'Give the url or its parts.',
    );
  }
  const address = url === undefined ? options : addressIn(url);
  const { host = 'localhost', port = 3306, username, password, database } = address;
  checkText('host', host);
  checkWhole('port', port, 1, 65_535);
  requireText('username', username, 'Name the account to connect with.');
  requireText('database', database, 'Name an existing database; the tables are made in it.');
  checkPassword(password);
  checkShape('extra', extra, Object.keys(extra));
  return {
    connection: {
      host,
      port,
      username,
      database,
      ...(password === undefined ? {} : { password }),
      ...(ssl === false ? {} : { ssl: tlsOf(ssl) }),
    },
    extra,
    place: `${host}:${port}/${database ?? ''}`,
    username: username ?? '',
    database: database ?? '',
    ...limitsOf(options),
  };
}

/** The database of a DataSource, but never its pool. @throws OptionsInvalidError when it is no MySQL or MariaDB one */
export function optionsBeside({ options: source }: DataSource, limits: MysqlLimits): MysqlOptions {
  checkShape('', limits, LIMIT_NAMES);
  if (source.type !== 'mysql' && source.type !== 'mariadb') {
    throw new OptionsInvalidError(
      'dataSource',
      `is of type "${source.type}"`,
      'Pass a DataSource of type "mysql" or "mariadb".',
    );
  }
  const credentials = source.replication?.master ?? source;
  const { url, host, port, username, password, database, socketPath } = credentials;
  // As TypeORM has it: parts stand for what the url has not.
  const address = url === undefined ? { host, port, username, password, database } : addressIn(url);
  // Exactly as the application reaches the server, its TLS included.
  const ssl: unknown = source.ssl ?? credentials.ssl;
  const extra = { ...(source.extra as MysqlOptions['extra']), ...defined({ socketPath, ssl }) };
  return { ...defined({ ...address, extra }), ...limits };
}

function defined(options: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function limitsOf({
  poolSize = 6,
  statementTimeoutMs = 5000,
  readTimeoutMs = 30_000,
  connectTimeoutMs = 3000,
  warn = () => undefined,
}: MysqlLimits): Required<MysqlLimits> {
  checkWhole('poolSize', poolSize, 3, 1000);
  checkWhole('statementTimeoutMs', statementTimeoutMs, 100, MAX_TIMEOUT_MS);
  checkWhole('readTimeoutMs', readTimeoutMs, 100, MAX_TIMEOUT_MS);
  checkWhole('connectTimeoutMs', connectTimeoutMs, 100, MAX_TIMEOUT_MS);
  if (typeof warn !== 'function') {
    throw new OptionsInvalidError('warn', 'is no function', 'Pass one that takes a text, such as logger.warn.');
  }
  return { poolSize, statementTimeoutMs, readTimeoutMs, connectTimeoutMs, warn };
}

/** There is no default for it. */
function requireText(option: string, value: string | undefined, cure: string): void {
  if (value === undefined) {
    throw new OptionsInvalidError(option, 'is missing', cure);
  }
  checkText(option, value);
}

function checkPassword(password: unknown): void {
  if (password !== undefined && typeof password !== 'string') {
    throw new OptionsInvalidError('password', 'is no text', 'Pass a text; an empty one is a password too.');
  }
}

/** The driver on its own checks a certificate, but not whose it is. */
function tlsOf(ssl: unknown): object {
  if (typeof ssl === 'object' && ssl !== null) {
    return { verifyIdentity: true, ...ssl };
  }
  checkFlag('ssl', ssl);
  return { verifyIdentity: true };
}

function addressIn(text: unknown): Address {
  if (typeof text !== 'string' || !URL.canParse(text)) {
    throw new OptionsInvalidError('url', 'is not the address of a database', URL_CURE);
  }
  const url = new URL(text);
  if (url.protocol !== 'mysql:' && url.protocol !== 'mariadb:') {
    throw new OptionsInvalidError('url', `begins with "${url.protocol}"`, URL_CURE);
  }
  if (url.search !== '') {
    throw new OptionsInvalidError('url', 'has parameters behind a "?"', 'Set them by the options beside "url".');
  }
  return defined({
    host: url.hostname.replace(/^\[|\]$/g, '') || undefined,
    port: url.port === '' ? undefined : Number(url.port),
    username: decoded(url.username),
    password: decoded(url.password),
    database: decoded(url.pathname.slice(1)),
  });
}

/** `undefined` for an empty part. */
function decoded(part: string): string | undefined {
  try {
    return part === '' ? undefined : decodeURIComponent(part);
  } catch {
    // The error says no more than this, and shows the password.
    throw new OptionsInvalidError('url', 'has a "%" that begins no percent-encoded character', URL_CURE);
  }
}
