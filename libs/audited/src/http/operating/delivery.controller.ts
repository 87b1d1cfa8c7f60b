import { Controller, Get, Header, Inject } from '@nestjs/common';
import { Audited } from '../../capture/audited.decorator.js';
import type { DeadLetter, DeadLetterQuery } from '../../delivery/delivery-ledger.js';
import { AuditDestinations } from '../../delivery/operating/audit-destinations.js';
import type { DestinationStatus } from '../../delivery/operating/destination-status.js';
import { Needs } from '../access/needs.decorator.js';
import { Asked, type AskedFor } from '../reading/asked.decorator.js';
import { AUDITED_READING } from '../reading/audited-reading.js';
import { LogReads } from '../reading/log-reads.js';

/** How the destinations do. */
@Controller()
@Needs({ permission: 'administer', wholeLog: true })
export class DestinationsController {
  constructor(
    @Inject(AuditDestinations) private readonly destinations: AuditDestinations,
    @Inject(LogReads) private readonly reads: LogReads,
  ) {}

  @Get()
  @Header('cache-control', 'no-store')
  @Audited('audit.read', { ...AUDITED_READING, action: 'Destinations read' })
  status(@Asked('none') { read }: AskedFor): Promise<readonly DestinationStatus[]> {
    return this.reads.within(read, () => this.destinations.status());
  }
}

/** What destinations did not take, oldest first; `after` reads on. */
@Controller()
@Needs({ permission: 'administer', wholeLog: true })
export class DeadLettersController {
  constructor(
    @Inject(AuditDestinations) private readonly destinations: AuditDestinations,
    @Inject(LogReads) private readonly reads: LogReads,
  ) {}

  @Get()
  @Header('cache-control', 'no-store')
  @Audited('audit.read', { ...AUDITED_READING, action: 'Dead letters read' })
  async list(
    @Asked('deadLetters') { query, read }: AskedFor<DeadLetterQuery>,
  ): Promise<{ readonly deadLetters: readonly DeadLetter[]; readonly next?: number }> {
    const wanted = { limit: 100, ...query };
    const deadLetters = await this.reads.within(read, () => this.destinations.deadLetters(wanted));
    const last = deadLetters.at(-1);
    return last === undefined || deadLetters.length < wanted.limit
      ? { deadLetters }
      : { deadLetters, next: last.sequence };
  }
}
