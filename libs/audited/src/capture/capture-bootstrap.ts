import type { Server } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { DiscoveryService, HttpAdapterHost, MetadataScanner, ModulesContainer } from '@nestjs/core';
import { AlreadyRegisteredError } from '../event/audit.error.js';
import type { AuditDurability } from '../event/durability.js';
import { AuditService } from '../recording/audit.service.js';
import type { AuditPolicy } from './audit-policy.js';
import { reportCoverage, type ReportLogger } from './boot-report.js';
import { HttpCapture } from './http/http-capture.js';
import { anythingInjects } from './injection-search.js';
import { RouteRegistration } from './http/route-registration.js';
import { RouteTable, type HandlerEntry } from './route-table.js';
import { UnmatchedCapture } from './http/unmatched-capture.js';

/** Puts the capture in its places, once, while the application boots. */
@Injectable()
export class CaptureBootstrap {
  constructor(
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(MetadataScanner) private readonly scanner: MetadataScanner,
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
    @Inject(HttpCapture) private readonly capture: HttpCapture,
  ) {}

  /**
   * Has to run before the routes are registered.
   *
   * @param hasInbox whether transactional records can be written at all
   * @param contextual what else, besides `AuditService`, records by whoever acts
   * @throws AlreadyRegisteredError, OptionsInvalidError, CoverageMissingError
   */
  prepare(auditModule: unknown, logger: ReportLogger, hasInbox: boolean, contextual: readonly unknown[] = []): void {
    const { parts } = this.capture;
    if ([...this.modules.values()].filter(({ metatype }) => metatype === auditModule).length > 1) {
      throw new AlreadyRegisteredError();
    }
    const table = new RouteTable();
    table.scan(this.discovery, this.scanner);
    const levelOf = ({ type, options }: AuditPolicy): AuditDurability =>
      parts.recorder.levelFor(type, options.durability);
    reportCoverage(table.all(), parts.options.coverage, logger, levelOf);
    const transactional = table.all().filter((entry) => isTransactional(entry, levelOf));
    if (!hasInbox && transactional.length > 0) {
      logger.warn(
        `No DataSource is named, so nothing can be transactional: ${transactional.map(({ handler }) => handler).join(', ')} ` +
          'will be recorded at the level "recorded". Set the option "dataSource".',
      );
    }
    parts.context.decideNeed(
      parts.options.context === 'always' ||
        [AuditService, ...contextual].some((token) => anythingInjects(token, this.discovery)) ||
        transactional.length > 0,
    );
    const adapter = this.host.httpAdapter as typeof this.host.httpAdapter | undefined;
    if (adapter === undefined) {
      return;
    }
    new RouteRegistration(this.capture, table, parts.options.unmatched).intercept(adapter);
    if (parts.options.unmatched) {
      new UnmatchedCapture(parts).attach(adapter.getHttpServer() as Server, adapter.getInstance());
    }
  }
}

function isTransactional({ coverage }: HandlerEntry, levelOf: (policy: AuditPolicy) => AuditDurability): boolean {
  return coverage.status === 'audited' && levelOf(coverage.policy) === 'transactional';
}
