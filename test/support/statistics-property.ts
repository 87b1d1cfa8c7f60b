import * as fc from 'fast-check';
import type { AuditStore, StatisticsReader } from 'nestjs-audited';
import { anAppendableEvent } from 'nestjs-audited/testing';
import type { AuditEvent } from '../../libs/audited/src/event/audit-event.js';
import type { CustodyDialect, SqlStatement } from '../../libs/audited/src/typeorm/custody/custody-database.js';
import type { LogProjection } from '../../libs/audited/src/typeorm/reading/projections/log-projection.js';
import { NamesProjection } from '../../libs/audited/src/typeorm/reading/projections/names.projection.js';
import { StatisticsProjection } from '../../libs/audited/src/typeorm/reading/projections/statistics.projection.js';
import { naiveStatistics, withoutTies } from './statistics-oracle.js';
import { aLog, aQuery, aScope, type WorldLog } from './statistics-world.js';

/** A new, empty log, and a connection beside it. */
export interface LogUnderTest {
  readonly store: AuditStore & StatisticsReader;
  readonly dialect: CustodyDialect;
  run(statements: readonly SqlStatement[]): Promise<void>;
  /** How far a projection has come; 0 where it has not begun. */
  positionOf(projection: string, chain: string): Promise<number>;
  close(): Promise<void>;
}

const CHAINS = ['main', 'a', 'b'];
const QUERIES = 6;

const share = fc.constantFrom(0, 0.3, 0.5, 1);
const perChain = fc.tuple(share, share, share);

const aLife = aLog.chain((log) =>
  fc.record({
    log: fc.constant(log),
    batchSize: fc.integer({ min: 1, max: 40 }),
    /** How many of the events come after everything else was done. */
    later: fc.constantFrom(0, 0.2, 0.5),
    /** Chains whose counts begin anew, and how far they have come; the others are as the appends left them. */
    anew: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
    counted: perChain,
    named: perChain,
    pruned: perChain,
    queries: fc.array(fc.tuple(aQuery(log), aScope), { minLength: QUERIES, maxLength: QUERIES }),
  }),
);

/**
 * Statistics of random logs are those of a naive scan: wherever the counts are, while others append, after records were
 * pruned.
 */
export async function statisticsEqualAScan(newLog: () => Promise<LogUnderTest>, numRuns: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(aLife, async (life) => {
      const log = await newLog();
      try {
        await new LogLife(log, life.log).run(life);
      } finally {
        await log.close();
      }
    }),
    { numRuns, endOnFailure: true },
  );
}

type Life = typeof aLife extends fc.Arbitrary<infer Value> ? Value : never;

class LogLife {
  private readonly chains = new Map<string, { event: AuditEvent; position: number }[]>();
  private readonly lengths = new Map<string, number>();

  constructor(
    private readonly log: LogUnderTest,
    private readonly world: WorldLog,
  ) {}

  async run({ batchSize, later, anew, counted, named, pruned, queries }: Life): Promise<void> {
    const { events } = this.world;
    const border = Math.floor(events.length * (1 - later));
    await this.append(events.slice(0, border), batchSize);
    for (const [index, chain] of CHAINS.entries()) {
      if (anew[index]) {
        await this.begin('statistics', chain, counted[index]!);
      }
      await this.begin('names', chain, named[index]!);
    }
    await this.compare(queries);
    await this.append(events.slice(border), batchSize);
    await this.compare(queries);
    for (const [index, chain] of CHAINS.entries()) {
      await this.prune(chain, pruned[index]!);
    }
    await this.compare(queries);
  }

  private async append(events: WorldLog['events'], batchSize: number): Promise<void> {
    for (const chain of CHAINS) {
      const own = events.filter(([of]) => of === chain).map(([, event]) => event);
      for (let start = 0; start < own.length; start += batchSize) {
        const batch = own.slice(start, start + batchSize);
        const personal = { '/actor/name': 'Ada' };
        await this.log.store.append(
          chain,
          batch.map((event) => anAppendableEvent(event, personal)),
        );
        const records = this.chains.get(chain) ?? [];
        const length = this.lengths.get(chain) ?? 0;
        records.push(...batch.map((event, index) => ({ event, position: length + index + 1 })));
        this.lengths.set(chain, length + batch.length);
        this.chains.set(chain, records);
      }
    }
  }

  /** Counts the beginning of a chain, as whoever takes in the log does. */
  private async begin(name: 'statistics' | 'names', chain: string, part: number): Promise<void> {
    const table = this.log.dialect.table(name === 'names' ? 'audit_names' : 'audit_counts');
    const projections = this.log.dialect.table('audit_projections');
    const place = (number: number): string => this.log.dialect.placeholder(number);
    const position = Math.floor((this.lengths.get(chain) ?? 0) * part);
    await this.log.run([
      { sql: `DELETE FROM ${table} WHERE chain = ${place(1)}`, values: [chain] },
      {
        sql: `DELETE FROM ${projections} WHERE projection = ${place(1)} AND chain = ${place(2)}`,
        values: [name, chain],
      },
      ...(position === 0
        ? []
        : [
            {
              sql: `INSERT INTO ${projections} (projection, chain, position) VALUES (${place(1)}, ${place(2)}, ${place(3)})`,
              values: [name, chain, position],
            },
          ]),
      ...this.projection(name).add(this.projected(chain, position)),
    ]);
  }

  private async prune(chain: string, part: number): Promise<void> {
    const { dialect } = this.log;
    const through = Math.floor((this.lengths.get(chain) ?? 0) * part);
    const place = (number: number): string => dialect.placeholder(number);
    const removals: SqlStatement[] = [];
    for (const name of ['statistics', 'names'] as const) {
      const position = await this.log.positionOf(name, chain);
      removals.push(...this.projection(name).remove(this.projected(chain, Math.min(through, position))));
    }
    await this.log.run([
      {
        sql: `INSERT INTO ${dialect.table('audit_permits')} (operation, chain, through)
          VALUES ('prune', ${place(1)}, ${place(2)})`,
        values: [chain, through],
      },
      {
        sql: `DELETE FROM ${dialect.table('audit_records')} WHERE chain = ${place(1)} AND position <= ${place(2)}`,
        values: [chain, through],
      },
      { sql: `DELETE FROM ${dialect.table('audit_permits')} WHERE chain = ${place(1)}`, values: [chain] },
      ...removals,
    ]);
    this.chains.set(
      chain,
      (this.chains.get(chain) ?? []).filter(({ position }) => position > through),
    );
  }

  private async compare(queries: Life['queries']): Promise<void> {
    const events = [...this.chains.values()].flat().map(({ event }) => event);
    for (const [query, tenants] of queries) {
      const { storageBytes, ...found } = await this.log.store.statistics(query, tenants && { tenants });
      const expected = naiveStatistics(events, query, tenants);
      expect(withoutTies(found)).toEqual(withoutTies(expected));
      expect(storageBytes === undefined).toBe(tenants !== undefined);
    }
  }

  private projection(name: 'statistics' | 'names'): LogProjection {
    return name === 'names' ? new NamesProjection(this.log.dialect) : new StatisticsProjection(this.log.dialect);
  }

  private projected(chain: string, through: number): Parameters<LogProjection['add']>[0] {
    return (this.chains.get(chain) ?? [])
      .filter(({ position }) => position <= through)
      .map(({ event, position }) => ({ chain, position, sequence: position, event, personal: undefined }));
  }
}
