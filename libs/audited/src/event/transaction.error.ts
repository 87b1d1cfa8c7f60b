import { AuditError } from './audit.error.js';

/** A transactional record was asked for, but there is no open transaction to join. */
export class TransactionMissingError extends AuditError {
  override readonly name = 'TransactionMissingError';

  constructor(problem: string) {
    super(
      'AUDIT_TRANSACTION_MISSING',
      `A transactional audit record needs an open transaction: ${problem}. ` +
        'Pass the EntityManager that dataSource.transaction(...) gives, or use audit.transaction(dataSource, work).',
    );
  }
}

/** The running action's own event was to be written through a transaction, but there is no such action. */
export class ActionMissingError extends AuditError {
  override readonly name = 'ActionMissingError';

  constructor() {
    super(
      'AUDIT_ACTION_MISSING',
      'There is no running action whose own event could be written through a transaction. ' +
        'Pass a draft to recordIn(), or give the route the durability "transactional".',
    );
  }
}
