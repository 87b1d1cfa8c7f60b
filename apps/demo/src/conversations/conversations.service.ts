import { randomUUID } from 'node:crypto';
import { Injectable, NotFoundException } from '@nestjs/common';
import { AuditService } from 'nestjs-audited';
import { scamEvents } from '../event-types.js';
import { scoreMessage, type ScamScore } from './scam.scorer.js';

/** A conversation with somebody who may be a scammer. Messages are scored, not kept. */
export interface Conversation {
  readonly id: string;
  readonly platform: string;
  readonly messages: number;
  /** Kind of the most convincing scam so far; `none` while there is none. */
  readonly scamType: string;
  /** Highest confidence so far, 0 to 1. */
  readonly confidence: number;
}

/** Every conversation of this process run. */
@Injectable()
export class ConversationsService {
  private readonly conversations = new Map<string, Conversation>();

  constructor(private readonly audit: AuditService) {}

  create(platform = 'web'): Conversation {
    const conversation: Conversation = { id: randomUUID(), platform, messages: 0, scamType: 'none', confidence: 0 };
    this.conversations.set(conversation.id, conversation);
    return conversation;
  }

  /** @throws NotFoundException */
  get(id: string): Conversation {
    const conversation = this.conversations.get(id);
    if (conversation === undefined) {
      throw new NotFoundException(`There is no conversation ${id}`);
    }
    return conversation;
  }

  /** Scores a message, and records a detection of its own when it looks like a scam. @throws NotFoundException */
  async receive(id: string, text: string): Promise<ScamScore> {
    const conversation = this.get(id);
    const score = scoreMessage(text);
    const worse = score.confidence > conversation.confidence && score.isScam;
    this.conversations.set(id, {
      ...conversation,
      messages: conversation.messages + 1,
      ...(worse ? { scamType: score.scamType, confidence: score.confidence } : {}),
    });
    if (score.isScam) {
      const { confidence, intelligence, scamType } = score;
      const facts = { sessionId: id, scamType, confidence, intelligence: { ...intelligence } };
      await this.audit.record(scamEvents.scamDetected(facts));
    }
    return score;
  }
}
