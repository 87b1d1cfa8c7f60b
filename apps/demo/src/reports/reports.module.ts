import { Module } from '@nestjs/common';
import { ConversationsModule } from '../conversations/conversations.module.js';
import { ReportsController } from './reports.controller.js';

@Module({ imports: [ConversationsModule], controllers: [ReportsController] })
export class ReportsModule {}
