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
   * @throws AlreadyRegisteredError, OptionsInvalidError, CoverageMissingError
   */
  prepare(auditModule: unknown, logger: ReportLogger): void {
    const { parts } = this.capture;
    if ([...this.modules.values()].filter(({ metatype }) => metatype === auditModule).length > 1) {
      throw new AlreadyRegisteredError();
    }
    const table = new RouteTable();
    table.scan(this.discovery, this.scanner);
    const levelOf = ({ type, options }: AuditPolicy): AuditDurability =>
      parts.recorder.levelFor(type, options.durability);
    reportCoverage(table.all(), parts.options.coverage, logger, levelOf);
    const isTransactional = ({ coverage }: HandlerEntry): boolean =>
      coverage.status === 'audited' && levelOf(coverage.policy) === 'transactional';
    parts.context.decideNeed(
      parts.options.context === 'always' ||
        anythingInjects(AuditService, this.discovery) ||
        table.all().some(isTransactional),
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
