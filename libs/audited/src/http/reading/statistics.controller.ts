import { Controller, Get, Header, Inject } from '@nestjs/common';
import { Audited } from '../../capture/audited.decorator.js';
import { EventTypes, type KnownEventType } from '../../catalogue/event-types.js';
import type { AuditStatistics, StatisticsQuery } from '../../storage/reading/audit-statistics.js';
import { Needs } from '../access/needs.decorator.js';
import { Asked, type AskedFor } from './asked.decorator.js';
import { AUDITED_READING } from './audited-reading.js';
import { LogReads } from './log-reads.js';

/** An event type, and how many records have it. */
export interface CountedEventType extends Omit<KnownEventType, 'catalogue'> {
  /** Absent when no catalogue of the application declares it. */
  readonly catalogue?: string;
  readonly count: number;
}

/** The trail in numbers. */
@Controller()
@Needs({ permission: 'read' })
export class StatisticsController {
  constructor(
    @Inject(LogReads) private readonly reads: LogReads,
    @Inject(EventTypes) private readonly types: EventTypes,
  ) {}

  @Get('statistics')
  @Header('cache-control', 'no-store')
  @Audited('audit.read', { ...AUDITED_READING, action: 'Statistics of the audit trail read' })
  statistics(@Asked('statistics') { query, read }: AskedFor<StatisticsQuery>): Promise<AuditStatistics> {
    return this.reads.statistics(query, read);
  }

  /** Every type that is declared or recorded, from A to Z. */
  @Get('types')
  @Header('cache-control', 'no-store')
  @Audited('audit.read', { ...AUDITED_READING, action: 'Event types of the audit trail read' })
  async counted(
    @Asked('types') { query, read }: AskedFor<StatisticsQuery>,
  ): Promise<{ readonly types: readonly CountedEventType[] }> {
    const { byType } = await this.reads.statistics({ ...query, top: 0 }, read);
    const declared = this.types.all.map((known) => ({ ...known, count: byType[known.type] ?? 0 }));
    const names = new Set(declared.map(({ type }) => type));
    const others = Object.entries(byType).flatMap(([type, count = 0]) => (names.has(type) ? [] : [{ type, count }]));
    return { types: [...declared, ...others].sort((one, other) => (one.type < other.type ? -1 : 1)) };
  }
}
