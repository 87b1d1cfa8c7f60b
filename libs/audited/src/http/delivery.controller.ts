import { Controller, Get, Header, Inject, Query } from '@nestjs/common';
import { Audited } from '../capture/audited.decorator.js';
import type { DeadLetter } from '../delivery/delivery-ledger.js';
import { AuditDestinations } from '../delivery/operating/audit-destinations.js';
import type { DestinationStatus } from '../delivery/operating/destination-status.js';
import { deadLetterQuery } from './delivery-input.js';
import { refuseParameters } from './events-query.js';
import { readForAnswer } from './unavailable-log.js';

const READING = { types: { denied: 'audit.denied' }, resource: { type: 'audit-trail' } } as const;

/** How the destinations do. */
@Controller()
export class DestinationsController {
  constructor(@Inject(AuditDestinations) private readonly destinations: AuditDestinations) {}

  @Get()
  @Header('cache-control', 'no-store')
  @Audited('audit.read', { ...READING, action: 'Destinations read' })
  status(@Query() query: Readonly<Record<string, unknown>>): Promise<readonly DestinationStatus[]> {
    refuseParameters(query);
    return readForAnswer(this.destinations.status());
  }
}

/** What destinations did not take, oldest first; `after` reads on. */
@Controller()
export class DeadLettersController {
  constructor(@Inject(AuditDestinations) private readonly destinations: AuditDestinations) {}

  @Get()
  @Header('cache-control', 'no-store')
  @Audited('audit.read', { ...READING, action: 'Dead letters read', details: ['query'] })
  async list(
    @Query() query: Readonly<Record<string, unknown>>,
  ): Promise<{ readonly deadLetters: readonly DeadLetter[]; readonly next?: number }> {
    const wanted = { limit: 100, ...deadLetterQuery(query) };
    const deadLetters = await readForAnswer(this.destinations.deadLetters(wanted));
    const last = deadLetters.at(-1);
    return last === undefined || deadLetters.length < wanted.limit
      ? { deadLetters }
      : { deadLetters, next: last.sequence };
  }
}
