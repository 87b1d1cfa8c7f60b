import { Body, Controller, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { Audited } from '../../capture/audited.decorator.js';
import { AuditDestinations } from '../../delivery/operating/audit-destinations.js';
import { AuditError } from '../../event/audit.error.js';
import { Needs } from '../access/needs.decorator.js';
import { ProblemException } from '../problems/problem.exception.js';
import { Asked, type AskedFor } from '../reading/asked.decorator.js';
import { actWish, deadLetterWish, rewindWish } from './operation-wish.js';

const CHANGING = { types: { denied: 'audit.denied', rateLimited: 'audit.denied' } } as const;
const DESTINATION = { type: 'audit.destination', id: 'params.name' } as const;

/**
 * What operators do to destinations. Each request is recorded, a refused one too; what it changed is a record of its own, by the
 * same actor, with the reason.
 */
@Controller()
@Needs({ permission: 'administer', wholeLog: true })
export class DestinationOperationsController {
  constructor(@Inject(AuditDestinations) private readonly destinations: AuditDestinations) {}

  @Post(':name/pause')
  @HttpCode(204)
  @Audited('audit.config_changed', { ...CHANGING, resource: DESTINATION, action: 'Pause a destination' })
  pause(@Param('name') name: string, @Body() body: unknown, @Asked('none') _asked: AskedFor): Promise<void> {
    return operated(this.destinations.pause(name, actWish(body)));
  }

  @Post(':name/resume')
  @HttpCode(204)
  @Audited('audit.config_changed', { ...CHANGING, resource: DESTINATION, action: 'Resume a destination' })
  resume(@Param('name') name: string, @Body() body: unknown, @Asked('none') _asked: AskedFor): Promise<void> {
    return operated(this.destinations.resume(name, actWish(body)));
  }

  @Post(':name/rewind')
  @HttpCode(204)
  @Audited('audit.config_changed', { ...CHANGING, resource: DESTINATION, action: 'Rewind a destination' })
  rewind(@Param('name') name: string, @Body() body: unknown, @Asked('none') _asked: AskedFor): Promise<void> {
    const { to, act } = rewindWish(body);
    return operated(this.destinations.rewind(name, to, act));
  }

  @Post(':name/remove')
  @HttpCode(204)
  @Audited('audit.config_changed', { ...CHANGING, resource: DESTINATION, action: 'Remove a destination' })
  remove(@Param('name') name: string, @Body() body: unknown, @Asked('none') _asked: AskedFor): Promise<void> {
    return operated(this.destinations.remove(name, actWish(body)));
  }
}

/** What operators do to dead letters. */
@Controller()
@Needs({ permission: 'administer', wholeLog: true })
export class DeadLetterOperationsController {
  constructor(@Inject(AuditDestinations) private readonly destinations: AuditDestinations) {}

  @Post('replay')
  @HttpCode(200)
  @Audited('audit.config_changed', { ...CHANGING, resource: { type: 'audit-trail' }, action: 'Replay dead letters' })
  async replay(@Body() body: unknown, @Asked('none') _asked: AskedFor): Promise<{ readonly replaying: number }> {
    const { selection, act } = deadLetterWish(body);
    return { replaying: await operated(this.destinations.replay(selection, act)) };
  }

  @Post('discard')
  @HttpCode(200)
  @Audited('audit.config_changed', { ...CHANGING, resource: { type: 'audit-trail' }, action: 'Discard dead letters' })
  async discard(@Body() body: unknown, @Asked('none') _asked: AskedFor): Promise<{ readonly discarded: number }> {
    const { selection, act } = deadLetterWish(body);
    if (act.reason === undefined) {
      throw new ProblemException(
        'body-invalid',
        '"reason" is missing. Say why these events are given up: it goes into the log.',
        { parameter: 'reason' },
      );
    }
    return { discarded: await operated(this.destinations.discard(selection, act)) };
  }
}

/** What the caller got wrong is the caller's error. */
async function operated<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof AuditError && ['AUDIT_OPTIONS_INVALID', 'AUDIT_QUERY_INVALID'].includes(error.code)) {
      throw new ProblemException('body-invalid', error.message, {}, undefined, error);
    }
    throw error;
  }
}
