import {
  AlreadyRegisteredError,
  AuditError,
  CatalogueInvalidError,
  ChainInvalidError,
  ClosedError,
  CoverageMissingError,
  DatabaseUnusableError,
  EventRefusedError,
  InboxMissingError,
  InboxUnavailableError,
  OptionsInvalidError,
  OverloadedError,
  QueryInvalidError,
  QueryTooSlowError,
  RecordDamagedError,
  SchemaTooNewError,
  SpoolFullError,
  SpoolUnusableError,
  StoreUnavailableError,
} from './audit.error.js';
import { ActionMissingError, TransactionMissingError } from './transaction.error.js';
import * as generalErrors from './audit.error.js';
import { ReadForbiddenError } from './reading.error.js';
import * as readingErrors from './reading.error.js';
import * as transactionErrors from './transaction.error.js';

const cause = new Error('EACCES');

/** One row per class: how it is made, its code, what the message must name, and the cure it must carry. */
const ERRORS: readonly (readonly [error: AuditError, code: string, names: readonly RegExp[], cure: RegExp])[] = [
  [
    new OptionsInvalidError('database', 'must be a path', 'Give the path of a file.'),
    'AUDIT_OPTIONS_INVALID',
    [/"database" must be a path/],
    /Give the path of a file\.$/,
  ],
  [new AlreadyRegisteredError(), 'AUDIT_ALREADY_REGISTERED', [/twice/], /Call AuditModule\.forRoot\(\) .* once/],
  [
    new DatabaseUnusableError('a.sqlite', 'cannot be opened', 'Check the disk.', { cause }),
    'AUDIT_DATABASE_UNUSABLE',
    [/"a\.sqlite" cannot be opened/],
    /Check the disk\.$/,
  ],
  [
    new SchemaTooNewError('a.sqlite', ['Future1', 'Future2']),
    'AUDIT_SCHEMA_TOO_NEW',
    [/"a\.sqlite"/, /Future1, Future2/],
    /Upgrade nestjs-audited .* or point the option "database"/,
  ],
  [
    new StoreUnavailableError('it is not open', { cause }),
    'AUDIT_STORE_UNAVAILABLE',
    [/store is unavailable/],
    /it is not open$/,
  ],
  [
    new EventRefusedError('an id is stored already', { cause }),
    'AUDIT_EVENT_REFUSED',
    [/refused to store events/],
    /an id is stored already$/,
  ],
  [
    new SpoolFullError('it holds 4096 of 4096 bytes', { cause }),
    'AUDIT_SPOOL_FULL',
    [/4096 of 4096 bytes/],
    /raise "spool\.maxBytes", or make room/,
  ],
  [
    new SpoolUnusableError('/var/spool/audit', 'cannot be written', { cause }),
    'AUDIT_SPOOL_UNUSABLE',
    [/"\/var\/spool\/audit" cannot be written/],
    /set the option "spool\.directory"/,
  ],
  [
    new TransactionMissingError('it was committed already'),
    'AUDIT_TRANSACTION_MISSING',
    [/it was committed already/],
    /audit\.transaction\(dataSource, work\)/,
  ],
  [
    new InboxMissingError('no DataSource was named', { cause }),
    'AUDIT_INBOX_MISSING',
    [/no DataSource was named/],
    /option "dataSource", or run the migration CreateAuditInbox/,
  ],
  [new InboxUnavailableError('it is not open', { cause }), 'AUDIT_INBOX_UNAVAILABLE', [/inbox/], /it is not open/],
  [new ActionMissingError(), 'AUDIT_ACTION_MISSING', [/transactional/], /draft/],
  [
    new OverloadedError('queue.maxEvents', 10),
    'AUDIT_OVERLOADED',
    [/queue\.maxEvents = 10/],
    /raise "queue\.maxEvents"/,
  ],
  [new ClosedError(), 'AUDIT_CLOSED', [/closed/], /shutting down/],
  [new ChainInvalidError('a b'), 'AUDIT_CHAIN_INVALID', [/"a b"/], /Use 1 to 64 characters/],
  [
    new RecordDamagedError('main', 7, { cause }),
    'AUDIT_RECORD_DAMAGED',
    [/position 7 of chain "main"/],
    /Run verify\(\)/,
  ],
  [
    new QueryInvalidError('limit', 'is 0', 'Give 1 or more.'),
    'AUDIT_QUERY_INVALID',
    [/"limit" is 0/],
    /Give 1 or more\.$/,
  ],
  [new QueryTooSlowError(5000), 'AUDIT_QUERY_TOO_SLOW', [/within 5000 ms/], /Ask for less: .* longer limit\.$/],
  [new ReadForbiddenError('not.ip'), 'AUDIT_READ_FORBIDDEN', [/"not\.ip"/], /Leave it out, .*\.$/],
  [
    new CatalogueInvalidError('a.b', 'is declared twice', 'Remove one.'),
    'AUDIT_CATALOGUE_INVALID',
    [/"a\.b" is declared twice/],
    /Remove one\.$/,
  ],
  [
    new CoverageMissingError(['POST /a', 'PUT /b']),
    'AUDIT_COVERAGE_MISSING',
    [/2 state-changing/, /POST \/a\n {2}PUT \/b/],
    /@Audited\(\.\.\.\) .* @NotAudited/,
  ],
];

describe.each(ERRORS.map((row) => [row[0].constructor.name, ...row] as const))(
  '%s',
  (className, error, code, names, cure) => {
    it(`is an Error and an AuditError with the stable code ${code}`, () => {
      expect(error).toBeInstanceOf(Error);
      expect(error).toBeInstanceOf(AuditError);
      expect(error.code).toBe(code);
    });

    it('prints under its own name', () => {
      expect(error.name).toBe(className);
      expect(String(error)).toBe(`${className}: ${error.message}`);
    });

    it('says what happened, with which value, and what to do', () => {
      for (const part of [...names, cure]) {
        expect(error.message).toMatch(part);
      }
    });
  },
);

describe('the errors of the package', () => {
  it('are all in the table above', () => {
    const everyError = { ...generalErrors, ...readingErrors, ...transactionErrors };
    const classes = Object.keys(everyError).filter((name) => name !== 'AuditError');
    expect(ERRORS.map(([error]) => error.constructor.name).sort()).toStrictEqual(classes.sort());
  });

  it('have one code each', () => {
    expect(new Set(ERRORS.map(([, code]) => code)).size).toBe(ERRORS.length);
  });

  it('keep the cause where there is one', () => {
    const caused = ERRORS.filter(([error]) => error.cause !== undefined).map(([error]) => error.name);
    expect(caused).toStrictEqual([
      'DatabaseUnusableError',
      'StoreUnavailableError',
      'EventRefusedError',
      'SpoolFullError',
      'SpoolUnusableError',
      'InboxMissingError',
      'InboxUnavailableError',
      'RecordDamagedError',
    ]);
  });

  it('carry the fields that a program asks for', () => {
    expect(new OptionsInvalidError('a.b', 'x', 'y').option).toBe('a.b');
    expect(new QueryInvalidError('limit', 'x', 'y').parameter).toBe('limit');
    expect(new AuditError('AUDIT_CLOSED', 'closed').name).toBe('AuditError');
    expect(new ChainInvalidError(undefined).message).toMatch(/name undefined is not allowed/);
  });
});
