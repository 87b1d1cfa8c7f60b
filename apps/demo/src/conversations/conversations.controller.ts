import { Body, Controller, Param, ParseUUIDPipe, Post, UseGuards } from '@nestjs/common';
import { ApiSecurity, ApiTags } from '@nestjs/swagger';
import { AuditService } from 'nestjs-audited';
import { ApiKeyGuard } from '../auth/api-key.guard.js';
import { Audited } from '../event-types.js';
import { NewConversationDto, NewMessageDto } from './conversation.dto.js';
import { ConversationsService, type Conversation } from './conversations.service.js';
import { MessageRateGuard } from './message-rate.guard.js';
import type { ScamScore } from './scam.scorer.js';

/** Conversations with suspected scammers, for clients with an API key. */
@Controller('conversations')
@UseGuards(ApiKeyGuard)
@ApiSecurity('api-key')
@ApiTags('conversations')
export class ConversationsController {
  constructor(
    private readonly conversations: ConversationsService,
    private readonly audit: AuditService,
  ) {}

  @Post()
  @Audited<Conversation>('CONVERSATION_CREATED', {
    types: { denied: 'AUTH_FAILURE' },
    resource: { type: 'conversation', id: 'result.id' },
    action: 'Open a conversation',
    details: ['result.platform'],
  })
  create(@Body() { platform }: NewConversationDto): Conversation {
    const conversation = this.conversations.create(platform);
    this.audit.enrich({ sessionId: conversation.id });
    return conversation;
  }

  @Post(':id/messages')
  @UseGuards(MessageRateGuard)
  @Audited<ScamScore>('CONVERSATION_UPDATED', {
    types: { denied: 'AUTH_FAILURE', rateLimited: 'RATE_LIMIT_EXCEEDED' },
    resource: { type: 'conversation', id: 'params.id' },
    action: 'Add a message to conversation {params.id}',
    // Not the text: it is somebody's private message. The score and its reasons are what an analyst needs.
    details: ['result.confidence', 'result.scamType', 'result.indicators'],
  })
  receive(@Param('id', ParseUUIDPipe) id: string, @Body() { text }: NewMessageDto): Promise<ScamScore> {
    this.audit.enrich({ sessionId: id });
    return this.conversations.receive(id, text);
  }
}
