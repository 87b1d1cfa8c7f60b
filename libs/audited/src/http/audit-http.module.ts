import {
  Controller,
  Module,
  UseFilters,
  UseGuards,
  VERSION_NEUTRAL,
  type DynamicModule,
  type Provider,
  type Type,
} from '@nestjs/common';
import { accessProvider } from './access/access-choice.js';
import { AccessGuard } from './access/access.guard.js';
import { mountedGuard } from './access/mounted-guards.js';
import {
  RESOLVED_HTTP_OPTIONS,
  resolveHttpOptions,
  type AuditHttpOptions,
  type ResolvedAuditHttpOptions,
} from './audit-http.options.js';
import { ExportController } from './export/export.controller.js';
import { CallLimits } from './limits/call-limits.js';
import { OpenStreams } from './limits/open-streams.js';
import { ReadBudget } from './limits/read-budget.js';
import {
  DeadLetterOperationsController,
  DestinationOperationsController,
} from './operating/delivery-operations.controller.js';
import { DeadLettersController, DestinationsController } from './operating/delivery.controller.js';
import { ProblemFilter } from './problems/problem.filter.js';
import { CollectionsController } from './reading/collections.controller.js';
import { EventsController } from './reading/events.controller.js';
import { LogReads } from './reading/log-reads.js';
import { StatisticsController } from './reading/statistics.controller.js';
import { CheckpointsController, VerificationController } from './reading/verification.controller.js';
import { StreamController } from './stream/stream.controller.js';

/** Each controller with its place below the path of the API. */
const PLACES: readonly (readonly [controller: Type, place: string])[] = [
  [EventsController, '/events'],
  [ExportController, '/export'],
  [StreamController, '/stream'],
  [VerificationController, '/verify'],
  [CheckpointsController, '/checkpoints'],
  [DestinationsController, '/destinations'],
  [DestinationOperationsController, '/destinations'],
  [DeadLettersController, '/dead-letters'],
  [DeadLetterOperationsController, '/dead-letters'],
  [CollectionsController, ''],
  [StatisticsController, ''],
];

/**
 * The reading API: records, statistics, exports, a live tail, proofs, and the destinations. Every request to it, also a
 * refused one, is itself recorded (`audit.read`, `audit.export`, `audit.verify`, `audit.config_changed`, `audit.denied`).
 */
@Module({})
export class AuditHttpModule {
  /** @throws OptionsInvalidError when nobody says who may do what, or an option is unknown or malformed */
  static forRoot(options: AuditHttpOptions): DynamicModule {
    const resolved = resolveHttpOptions(options);
    return {
      module: AuditHttpModule,
      imports: [...resolved.imports],
      providers: providersOf(resolved),
      controllers: PLACES.map(([controller, place]) => mounted(controller, `${resolved.path}${place}`, resolved)),
    };
  }
}

function providersOf(options: ResolvedAuditHttpOptions): Provider[] {
  const { limits, timeLimitMs } = options;
  return [
    { provide: RESOLVED_HTTP_OPTIONS, useValue: options },
    accessProvider(options.access),
    {
      provide: ReadBudget,
      useFactory: () =>
        new ReadBudget({ atOnce: limits.readsAtOnce, waiting: limits.readsWaiting, waitMs: timeLimitMs }),
    },
    {
      provide: CallLimits,
      useFactory: () =>
        new CallLimits({
          export: { perMinute: limits.exportsPerMinute, concurrent: limits.concurrentExports },
          verify: { perMinute: limits.verificationsPerMinute, concurrent: limits.concurrentVerifications },
        }),
    },
    { provide: OpenStreams, useFactory: () => new OpenStreams(limits.streams) },
    LogReads,
  ];
}

/** A subclass of its own for each registration, so that two applications never share guards or paths. */
function mounted(controller: Type, path: string, { guards, decorators }: ResolvedAuditHttpOptions): Type {
  const own = { [controller.name]: class extends controller {} }[controller.name] as Type;
  // Constructor arguments are noted on the class itself; a subclass made at run time has to repeat them.
  for (const key of Reflect.getMetadataKeys(controller) as unknown[]) {
    Reflect.defineMetadata(key, Reflect.getMetadata(key, controller), own);
  }
  // The path names the version itself; an application that versions its own routes does not version these.
  Controller({ path, version: VERSION_NEUTRAL })(own);
  // The application's own come first: they say who calls, and only then it can be asked what he may do.
  UseGuards(...guards.map(mountedGuard), AccessGuard)(own);
  UseFilters(ProblemFilter)(own);
  for (const decorate of decorators) {
    decorate(own);
  }
  return own;
}
