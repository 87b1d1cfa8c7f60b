import { Injectable } from '@nestjs/common';
import { ThrottlerGuard } from '@nestjs/throttler';
import type { AuthenticatedRequest } from '../auth/authenticated-request.js';

/** At most this many messages per minute and API key. */
export const MESSAGES_PER_MINUTE = 30;

/** Limits messages per client, not per address. Stands behind the `ApiKeyGuard`. */
@Injectable()
export class MessageRateGuard extends ThrottlerGuard {
  protected override getTracker(request: Record<string, unknown>): Promise<string> {
    const { user } = request as unknown as AuthenticatedRequest;
    return Promise.resolve(user?.id ?? 'unknown client');
  }
}
