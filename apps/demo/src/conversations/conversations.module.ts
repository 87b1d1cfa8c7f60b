import { Module } from '@nestjs/common';
import { ThrottlerModule } from '@nestjs/throttler';
import { ConversationsController } from './conversations.controller.js';
import { ConversationsService } from './conversations.service.js';
import { MESSAGES_PER_MINUTE } from './message-rate.guard.js';

const MINUTE_MS = 60_000;

@Module({
  imports: [ThrottlerModule.forRoot([{ ttl: MINUTE_MS, limit: MESSAGES_PER_MINUTE }])],
  controllers: [ConversationsController],
  providers: [ConversationsService],
  exports: [ConversationsService],
})
export class ConversationsModule {}
