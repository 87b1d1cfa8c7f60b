import { ClosedError } from '../../event/audit.error.js';
import { callFailure, isConflict, isConnectionLoss, isKnownId } from './mysql-errors.js';
import { openFailure } from './mysql-opening-failure.js';

const PLACE = 'db:3306/audit';
const ACCOUNT = { place: PLACE, database: 'audit', account: "'app'@'%'" };

/** As the driver makes it of the server's answer. */
function serverError(errno: number, message: string): Error {
  return Object.assign(new Error(message), { errno, code: `ER_${errno}`, sqlState: 'HY000' });
}

/** As the driver makes it of a socket that broke. */
const brokenSocket = Object.assign(new Error('read ECONNRESET'), { errno: -104, code: 'ECONNRESET', fatal: true });

const DUPLICATE_ID = serverError(1062, "Duplicate entry '0197' for key 'audit_records.audit_records_id'");
const DUPLICATE_POSITION = serverError(1062, "Duplicate entry 'main-7' for key 'audit_records_chain_position'");

describe('the failure of a call', () => {
  it.each([
    [1062, DUPLICATE_ID.message],
    [1366, "Incorrect string value: '\\xF0\\x9F' for column `audit`.`audit_records`.`type` at row 1"],
    [1406, "Data too long for column 'actor_id' at row 1"],
    [1153, "Got a packet bigger than 'max_allowed_packet' bytes"],
    [1118, 'The size of BLOB/TEXT data inserted in one transaction is greater than 10% of redo log size'],
    [4025, 'CONSTRAINT `mine` failed for `audit`.`audit_records`'],
  ])('is the event when the server refuses what it is to store (%d)', (errno, message) => {
    const failure = callFailure(PLACE, serverError(errno, message));
    expect(failure.code).toBe('AUDIT_EVENT_REFUSED');
    expect(failure.message).toContain(message);
    expect(failure.message).toContain(PLACE);
  });

  it.each([
    [1290, 'The MariaDB server is running with the --read-only option', 'only reads'],
    [1792, 'Cannot execute statement in a READ ONLY transaction', 'only reads'],
    [1836, 'Running in read-only mode', 'only reads'],
    [1040, 'Too many connections', 'raise its limit'],
    [1021, 'Disk full (/tmp)', 'has no room'],
    [1114, "The table 'audit_records' is full", 'has no room'],
    [1205, 'Lock wait timeout exceeded; try restarting transaction', 'stayed locked'],
    [1142, "INSERT command denied to user 'app'@'%' for table `audit_records`", 'command denied'],
    [1449, "The user specified as a definer ('dba'@'%') does not exist", 'create it again'],
    [9999, 'Something new', 'Something new'],
  ])('is the server when waiting may help (%d)', (errno, message, cause) => {
    const failure = callFailure(PLACE, serverError(errno, message));
    expect(failure.code).toBe('AUDIT_STORE_UNAVAILABLE');
    expect(failure.message).toContain(cause);
  });

  it('blames no event for a position that is taken', () => {
    expect(callFailure(PLACE, DUPLICATE_POSITION)).toMatchObject({ code: 'AUDIT_STORE_UNAVAILABLE' });
    expect([isKnownId(DUPLICATE_ID), isKnownId(DUPLICATE_POSITION)]).toStrictEqual([true, false]);
  });

  it('stays what it is when it has a code already', () => {
    const closed = new ClosedError();
    expect(callFailure(PLACE, closed)).toBe(closed);
    expect(openFailure(ACCOUNT, closed)).toBe(closed);
  });

  it('shows every address that was tried when none answered', () => {
    const refused = ['::1', '127.0.0.1'].map((address) => new Error(`connect ECONNREFUSED ${address}:3306`));
    const all = Object.assign(new AggregateError(refused), { code: 'ECONNREFUSED', fatal: true });
    expect(callFailure(PLACE, all).message).toContain('ECONNREFUSED ::1:3306, connect ECONNREFUSED 127.0.0.1:3306');
  });
});

describe('a transaction', () => {
  it('may be tried again after a conflict, and after a connection that was lost', () => {
    expect([1205, 1213, 1020].map((errno) => isConflict(serverError(errno, 'x')))).toStrictEqual([true, true, true]);
    expect([1927, 1053, 4031].map((errno) => isConnectionLoss(serverError(errno, 'x')))).toStrictEqual([
      true,
      true,
      true,
    ]);
    expect([isConnectionLoss(brokenSocket), isConflict(brokenSocket)]).toStrictEqual([true, false]);
    expect([isConnectionLoss(DUPLICATE_ID), isConflict(DUPLICATE_ID)]).toStrictEqual([false, false]);
  });
});

describe('the failure to open', () => {
  it.each([
    [1049, "Unknown database 'audit'", 'CREATE DATABASE `audit`'],
    [1045, "Access denied for user 'app'@'10.0.0.7' (using password: YES)", "TO 'app'@'10.0.0.7';"],
    [1142, "TRIGGER command denied to user 'app'@'10.0.0.7'", "CREATE, ALTER, TRIGGER ON `audit`.* TO 'app'@'%';"],
    [1142, "INSERT command denied to user 'app'@'10.0.0.7'", "GRANT SELECT, INSERT, UPDATE ON `audit`.* TO 'app'@'%';"],
    [1419, 'You do not have the SUPER privilege and binary logging is enabled', 'log_bin_trust_function_creators = 1'],
    [1290, 'running with the --read-only option', 'primary server'],
    [1146, "Table 'audit.audit_heads' doesn't exist", 'Restore it from a backup'],
    [1071, 'Specified key was too long', 'empty database'],
    [3159, 'Connections using insecure transport are prohibited', 'option "ssl"'],
  ])('says what somebody must do (%d)', (errno, message, cure) => {
    const failure = openFailure(ACCOUNT, serverError(errno, message));
    expect(failure.code).toBe('AUDIT_DATABASE_UNUSABLE');
    expect(failure.message).toContain(message);
    expect(failure.message).toContain(cure);
  });

  it('is no more than bad luck when the server is down, starting, or out of connections', () => {
    const passing = [brokenSocket, serverError(1040, 'Too many connections'), serverError(1053, 'Server shutdown')];
    expect(passing.map((error) => openFailure(ACCOUNT, error).code)).toStrictEqual(
      passing.map(() => 'AUDIT_STORE_UNAVAILABLE'),
    );
  });
});
