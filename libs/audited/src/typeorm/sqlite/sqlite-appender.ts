import type { Database, Statement } from 'better-sqlite3';
import type { AuditEvent } from '../../event/audit-event.js';
import type { ChainHead, PersonalPart } from '../../event/audit-record.js';
import { GENESIS_HASH } from '../../event/audit-record.js';
import type { Sealer } from '../../integrity/sealer.js';
import { EventRefusedError } from '../../event/audit.error.js';
import type { AppendableEvent, AppendReceipt, ReplayReceipt } from '../../storage/audit-store.js';
import { columnValues, RECORD_COLUMN_NAMES } from '../../storage/record-columns.js';
import { countedFacts, type CountedFacts } from '../reading/statistics/counted-facts.js';
import { SqliteCounts } from './sqlite-counts.js';

const SEAL_COLUMNS = ['chain', 'position', 'previous_hash', 'hash', 'scheme', 'body', 'personal', 'salt'];
const INSERT_COLUMNS = [...SEAL_COLUMNS, ...RECORD_COLUMN_NAMES];
const KEYED_INSERT_COLUMNS = [...INSERT_COLUMNS, 'mac'];

/**
 * Seals and inserts events at the end of a chain: head read, records inserted, head moved, in one
 * transaction that holds SQLite's write lock from its start. So two processes on one file can not
 * seal on the same head. What statistics count is counted in the same transaction.
 */
export class SqliteAppender {
  private readonly readHead: Statement<[string], { position: number; hash: string }>;
  private readonly insertRecord: Statement<unknown[]>;
  private readonly moveHead: Statement<[string, number, string]>;
  private readonly findId: Statement<[string], unknown>;
  private readonly counts: SqliteCounts;
  private readonly inOneTransaction: (chain: string, events: readonly AppendableEvent[]) => AppendReceipt;
  private readonly missingInOneTransaction: (chain: string, events: readonly AppendableEvent[]) => ReplayReceipt;

  constructor(
    handle: Database,
    private readonly sealer: Sealer,
  ) {
    const columns = sealer.isKeyed ? KEYED_INSERT_COLUMNS : INSERT_COLUMNS;
    this.readHead = handle.prepare('SELECT position, hash FROM audit_heads WHERE chain = ?');
    this.insertRecord = handle.prepare(
      `INSERT INTO audit_records (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
    );
    this.moveHead = handle.prepare(
      `INSERT INTO audit_heads (chain, position, hash) VALUES (?, ?, ?)
       ON CONFLICT (chain) DO UPDATE SET position = excluded.position, hash = excluded.hash`,
    );
    this.counts = new SqliteCounts(handle);
    this.findId = handle.prepare('SELECT 1 FROM audit_records WHERE id = ?');
    const missing = handle.transaction((chain: string, events: readonly AppendableEvent[]) =>
      this.appendMissingOnes(chain, events),
    );
    this.missingInOneTransaction = (chain, events) => missing.immediate(chain, events);
    const transaction = handle.transaction((chain: string, events: readonly AppendableEvent[]) =>
      this.appendAll(chain, events),
    );
    this.inOneTransaction = (chain, events) => transaction.immediate(chain, events);
  }

  append(chain: string, events: readonly AppendableEvent[]): AppendReceipt {
    try {
      return this.inOneTransaction(chain, events);
    } catch (error) {
      throw refusal(error);
    }
  }

  appendMissing(chain: string, events: readonly AppendableEvent[]): ReplayReceipt {
    try {
      return this.missingInOneTransaction(chain, events);
    } catch (error) {
      throw refusal(error);
    }
  }

  private appendMissingOnes(chain: string, events: readonly AppendableEvent[]): ReplayReceipt {
    const seen = new Set<string>();
    const missing = events.filter(({ body }) => {
      const { id } = JSON.parse(body) as AuditEvent;
      const isNew = !seen.has(id) && this.findId.get(id) === undefined;
      seen.add(id);
      return isNew;
    });
    this.appendAll(chain, missing);
    return { chain, appended: missing.length };
  }

  private appendAll(chain: string, events: readonly AppendableEvent[]): AppendReceipt {
    const stored = this.readHead.get(chain);
    let head: ChainHead = { chain, position: stored?.position ?? 0, hash: stored?.hash ?? GENESIS_HASH };
    const firstPosition = head.position + 1;
    const counted: CountedFacts[] = [];
    for (const event of events) {
      head = this.appendOne(head, event, counted);
    }
    if (events.length > 0) {
      this.moveHead.run(chain, head.position, head.hash);
      this.counts.add(chain, firstPosition - 1, counted);
    }
    return { chain, firstPosition };
  }

  private appendOne(head: ChainHead, { body, personal, salt }: AppendableEvent, counted: CountedFacts[]): ChainHead {
    const position = head.position + 1;
    const { hash, scheme, mac } = this.sealer.seal({ chain: head.chain, position, previousHash: head.hash }, body);
    const event = JSON.parse(body) as AuditEvent;
    const personalPart = personal === undefined ? undefined : (JSON.parse(personal) as PersonalPart);
    const columns = columnValues(event, personalPart);
    counted.push(countedFacts(columns));
    if (mac !== undefined) {
      columns.push(mac);
    }
    this.insertRecord.run(
      head.chain,
      position,
      head.hash,
      hash,
      scheme,
      body,
      personal ?? null,
      salt ?? null,
      ...columns,
    );
    return { chain: head.chain, position, hash };
  }
}

/** A constraint or a value that does not fit will not do better next time; a lock or a full disk may. */
function refusal(error: unknown): unknown {
  const code = (error as { readonly code?: unknown }).code;
  return typeof code === 'string' && /^SQLITE_(CONSTRAINT|TOOBIG|MISMATCH)/.test(code)
    ? new EventRefusedError((error as Error).message, { cause: error })
    : error;
}
