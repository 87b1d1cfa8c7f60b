import { Module } from '@nestjs/common';
import { DeploymentsModule } from '../deployments/deployments.module.js';
import { ApprovalsController } from './approvals.controller.js';
import { ApprovalsService } from './approvals.service.js';

@Module({ imports: [DeploymentsModule], controllers: [ApprovalsController], providers: [ApprovalsService] })
export class ApprovalsModule {}
